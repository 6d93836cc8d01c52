"""Odd settings of tokens are refused in one sentence that names the variable."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from missionscope.environment import get_key_file, get_key_url, get_pair

ROOT = Path(__file__).resolve().parents[2]
URL, FILE, PAIR = "MISSIONSCOPE_TOKEN_KEY_URL", "MISSIONSCOPE_TOKEN_KEY_FILE", "MISSIONSCOPE_TOKEN_USERS"


def refusal(call, *arguments):
    with pytest.raises(SystemExit) as caught:
        call(*arguments)
    return str(caught.value)


@pytest.mark.parametrize(
    "value",
    ["securitymanager:5010", "file:///etc/passwd", "ftp://a/key", "http://u:hidden@a/key", "http:///key", "http://a:b/",
     "http://a/key#x"],
)  # fmt: skip
def test_an_odd_address_of_the_key_is_refused(monkeypatch, value):
    monkeypatch.setenv(URL, value)
    told = refusal(get_key_url, URL)
    assert URL in told
    assert "hidden" not in told


def test_an_address_may_have_a_path(monkeypatch):
    monkeypatch.setenv(URL, "http://securitymanager:5010/public-key")
    assert get_key_url(URL) == "http://securitymanager:5010/public-key"


def test_a_file_that_holds_no_public_key_is_refused(monkeypatch, tmp_path, signer):
    path = tmp_path / "key.pem"
    monkeypatch.setenv(FILE, str(path))
    assert "cannot be read" in refusal(get_key_file, FILE)
    for content in (b"", signer.private_pem, b"x" * 100_000):
        path.write_bytes(content)
        told = refusal(get_key_file, FILE)
        assert FILE in told
        assert "PRIVATE" not in told
    path.write_bytes(signer.pem)
    assert get_key_file(FILE) == str(path)


@pytest.mark.parametrize("value", ["stage7", "stage7 a b", "stage7/stage7-api"])
def test_what_is_no_pair_is_refused(monkeypatch, value):
    monkeypatch.setenv(PAIR, value)
    assert PAIR in refusal(get_pair, PAIR, "stage7 stage7-api")


@pytest.mark.parametrize(
    ("named", "given"),
    [
        (FILE, {URL: "http://a/key", FILE: "public.pem"}),
        ("MISSIONSCOPE_TOKEN_SERVICES", {"MISSIONSCOPE_TOKEN_SERVICES": "stage7 stage7-api"}),
        ("MISSIONSCOPE_TOKEN_LEEWAY_S", {"MISSIONSCOPE_TOKEN_LEEWAY_S": "301"}),
        ("MISSIONSCOPE_TOKEN_KEY_TIMEOUT_S", {"MISSIONSCOPE_TOKEN_KEY_TIMEOUT_S": "0"}),
        ("MISSIONSCOPE_TOKEN_PROJECT", {"MISSIONSCOPE_TOKEN_PROJECT": "apollo"}),
    ],
)
def test_settings_that_contradict_each_other_end_the_start(tmp_path, signer, named, given):
    (tmp_path / "public.pem").write_bytes(signer.pem)
    plain = {name: value for name, value in os.environ.items() if not name.startswith("MISSIONSCOPE_")}
    done = subprocess.run(
        [sys.executable, "-c", "import missionscope.settings"],
        env={**plain, "MISSIONSCOPE_DATA_DIR": str(tmp_path / "data"), "PYTHONPATH": str(ROOT), **given},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode != 0
    assert done.stderr.strip().startswith(f"MissionScope cannot start: {named} ")
