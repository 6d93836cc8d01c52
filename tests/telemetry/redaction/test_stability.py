"""Done twice it is as done once; the same value has the same token; JSON stays JSON; both engines agree."""

import json
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telemetry.redaction import Redactor, scanners
from telemetry.redaction.rulebook import triggers

REDACTOR = Redactor(b"a project's key")
STANDARD = Redactor(b"a project's key", standard=True)
PIECES = [
    "password",
    "token",
    "api_key",
    "Authorization",
    "cookie: a=b",
    "key",
    "value",
    "name",
    "is",
    "phone ",
    "curl -u ",
    "=",
    ": ",
    '"',
    "'",
    "\\",
    "\\n",
    "\n",
    " ",
    ",",
    "{",
    "}",
    "[",
    "]",
    "=>",
    "&",
    "Bearer ",
    "hunter2",
    "x",
    "12",
    "+",
    "ann@example.com",
    "@",
    "%40",
    "\\u0040",
    "4111 1111 1111 1111",
    "555-123-4567",
    "+49 30 901820",
    "536-90-4399",
    "203.0.113.7",
    "2001:db8::1",
    "GB82 WEST 1234 5698 7654 32",
    "ghp_" + "a1B2c3D4e5" * 4,
    "https://u:p@h/",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abcdefgh",
    "[EMAIL·7f3a9c]",
    "[SECRET·123456]",
    "é",
    "日本",
    "😀",
    "４",
    "\ud800",
    "\x1e",
    "-----BEGIN PRIVATE KEY-----",
    "MIIEvQIBADANBgkqhkiG",
    "-----END PRIVATE KEY-----",
]
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=12).map("".join)


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_a_redacted_text_is_redacted_no_further(text: str) -> None:
    redacted, _counts = REDACTOR.redact_text(text)
    assert REDACTOR.redact_text(redacted) == (redacted, {})


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_both_engines_give_the_same(text: str) -> None:
    assert REDACTOR.redact_text(text) == STANDARD.redact_text(text)


@settings(max_examples=120, deadline=None)
@given(st.dictionaries(TEXTS, TEXTS, max_size=3).filter(lambda value: "-----END" not in str(value)))
def test_json_stays_json(value: dict[str, str]) -> None:
    text = json.dumps({"arguments": json.dumps(value), **value})
    json.loads(json.loads(REDACTOR.redact_text(text)[0])["arguments"])


def test_both_engines_give_the_same_on_real_runs(shared_data: Path) -> None:
    lines = (shared_data / "data/otlp/whoandwhen.jsonl").read_text().splitlines()
    for line in [
        *random.Random(1).sample(lines, 4),
        *(shared_data / "data/otlp/zipkin.jsonl").read_text().splitlines(),
    ]:
        assert REDACTOR.redact_text(line[:200_000]) == STANDARD.redact_text(line[:200_000])


def test_the_same_value_has_the_same_token_in_every_spelling_of_a_project() -> None:
    for one, other in [
        ("Ann@Example.com", "ann@example.com"),
        ("4111 1111 1111 1111", "4111-1111-1111-1111"),
        ("GB82 WEST 1234 5698 7654 32", "gb82west12345698765432"),
        ("ann%40example.com", "ann@example.com"),
    ]:
        assert REDACTOR.redact_text(one) == REDACTOR.redact_text(other)
    assert REDACTOR.redact_text("ann@example.com") != REDACTOR.redact_text("ben@example.com")
    assert REDACTOR.redact_text("ann@example.com") != Redactor(b"another project").redact_text("ann@example.com")
    assert REDACTOR.redact_text("ann@example.com") == Redactor(b"a project's key").redact_text("ann@example.com")


def test_a_key_is_needed() -> None:
    with pytest.raises(ValueError, match="key"):
        Redactor(b"")


def test_many_threads_share_one_redactor() -> None:
    texts = [f"user{number}@example.com and 203.0.113.{number % 200 + 1} " * 50 for number in range(64)]
    expected = [REDACTOR.redact_text(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(REDACTOR.redact_text, texts * 4)) == expected * 4


def test_without_the_wheel_the_standard_library_does_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanners, "engine", None)
    assert isinstance(scanners.make_scanner(triggers()), scanners.StandardScanner)
    program = (
        "import sys; sys.modules['hyperscan'] = None\n"
        "from telemetry.redaction import Redactor\n"
        "print(Redactor(b'k').redact_text('mail ann@example.com')[1])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "{'email': 1}"
