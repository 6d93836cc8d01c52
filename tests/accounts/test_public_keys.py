"""The public key of tokens: the last good one is kept, whatever becomes of where it came from."""

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from accounts.public_keys import LARGEST_PEM, FileSource, UrlSource, read_public_key
from tests.servers import find_free_port
from tests.tokens import KeyAddress, Signer, serve_key

QUICK = {"timeout_s": 1.0, "every_s": 0.05, "age_s": 3600.0}
PATIENCE_S = 10.0


@pytest.fixture(scope="module")
def other() -> Signer:
    return Signer()


@pytest.fixture
def address(signer: Signer) -> Iterator[KeyAddress]:
    with serve_key(signer.pem) as told:
        yield told


def until(is_right) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_right():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_what_is_no_rsa_public_key_is_refused(signer):
    edwards = ed25519.Ed25519PrivateKey.generate().public_key()
    odd = [
        b"", b"no PEM", signer.pem[:-60], signer.private_pem, Signer(1024).pem, signer.pem + b" " * LARGEST_PEM,
        edwards.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), b"\xff" * 100,
    ]  # fmt: skip
    for pem in odd:
        with pytest.raises(ValueError, match=r"holds no|too large") as caught:
            read_public_key(pem)
        assert b"PRIVATE" not in str(caught.value).encode()
    assert read_public_key(b"\n" + signer.pem + b"\n").pem == signer.pem.strip()


def test_a_file_is_read_again_when_it_changes(tmp_path, signer, other, monkeypatch):
    monkeypatch.setattr("accounts.public_keys.LOOK_EVERY_S", 0.0)
    path = tmp_path / "public.pem"
    source = FileSource(path)
    assert source.current() is None
    path.write_bytes(signer.pem)
    first = source.current()
    assert first.pem == signer.pem.strip()
    for broken in (lambda: path.write_bytes(b"half"), path.unlink):
        broken()
        assert source.current() == first
        assert source.newer(first) is None
    replacement = tmp_path / "new.pem"
    replacement.write_bytes(other.pem)
    os.replace(replacement, path)
    assert source.newer(first).pem == source.current().pem == other.pem.strip()


def test_threads_that_are_first_together_all_get_the_key(tmp_path, signer):
    path = tmp_path / "public.pem"
    path.write_bytes(signer.pem)
    with ThreadPoolExecutor(8) as threads:
        for _ in range(20):
            source = FileSource(path)
            assert None not in list(threads.map(lambda _, source=source: source.current(), range(8)))


def test_a_broken_file_is_told_once(tmp_path, caplog, monkeypatch):
    monkeypatch.setattr("accounts.public_keys.LOOK_EVERY_S", 0.0)
    path = tmp_path / "public.pem"
    path.write_bytes(b"half")
    source = FileSource(path)
    for _ in range(3):
        assert source.current() is None
    assert [record.message.endswith("holds no public key in PEM") for record in caplog.records] == [True]


def test_the_first_key_is_waited_for_and_asked_for_once(address, signer):
    source = UrlSource(address.url, **QUICK)
    assert [source.current().pem for _ in range(5)] == [signer.pem.strip()] * 5
    assert address.asked == 1


def test_another_key_comes_when_a_signature_does_not_fit_but_not_at_every_asking(address, signer, other):
    source = UrlSource(address.url, **QUICK | {"every_s": 0.3})
    first = source.current()
    time.sleep(0.35)
    address.pem = other.pem
    assert source.newer(first).pem == other.pem.strip()
    assert address.asked == 2
    second = source.current()
    for _ in range(50):
        assert source.newer(second) is None
    assert address.asked == 2
    assert source.newer(first) == second


def test_an_old_key_is_asked_for_again_without_waiting(address, other):
    source = UrlSource(address.url, **QUICK | {"age_s": 0.1})
    first = source.current()
    time.sleep(0.15)
    address.pem, address.delay_s = other.pem, 0.3
    began = time.monotonic()
    assert source.current() == first
    assert time.monotonic() - began < 0.2
    until(lambda: source.current().pem == other.pem.strip())


@pytest.mark.parametrize("way", ["status", "slow", "nonsense", "large", "redirect"])
def test_the_last_good_key_stays_when_the_address_fails(address, signer, other, way):
    source = UrlSource(address.url, **QUICK | {"timeout_s": 0.2})
    first = source.current()
    address.pem = other.pem
    if way == "status":
        address.status = 503
    elif way == "slow":
        address.delay_s = 2.0
    elif way == "redirect":
        address.status, address.location = 302, address.url
    else:
        address.pem = b"nonsense" if way == "nonsense" else other.pem + b"\n" * LARGEST_PEM
    time.sleep(0.1)
    began = time.monotonic()
    assert source.newer(first) is None
    assert source.current() == first
    assert time.monotonic() - began < 1.0
    assert address.asked == 2


def test_nobody_there_means_no_key_and_no_long_wait():
    source = UrlSource(f"http://127.0.0.1:{find_free_port()}/public-key", **QUICK | {"every_s": 60.0})
    began = time.monotonic()
    assert [source.current() for _ in range(20)] == [None] * 20
    assert time.monotonic() - began < 1.0


def test_the_key_comes_once_the_address_answers(signer):
    with serve_key(signer.pem) as address:
        address.status = 500
        source = UrlSource(address.url, **QUICK)
        assert source.current() is None
        address.status = 200
        until(lambda: source.current() is not None)


def test_no_proxy_of_the_environment_is_used(address, signer, monkeypatch):
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{find_free_port()}")
    assert UrlSource(address.url, **QUICK).current().pem == signer.pem.strip()
