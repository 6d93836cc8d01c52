"""The tree of a mission: every span in preorder, whatever its parent pointers say (`traces/nesting.py`).

Nothing is left out: a span whose parent is not here hangs under a placeholder, a cycle is cut at one of its spans, a
span that names itself as parent becomes a root. The same spans in any order give the same tree.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from traces import nesting
from traces.nesting import Nesting, nest_spans
from traces.records import SpanRow

SpanKey = nesting.SpanKey
"""(trace_id, span_id, side)"""

ROOT = nesting.ROOT
"""The parent index of a root."""

SELF_PARENT, CYCLE_CUT = nesting.SELF_PARENT, nesting.CYCLE_CUT
STARTS_BEFORE_PARENT, MISSING_PARENT, DUPLICATE = "starts_before_parent", "missing_parent", "duplicate"


class TreeRow(msgspec.Struct, frozen=True, gc=False):
    """One line of the tree."""

    index: int
    """Position in preorder."""
    depth: int
    parent: int
    """Index of the parent row; ROOT for a root."""
    child_count: int
    end: int
    """One past the last row of the subtree: rows[index:end] is the subtree."""
    span: SpanRow | None
    """None for a placeholder."""
    missing_trace_id: str = ""
    missing_span_id: str = ""
    """For a placeholder: the parent that its children name and that is not here."""

    @property
    def key(self) -> SpanKey:
        """The identity of the span; a placeholder has that of the span it stands for."""
        if self.span is None:
            return self.missing_trace_id, self.missing_span_id, 0
        return self.span.trace_id, self.span.span_id, self.span.side

    @property
    def label(self) -> str:
        """What to call the row on a page."""
        return self.span.name if self.span is not None else f"missing parent {self.missing_span_id[:8]}"


class TreeNote(msgspec.Struct, frozen=True, gc=False):
    """Something that had to be decided to draw the tree."""

    code: str
    """self_parent, cycle_cut, starts_before_parent, missing_parent or duplicate."""
    row: int
    amount: int
    """Spans of the cycle, nanoseconds before the parent, children of the placeholder, copies left out; else 1."""

    @property
    def text(self) -> str:
        """One plain sentence."""
        match self.code:
            case "self_parent":
                return "This span names itself as its parent; it is drawn as a root."
            case "cycle_cut":
                return f"{self.amount} spans name one another as parents in a circle; it is cut here."
            case "starts_before_parent":
                return f"It starts {self.amount / 1e6:.3f} ms before its parent: the clocks differ or a time is wrong."
            case "missing_parent":
                return f"The parent of {self.amount} {'span' if self.amount == 1 else 'spans'} has not arrived."
            case _:
                return f"{self.amount} more of the same identity came; the newest is drawn."


class MissionTree(msgspec.Struct, frozen=True):
    """All spans of a mission in preorder."""

    rows: tuple[TreeRow, ...]
    roots: tuple[int, ...]
    """Indices of the rows without a parent, in order."""
    index: dict[SpanKey, int]
    """Row of each span and placeholder."""
    notes: tuple[TreeNote, ...]
    """In order of row."""

    def children(self, row: int) -> Iterable[int]:
        """Indices of the children of a row, in order; of the roots for ROOT."""
        if row == ROOT:
            yield from self.roots
            return
        child, end = row + 1, self.rows[row].end
        while child < end:
            yield child
            child = self.rows[child].end

    def find(self, trace_id: str, span_id: str, side: int = 0) -> int | None:
        """The row of a span; a wrong side falls back to the other one."""
        found = self.index.get((trace_id, span_id, side))
        return self.index.get((trace_id, span_id, 1 - side)) if found is None else found


def build_tree(spans: Sequence[SpanRow], homes: Mapping[SpanKey, SpanKey] | None = None) -> MissionTree:
    """The tree of these spans; the same for any order of them. Linear but for sorting, no recursion.

    `homes` gives spans a parent in another trace: a step of a plan.
    """
    return _lay_out(nest_spans(spans, homes))


def _lay_out(nest: Nesting) -> MissionTree:
    """The rows in preorder with the size of each subtree."""
    order, position, count = nest.order, nest.position, len(nest.spans)
    row_parents = [ROOT if nest.parents[at] == ROOT else position[nest.parents[at]] for at in order]
    depths: list[int] = []
    for parent in row_parents:
        depths.append(0 if parent == ROOT else depths[parent] + 1)
    ends = list(range(1, len(order) + 1))
    for row in range(len(order) - 1, -1, -1):
        parent = row_parents[row]
        if parent != ROOT and ends[row] > ends[parent]:
            ends[parent] = ends[row]
    rows = [
        TreeRow(row, depths[row], row_parents[row], len(nest.children[at]), ends[row], nest.spans[at])
        if at < count
        else TreeRow(
            row, depths[row], row_parents[row], len(nest.children[at]), ends[row], None, *nest.missing[at - count]
        )
        for row, at in enumerate(order)
    ]
    index = {key: position[at] for key, at in nest.by_key.items()}
    for at, (trace_id, span_id) in enumerate(nest.missing, count):
        index[trace_id, span_id, 0] = position[at]
    return MissionTree(tuple(rows), tuple(position[at] for at in nest.roots), index, _notes(nest, rows))


def _notes(nest: Nesting, rows: list[TreeRow]) -> tuple[TreeNote, ...]:
    notes = [TreeNote(code, nest.position[at], amount) for at, (code, amount) in nest.marks.items()]
    notes.extend(TreeNote(DUPLICATE, nest.position[nest.by_key[key]], count) for key, count in nest.copies.items())
    for row in rows:
        if row.span is None:
            notes.append(TreeNote(MISSING_PARENT, row.index, row.child_count))
            continue
        parent = rows[row.parent].span if row.parent != ROOT else None
        start_ns = row.span.start_ns
        if parent is not None and start_ns is not None and parent.start_ns is not None:
            early = parent.start_ns - start_ns
            if early > 0:
                notes.append(TreeNote(STARTS_BEFORE_PARENT, row.index, early))
    return tuple(sorted(notes, key=lambda note: (note.row, note.code)))
