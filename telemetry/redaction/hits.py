"""What a detector is given and what it gives: the text as read, and the places to replace."""

from collections.abc import Callable, Iterable
from typing import NamedTuple


class Hit(NamedTuple):
    """One place to replace: `text[start:end]`."""

    start: int
    end: int
    kind: str
    """What it is, e.g. `email`; the key of the counts and, in capitals, the label of the token."""
    value: str = ""
    """The value in its plain form, so that two spellings share a token; empty: as written."""
    quote: str = ""
    """Put around the token: for a bare JSON number, which a bare token would turn into bad JSON."""


class Reading:
    """One text while it is searched, and how far each detector has read it.

    `text` has the length of the original, character for character, with what only
    confuses (escaped line ends, odd spaces and dashes) made plain.
    """

    __slots__ = ("reached", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.reached: dict[str, int] = {}
        """Detector to the offset up to which it has answered; keeps hostile texts linear."""


Find = Callable[[Reading, int], Iterable[Hit]]
"""Detector: what is at or around this offset, which is where a trigger ended."""


class Trigger(NamedTuple):
    """When to ask a detector: one of `needles`, after `lead` and before `tail`.

    `lead` and `tail` are byte patterns in the syntax `re` and Hyperscan share; for one needle
    at one place they may match in one way only, so that both engines report the same end.
    """

    find: Find
    needles: tuple[str, ...]
    lead: str = ""
    """One character class, or empty."""
    tail: str = ""
    fold: bool = False
    """The needles are in lower case and stand for either case; `tail` is then read so too."""
    apart: int = 0
    """Triggers of one number are scanned together. Patterns without needles slow the others down threefold."""


def merge(hits: Iterable[Hit]) -> list[Hit]:
    """Hits in order and apart: of two that overlap the wider stays, stretched over both.

    Of two for the same place the first given stays, so give the more particular first.
    """
    merged: list[Hit] = []
    for hit in sorted(hits, key=lambda found: (found.start, -found.end)):
        if not merged or hit.start >= merged[-1].end:
            merged.append(hit)
        elif hit.end > merged[-1].end:
            last = merged.pop()
            merged.append(Hit(last.start, hit.end, last.kind, quote=last.quote))
    return merged
