"""Hostile texts take time in proportion to their length; clean ones take next to none."""

import base64
import gc
import random
import time
from collections.abc import Callable

import pytest

from telemetry.records import Decoded
from telemetry.redaction import Redactor
from tests.telemetry.redaction.making import make_span

pytestmark = pytest.mark.timing

REDACTOR = Redactor(b"a project's key")
STANDARD = Redactor(b"a project's key", standard=True)
BLOB = base64.b64encode(random.Random(1).randbytes(3_200_000)).decode()
SIZE = 50_000
DOUBLINGS = 3
LONGEST_DOUBLING = 2.5
"""Twice the text takes at most so many times the time."""
NOISE_SECONDS = 0.05
ATTEMPTS = 8
"""The best counts: the machine has other work."""


def _repeat(piece: str) -> Callable[[int], str]:
    return lambda size: (piece * (size // len(piece) + 1))[:size]


HOSTILE = {
    "a": _repeat("a"),
    "a@a.a@": _repeat("a@a.a@"),
    "a@a.a.a": lambda size: ("a@" + "a." * size)[:size],
    "{": _repeat("{"),
    "begin": _repeat("-----BEGIN RSA PRIVATE KEY-----\n"),
    "base64": lambda size: BLOB[:size],
    "digits": _repeat("4"),
    "cards": _repeat("4111 "),
    "phones": _repeat("555-123-4567 "),
    "plus": _repeat("+49 30 901820 "),
    "jwt": _repeat("eyJ."),
    "password": _repeat("password="),
    "quotes": _repeat('password:"'),
    "escaped": _repeat('password:\\"'),
    "lists": _repeat('"secret":['),
    "objects": _repeat('"secret":{"'),
    "deep": lambda size: '"secret":' + "[" * size,
    "slashes": _repeat("\\"),
    "unicode": _repeat("\\u0041"),
    "percent": _repeat("%40"),
    "wide": _repeat("４"),
    "urls": _repeat("http://a:b@"),
    "pairs": _repeat('["token","'),
    "tokens": _repeat("glpat-"),
    "curl": _repeat("curl -u "),
    "times": _repeat("12:30:45 "),
    "addresses": _repeat("2001:db8::1 "),
    "secrets": _repeat("kind: Secret data: a: "),
}


def _seconds(redactor: Redactor, text: str) -> float:
    """Processor time."""
    gc.collect()
    gc.disable()
    begin = time.thread_time()
    redactor.redact_text(text)
    took = time.thread_time() - begin
    gc.enable()
    return took


def _is_linear(redactor: Redactor, make: Callable[[int], str]) -> bool:
    """Whether a text doubled three times takes at most 15.6 times as long; quadratic would be 64 times."""
    small, large = make(SIZE), make(SIZE * 2**DOUBLINGS)
    least = most = 1e9
    for _attempt in range(ATTEMPTS):
        least, most = min(least, _seconds(redactor, small)), min(most, _seconds(redactor, large))
        if most <= LONGEST_DOUBLING**DOUBLINGS * least or most < NOISE_SECONDS:
            return True
    return False


def _is_quick(redactor: Redactor, text: str, attempts: int = ATTEMPTS) -> bool:
    return any(_seconds(redactor, text) < 1.0 for _attempt in range(attempts))


@pytest.mark.parametrize("name", HOSTILE)
def test_more_text_takes_more_time_in_proportion(name: str) -> None:
    assert _is_linear(REDACTOR, HOSTILE[name])


@pytest.mark.parametrize("name", ["a", "a@a.a@", "begin", "lists", "phones", "digits"])
def test_without_hyperscan_too(name: str) -> None:
    assert _is_linear(STANDARD, HOSTILE[name])


@pytest.mark.parametrize("name", ["a", "a@a.a@", "a@a.a.a", "{", "begin", "base64"])
def test_a_megabyte_takes_less_than_a_second(name: str) -> None:
    assert _is_quick(REDACTOR, HOSTILE[name](10 * SIZE))


def test_an_image_of_four_megabytes_takes_less_than_a_second() -> None:
    assert len(BLOB) > 4_200_000
    assert _is_quick(REDACTOR, f"data:image/png;base64,{BLOB}", attempts=2)
    assert REDACTOR.redact_text(f"data:image/png;base64,{BLOB}")[1] == {}


def test_a_clean_span_costs_microseconds() -> None:
    words = random.Random(2).choices("the agent reads a file and writes what it found there".split(), k=800)
    spans = [make_span(attributes={"prompt": f"{number} {' '.join(words)}", "n": number}) for number in range(400)]
    begin = time.thread_time()
    decoded = Decoded(spans, [], [])
    assert REDACTOR.redact(decoded) is decoded
    assert (time.thread_time() - begin) / len(spans) < 200e-6
