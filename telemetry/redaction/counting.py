"""A text with what was found in it replaced, and how many of each kind."""

from typing import NamedTuple

from telemetry.redaction.hits import Hit
from telemetry.redaction.pseudonyms import WITHHELD, Pseudonyms

Counts = dict[str, int]
"""Kind of secret or personal data to how many were replaced."""


class Redacted(NamedTuple):
    """A text as it may be stored, and what was taken out of it."""

    text: str
    counts: Counts


_APART = " \n\t\"'\\,;<>()"


class RedactionError(Exception):
    """The searched text and its replacement do not fit together; nothing of it may be stored."""


WITHHELD_TEXT = Redacted(WITHHELD, {"withheld": 1})


def add(counts: Counts, more: Counts) -> None:
    """Adds to the first what the second counts."""
    for kind, number in more.items():
        counts[kind] = counts.get(kind, 0) + number


def replace(text: str, hits: list[Hit], pseudonyms: Pseudonyms) -> Redacted:
    """The text with a token for each hit. The hits are in order and apart, or this raises RedactionError."""
    parts: list[str] = []
    counts: Counts = {}
    read = 0
    for hit in hits:
        if not read <= hit.start < hit.end <= len(text):
            raise RedactionError("a hit lies outside the text or inside another")
        parts.append(text[read : hit.start])
        token = pseudonyms.token(hit.kind, hit.value or text[hit.start : hit.end])
        parts.append(f"{hit.quote}{token}{hit.quote}")
        counts[hit.kind] = counts.get(hit.kind, 0) + 1
        read = hit.end
    parts.append(text[read:])
    return Redacted("".join(parts), counts)


def is_tight(text: str, hits: list[Hit]) -> bool:
    """Whether something stands right beside one of the hits that could read otherwise beside a token."""
    return any(
        (hit.start > 0 and text[hit.start - 1] not in _APART) or text[hit.end : hit.end + 1] not in _APART
        for hit in hits
    )
