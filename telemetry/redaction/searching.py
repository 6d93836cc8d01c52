"""From texts to hits: one scan over all of them, then detectors only where a trigger fired."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import accumulate

from telemetry.redaction.disguises import plain, unmask
from telemetry.redaction.hits import Hit, Reading, Trigger, merge
from telemetry.redaction.pseudonyms import TOKEN
from telemetry.redaction.rulebook import find_disguise, find_header_name, triggers
from telemetry.redaction.scanners import Place, Scanner, make_scanner

_SEPARATOR = b"\x1e"


@cache
def shared_scanner(*, standard: bool = False) -> Scanner:
    """The scanner of this process, made at first use (about 0.2 s)."""
    return make_scanner(triggers(), standard=standard)


class Search:
    """Finds what is to be replaced. Safe to share between threads."""

    def __init__(self, *, standard: bool = False) -> None:
        self._triggers: Sequence[Trigger] = triggers()
        self._scanner = shared_scanner(standard=standard)

    def places(self, texts: Sequence[str]) -> dict[int, list[Place]]:
        """One scan over all texts: index of a text to its places, in bytes of that text. Texts without are absent."""
        encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
        found = self._scanner.places(b"".join((_SEPARATOR, _SEPARATOR.join(encoded), _SEPARATOR)))
        if not found:
            return {}
        starts = list(accumulate((len(part) + 1 for part in encoded), initial=1))
        places: dict[int, list[Place]] = {}
        for end, number in found:
            index = bisect_right(starts, end - 1) - 1
            if index >= 0:
                places.setdefault(index, []).append((end - starts[index], number))
        return places

    def is_header_name(self, places: Iterable[Place]) -> bool:
        """Whether one of these places says that its whole text is the name of something secret."""
        return any(self._triggers[number].find is find_header_name for _end, number in places)

    def hits(self, text: str, *, context: int = 0) -> list[Hit]:
        """What to replace in one text, in order and apart. The first `context` characters are looked at only."""
        return self.hits_at(text, self.places([text]).get(0, ()), context=context)

    def hits_at(self, text: str, places: Iterable[Place], *, context: int = 0) -> list[Hit]:
        """The same for a text whose places are known."""
        places = list(places)
        if not places:
            return []
        found = self._detect(text, places)
        if any(self._triggers[number].find is find_disguise for _end, number in places):
            found += self._behind(text)
        return _settle(text, found, context)

    def _detect(self, text: str, places: Sequence[Place]) -> list[Hit]:
        reading = Reading(plain(text))
        found: list[Hit] = []
        for at, number in places if text.isascii() else _in_characters(text, places):
            found.extend(self._triggers[number].find(reading, at))
        return found

    def _behind(self, text: str) -> list[Hit]:
        """What is found once disguises are taken off, placed in the text as it was sent."""
        clear = unmask(text)
        if not clear.shifts:
            return []
        places = self.places([clear.text]).get(0, [])
        hits = self._detect(clear.text, places)
        return [
            Hit(
                clear.original(hit.start),
                clear.original(hit.end),
                hit.kind,
                hit.value or clear.text[hit.start : hit.end],
            )
            for hit in hits
        ]


_CONTINUATION = bytes(range(0x80, 0xC0))


def _in_characters(text: str, places: Sequence[Place]) -> list[Place]:
    """The same places counted in characters. One inside a character's bytes counts as behind it."""
    data = text.encode("utf-8", "surrogatepass")
    counted: list[Place] = []
    characters = read = 0
    for end, number in places:
        if end > read:
            characters += len(data[read:end].translate(None, _CONTINUATION))
            read = end
        counted.append((characters, number))
    return counted


def _settle(text: str, found: list[Hit], context: int) -> list[Hit]:
    """Hits merged, without those that are tokens already or touch the context."""
    if not found:
        return []
    tokens = [match.span() for match in TOKEN.finditer(text)] if "·" in text else []
    return merge(hit for hit in found if context <= hit.start < hit.end and not _is_inside(hit, tokens))


def _is_inside(hit: Hit, tokens: list[tuple[int, int]]) -> bool:
    at = bisect_right(tokens, (hit.start, len(TOKEN.pattern) + hit.end)) - 1
    return at >= 0 and hit.end <= tokens[at][1]
