"""The critical path: which work the mission waited for at every moment, in classes that sum to its wall time.

Walked backwards from the end. Inside a span the child that finished last before the moment is what it waited for;
what lies between children is the span's own time. A child that outlives its parent counts on beside the ancestor that
outlasts it, or beside the roots. Where no span was open, the mission was idle. All times are integers: no rounding.
"""

from bisect import bisect_right
from collections.abc import Iterable

import msgspec

from analysis.algorithms.outcome import RETRIED, MissionOutcome
from analysis.algorithms.tree import ROOT, MissionTree, SpanKey
from traces.records import SpanRow

TIME_CLASSES = ("llm", "tool", "queue", "human", "retry", "agent", "idle")

_CLASS_OF_KIND = {
    "LLM": "llm", "EMBEDDING": "llm", "TOOL": "tool", "RETRIEVER": "tool", "RERANKER": "tool", "MEMORY": "tool",
    "HUMAN": "human", "QUEUE": "queue",
}  # fmt: skip
_CALL_KINDS = frozenset({"HTTP", "DB", "RPC"})
_ANCESTORS_TRIED = 64
"""How far up a place for the rest of an outliving child is looked for before it is put beside the roots."""


class PathSegment(msgspec.Struct, frozen=True, gc=False):
    """A stretch of the path. Segments touch one another and cover the wall time."""

    row: int
    """Row of the tree; ROOT where no span was open."""
    span: SpanKey | None
    start_ns: int
    end_ns: int
    time_class: str
    """One of TIME_CLASSES (`class` in JSON)."""


class CriticalPath(msgspec.Struct, frozen=True):
    """The path in order of time and what it adds up to."""

    start_ns: int | None
    end_ns: int | None
    segments: tuple[PathSegment, ...]
    totals: dict[str, int]
    """Nanoseconds by class, all classes present; they sum to end_ns - start_ns."""
    rows: frozenset[int]
    """The rows that lie on the path."""


class _Piece(msgspec.Struct, frozen=True, gc=False):
    """A stretch of one span, at the place where it is looked for."""

    end_ns: int
    start_ns: int
    row: int


def compute_critical_path(tree: MissionTree, outcome: MissionOutcome, until_ns: int | None = None) -> CriticalPath:
    """The critical path. Open spans last until `until_ns` (now), or until the last known time without it."""
    walk = _Walk(tree, outcome, until_ns)
    segments = walk.segments()
    totals = dict.fromkeys(TIME_CLASSES, 0)
    for segment in segments:
        totals[segment.time_class] += segment.end_ns - segment.start_ns
    return CriticalPath(
        walk.start_ns if segments else None,
        walk.end_ns if segments else None,
        tuple(segments),
        totals,
        frozenset(segment.row for segment in segments if segment.row != ROOT),
    )


