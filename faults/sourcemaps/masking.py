"""Secrets covered in place: code in which nothing else moves, so that lines and columns stay what a map says."""

import re
from typing import NamedTuple

from telemetry.redaction import Redactor
from telemetry.redaction.pseudonyms import TOKEN

FILLER = "x"
_VISIBLE = re.compile(r"[^\n\r\u2028\u2029]")


class Masked(NamedTuple):
    """A text without secrets, of the same length."""

    text: str
    redacted_count: int


def mask(text: str, redactor: Redactor) -> Masked | None:
    """The text with what redaction takes out covered; None when it cannot be told what that was.

    What stays are pieces of the redacted text, whatever is found between them.
    """
    redacted, counts = redactor.redact_text(text)
    if redacted == text:
        return Masked(text, 0)
    kept = TOKEN.split(redacted)
    if not text.startswith(kept[0]) or len(kept) == 1:
        return None
    pieces, place = [kept[0]], len(kept[0])
    for piece in kept[1:-1]:
        found = text.find(piece, place)
        if found < 0:
            return None
        pieces += [_VISIBLE.sub(FILLER, text[place:found]), piece]
        place = found + len(piece)
    end = len(text) - len(kept[-1])
    if end < place or not text.endswith(kept[-1]):
        return None
    pieces += [_VISIBLE.sub(FILLER, text[place:end]), kept[-1]]
    return Masked("".join(pieces), sum(counts.values()))


def redact_lines(text: str, redactor: Redactor) -> Masked | None:
    """The text with tokens for what was taken out, as long as its lines stay; else covered, as `mask` does."""
    redacted, counts = redactor.redact_text(text)
    if redacted.count("\n") == text.count("\n"):
        return Masked(redacted, sum(counts.values()))
    return mask(text, redactor)
