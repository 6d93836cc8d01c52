"""Runs of digits, read once each and judged: card, social security number or phone number."""

import re

from telemetry.redaction.accounts import find_cards, find_social
from telemetry.redaction.hits import Hit, Reading
from telemetry.redaction.phones import find_phones, is_date

_RUN = "0123456789 ().-/+"
_RUN_TAIL = re.compile(r"[0-9 ().\-/+]*")
_DECIMAL = re.compile(r"\d{1,20}\.\d{1,40}")
_STEP = 64
_SOCIAL_SIZES = (0, 9)
_CARD_SIZES = (0, *range(12, 20))
_PHONE_SIZES = (0, *range(7, 16))
"""Lengths that an undivided number of the kind can have; 0 stands for a divided one."""


def find_numbers(reading: Reading, at: int) -> tuple[Hit, ...]:
    """What the digits around this offset are. A run that was read is not read again."""
    text = reading.text
    reached = reading.reached.get("number", 0)
    if at <= reached:
        return ()
    start = _start_of_run(text, at, reached)
    tail = _RUN_TAIL.match(text, at)
    end = tail.end() if tail else at
    reading.reached["number"] = end
    return _judge_run(text, start, end)


def _judge_run(text: str, start: int, end: int) -> tuple[Hit, ...]:
    written = text[start:end].strip(" .-/")
    size = len(written) if written.isdigit() else 0
    if not size and (_DECIMAL.fullmatch(written) is not None or is_date(written)):
        return ()
    hits: list[Hit] = []
    if size in _SOCIAL_SIZES:
        hits += find_social(text, start, end)
    if size in _CARD_SIZES:
        hits += find_cards(text, start, end)
    if size in _PHONE_SIZES:
        hits += find_phones(text, start, end)
    return tuple(hits)


def _start_of_run(text: str, at: int, reached: int) -> int:
    start = at
    while start > reached:
        left = text[max(reached, start - _STEP) : start]
        kept = len(left.rstrip(_RUN))
        start -= len(left) - kept
        if kept:
            break
    return start