class _Walk:
    """Intervals, pieces and classes of one mission, and the way back through them."""

    def __init__(self, tree: MissionTree, outcome: MissionOutcome, until_ns: int | None) -> None:
        self.tree = tree
        self.outcome = outcome
        self.starts, self.ends = _intervals(tree, until_ns)
        known = [at for at, start_ns in enumerate(self.starts) if start_ns >= 0]
        self.start_ns = min((self.starts[at] for at in known), default=0)
        self.end_ns = max((self.ends[at] for at in known), default=0)
        self.classes = self._classes()
        self.pieces: list[list[_Piece]] = [[] for _ in tree.rows]
        self.top: list[_Piece] = []
        for at in known:
            self._place(at)
        for pieces in self.pieces:
            pieces.sort(key=lambda piece: (piece.end_ns, -piece.start_ns, -piece.row))
        self.top.sort(key=lambda piece: (piece.end_ns, -piece.start_ns, -piece.row))

    def _classes(self) -> list[str]:
        """The class of each span's own time; parents come first, so what has no class takes that of what it serves."""
        classes: list[str] = []
        for row in self.tree.rows:
            above = classes[row.parent] if row.parent != ROOT else "agent"
            kind = row.span.span_kind if row.span is not None else ""
            if above == "retry" or self.outcome.recoveries[row.index] == RETRIED:
                classes.append("retry")
            elif kind in _CLASS_OF_KIND:
                classes.append(_CLASS_OF_KIND[kind])
            elif kind == "AGENT" or above == "agent":
                classes.append("tool" if kind in _CALL_KINDS else "agent")
            else:
                classes.append(above)
        return classes

    def _place(self, at: int) -> None:
        """Put a span's time where the walk will look for it: inside its parent, and what lies outside further up."""
        start_ns, end_ns, parent = self.starts[at], self.ends[at], self.tree.rows[at].parent
        while parent != ROOT and self.starts[parent] < 0:
            parent = self.tree.rows[parent].parent
        if parent == ROOT:
            self._add(ROOT, start_ns, end_ns, at)
            return
        parent_start_ns, parent_end_ns = self.starts[parent], self.ends[parent]
        self._add(parent, max(start_ns, parent_start_ns), min(end_ns, parent_end_ns), at)
        self._add(ROOT, start_ns, min(end_ns, parent_start_ns), at)
        if end_ns > parent_end_ns:
            self._add(self._outlasting(parent, end_ns), max(start_ns, parent_end_ns), end_ns, at)

    def _outlasting(self, at: int, end_ns: int) -> int:
        for _ in range(_ANCESTORS_TRIED):
            at = self.tree.rows[at].parent
            if at == ROOT or self.ends[at] >= end_ns > self.starts[at] >= 0:
                return at
        return ROOT

    def _add(self, place: int, start_ns: int, end_ns: int, at: int) -> None:
        if place != ROOT:
            start_ns, end_ns = max(start_ns, self.starts[place]), min(end_ns, self.ends[place])
        if end_ns > start_ns:
            (self.top if place == ROOT else self.pieces[place]).append(_Piece(end_ns, start_ns, at))

    def segments(self) -> list[PathSegment]:
        """All segments in order of time; neighbours of one span and class are joined."""
        found: list[PathSegment] = []
        for at, start_ns, end_ns, time_class in self._backwards():
            if found and found[-1].row == at and found[-1].time_class == time_class and found[-1].start_ns == end_ns:
                end_ns = found.pop().end_ns
            key = self.tree.rows[at].key if at != ROOT else None
            found.append(PathSegment(at, key, start_ns, end_ns, time_class))
        found.reverse()
        return found

    def _backwards(self) -> Iterable[tuple[int, int, int, str]]:
        for at, start_ns, end_ns, next_row in self._top_level():
            if at == ROOT:
                yield ROOT, start_ns, end_ns, self._gap_class(next_row)
            else:
                yield from self._inside(at, start_ns, end_ns)

    def _top_level(self) -> Iterable[tuple[int, int, int, int]]:
        """(row or ROOT, start, end, the row right after): what was open beside the roots, from the end to the start."""
        waiting = list(self.top)
        open_pieces: list[_Piece] = []
        moment_ns, next_row = self.end_ns, ROOT
        while moment_ns > self.start_ns:
            while waiting and waiting[-1].end_ns >= moment_ns:
                open_pieces.append(waiting.pop())
            while open_pieces and open_pieces[-1].start_ns >= moment_ns:
                open_pieces.pop()
            if open_pieces:
                piece = open_pieces.pop()
                yield piece.row, piece.start_ns, moment_ns, next_row
                moment_ns, next_row = piece.start_ns, piece.row
            else:
                idle_from_ns = waiting[-1].end_ns if waiting else self.start_ns
                yield ROOT, idle_from_ns, moment_ns, next_row
                moment_ns = idle_from_ns

    def _inside(self, first: int, start_ns: int, end_ns: int) -> Iterable[tuple[int, int, int, str]]:
        """The path through one span's stretch, from its end to its start, children in place."""
        stack = [(first, start_ns, end_ns, ROOT)]
        while stack:
            at, low_ns, moment_ns, next_row = stack.pop()
            piece = self._last_before(at, moment_ns)
            if piece is None or piece.end_ns <= low_ns:
                yield at, low_ns, moment_ns, self.classes[at]
                continue
            if piece.end_ns < moment_ns:
                yield at, piece.end_ns, moment_ns, self._between(at, piece.row, next_row)
            child_from_ns = max(piece.start_ns, low_ns)
            if child_from_ns > low_ns:
                stack.append((at, low_ns, child_from_ns, piece.row))
            stack.append((piece.row, child_from_ns, piece.end_ns, ROOT))

    def _last_before(self, at: int, moment_ns: int) -> _Piece | None:
        pieces = self.pieces[at]
        place = bisect_right(pieces, moment_ns, key=lambda piece: piece.end_ns)
        return pieces[place - 1] if place else None

    def _between(self, at: int, before: int, after: int) -> str:
        """The class of a span's own time between two of its children: back-off, queue, or its own."""
        if after != ROOT:
            if self.outcome.recoveries[before] == RETRIED and _same_work(self._span(before), self._span(after)):
                return "retry"
            if _was_queued(self._span(before), self._span(after)):
                return "queue"
        return self.classes[at]

    def _gap_class(self, next_row: int) -> str:
        """Nothing was open: a message lay in a queue when a consumer follows, else the mission was idle."""
        span = self._span(next_row) if next_row != ROOT else None
        return "queue" if span is not None and span.otel_kind == "CONSUMER" else "idle"

    def _span(self, at: int) -> SpanRow | None:
        return self.tree.rows[at].span


def _intervals(tree: MissionTree, until_ns: int | None) -> tuple[list[int], list[int]]:
    """Start and end by row; -1 where there is no start. Open spans reach to `until_ns` or the last known time."""
    moments = [
        moment_ns
        for row in tree.rows
        if row.span is not None
        for moment_ns in (row.span.start_ns, row.span.end_ns)
        if moment_ns is not None
    ]
    last_ns = max(moments, default=0) if until_ns is None else until_ns
    starts, ends = [], []
    for row in tree.rows:
        start_ns = row.span.start_ns if row.span is not None else None
        end_ns = row.span.end_ns if row.span is not None and row.span.end_ns is not None else last_ns
        starts.append(-1 if start_ns is None else start_ns)
        ends.append(-1 if start_ns is None else max(start_ns, end_ns))
    return starts, ends


def _same_work(before: SpanRow | None, after: SpanRow | None) -> bool:
    if before is None or after is None:
        return False
    return (before.span_kind, before.name) == (after.span_kind, after.name)


def _was_queued(before: SpanRow | None, after: SpanRow | None) -> bool:
    if before is None or after is None:
        return False
    return before.otel_kind == "PRODUCER" and after.otel_kind == "CONSUMER"
