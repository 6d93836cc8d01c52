"""Where in many texts a trigger fires: one pass of Hyperscan, or of the standard library where that is missing.

Both give the same places; a test holds them to it. See docs/adr/0002-redaction-engine.md.
"""

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from telemetry.redaction.hits import Trigger

try:
    import hyperscan as engine
except ImportError:  # no wheel for this machine: the standard library does it, slower
    engine = None  # type: ignore[assignment]

Place = tuple[int, int]
"""Where a trigger ends, in bytes, and the trigger's number."""


class Scanner(Protocol):
    """Finds triggers in bytes. Safe to share between threads."""

    def places(self, data: bytes) -> list[Place]:
        """Every place where a trigger ends, in order, each once."""
        ...


class HyperscanScanner:
    """All triggers, linear. The databases are shared, the scratch space is one for each thread."""

    def __init__(self, triggers: Sequence[Trigger]) -> None:
        groups: dict[int, list[tuple[int, Trigger]]] = {}
        for number, trigger in enumerate(triggers):
            groups.setdefault(trigger.apart, []).append((number, trigger))
        self._databases = [_compiled(group) for group in groups.values()]
        self._local = threading.local()

    def places(self, data: bytes) -> list[Place]:
        """Every place where a trigger ends, in order, each once."""
        found: set[Place] = set()
        add = found.add

        def on_match(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
            add((end, number))

        for database, scratch in zip(self._databases, self._scratches(), strict=True):
            database.scan(data, match_event_handler=on_match, scratch=scratch)
        return sorted(found)

    def _scratches(self) -> "list[engine.Scratch]":
        scratches: list[engine.Scratch] | None = getattr(self._local, "scratches", None)
        if scratches is None:
            scratches = self._local.scratches = [engine.Scratch(database) for database in self._databases]
        return scratches


def _compiled(group: list[tuple[int, Trigger]]) -> "engine.Database":
    patterns, numbers, flags = [], [], []
    for number, trigger in group:
        for needle in trigger.needles or ("",):
            patterns.append(f"{trigger.lead}{_escape(needle)}{trigger.tail}".encode())
            numbers.append(number)
            flags.append(engine.HS_FLAG_CASELESS if trigger.fold else 0)
    database = engine.Database()
    database.compile(expressions=patterns, ids=numbers, flags=flags)
    return database


def _escape(needle: str) -> str:
    """The needle as a pattern over bytes, the same in both engines."""
    return "".join(chr(byte) if chr(byte).isalnum() and byte < 128 else f"\\x{byte:02x}" for byte in needle.encode())


class StandardScanner:
    """The same by `bytes.find` for each needle and `re` for what has none. Linear, about fifty times slower."""

    def __init__(self, triggers: Sequence[Trigger]) -> None:
        self._searches = [
            (number, search, trigger.fold) for number, trigger in enumerate(triggers) for search in _searches(trigger)
        ]

    def places(self, data: bytes) -> list[Place]:
        """Every place where a trigger ends, in order, each once."""
        lowered = data.lower()
        return sorted(
            {(end, number) for number, search, fold in self._searches for end in search(lowered if fold else data)}
        )


Search = Callable[[bytes], Iterator[int]]


def _searches(trigger: Trigger) -> list[Search]:
    case = re.IGNORECASE if trigger.fold else re.NOFLAG
    lead = re.compile(trigger.lead.encode(), case) if trigger.lead else None
    tail = re.compile(trigger.tail.encode(), case)
    if not trigger.needles:
        return [_by_pattern(re.compile(f"(?=({trigger.lead}{trigger.tail}))".encode(), case))]
    return [_by_needle(needle.encode(), lead, tail) for needle in trigger.needles]


def _by_pattern(pattern: re.Pattern[bytes]) -> Search:
    def search(data: bytes) -> Iterator[int]:
        return (found.end(1) for found in pattern.finditer(data))

    return search


def _by_needle(needle: bytes, lead: re.Pattern[bytes] | None, tail: re.Pattern[bytes]) -> Search:
    def search(data: bytes) -> Iterator[int]:
        at = data.find(needle)
        while at >= 0:
            found = tail.match(data, at + len(needle))
            if found is not None and (lead is None or (at > 0 and lead.match(data, at - 1))):
                yield found.end()
            at = data.find(needle, at + 1)

    return search


def make_scanner(triggers: Sequence[Trigger], *, standard: bool = False) -> Scanner:
    """Hyperscan where it is installed, unless the standard library is asked for."""
    if standard or engine is None:
        return StandardScanner(triggers)
    return HyperscanScanner(triggers)
