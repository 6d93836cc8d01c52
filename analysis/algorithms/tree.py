"""The tree of a mission: every span in preorder, whatever its parent pointers say.

Nothing is left out: a span whose parent is not here hangs under a placeholder, a cycle is cut at one of its spans, a
span that names itself as parent becomes a root. The same spans in any order give the same tree.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from traces.records import SpanRow

SpanKey = tuple[str, str, int]
"""(trace_id, span_id, side)"""

ROOT = -1
"""The parent index of a root."""

SELF_PARENT, CYCLE_CUT, STARTS_BEFORE_PARENT, MISSING_PARENT, DUPLICATE = (
    "self_parent",
    "cycle_cut",
    "starts_before_parent",
    "missing_parent",
    "duplicate",
)
_NO_TIME = 1 << 80
_LOST = -2


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
    distinct, copies = _distinct(spans)
    nodes = _Nodes(distinct, homes or {})
    nodes.attach()
    nodes.cut_cycles()
    return nodes.lay_out(copies)


def _distinct(spans: Sequence[SpanRow]) -> tuple[list[SpanRow], dict[SpanKey, int]]:
    """One span for each identity (the newest), ordered by start then id; and how many copies were left out."""
    chosen: dict[SpanKey, SpanRow] = {}
    copies: dict[SpanKey, int] = {}
    for span in spans:
        key = (span.trace_id, span.span_id, span.side)
        held = chosen.setdefault(key, span)
        if held is not span:
            copies[key] = copies.get(key, 0) + 1
            chosen[key] = max(held, span, key=lambda each: (each.change_seq, each.pk, repr(each)))
    return sorted(chosen.values(), key=_order), copies


def _order(span: SpanRow) -> tuple[int, str, str, int]:
    start_ns = span.start_ns
    return _NO_TIME if start_ns is None else start_ns, span.span_id, span.trace_id, span.side


class _Nodes:
    """The work of building one tree: spans by position in start order, placeholders behind them."""

    def __init__(self, spans: list[SpanRow], homes: Mapping[SpanKey, SpanKey]) -> None:
        self.spans, self.homes = spans, homes
        self.by_key = {(span.trace_id, span.span_id, span.side): at for at, span in enumerate(spans)}
        self.parents = [ROOT] * len(spans)
        self.missing: list[tuple[str, str]] = []
        self.marks: dict[int, tuple[str, int]] = {}

    def attach(self) -> None:
        """Give every span its parent, a placeholder where the parent is not here."""
        placeholders: dict[tuple[str, str], int] = {}
        for at, span in enumerate(self.spans):
            parent = self._parent_of(at, span)
            if parent == _LOST:
                wanted = (span.trace_id, span.parent_span_id or "")
                parent = placeholders.get(wanted, _LOST)
                if parent == _LOST:
                    parent = placeholders[wanted] = len(self.spans) + len(self.missing)
                    self.missing.append(wanted)
            self.parents[at] = parent
        self.parents.extend([ROOT] * len(self.missing))

    def _parent_of(self, at: int, span: SpanRow) -> int:
        by_key, trace_id, parent_id = self.by_key, span.trace_id, span.parent_span_id
        if self.homes and (home := self.homes.get((trace_id, span.span_id, span.side))) in by_key:
            return by_key[home]
        if span.side == 1:
            client = by_key.get((trace_id, span.span_id, 0))
            if client is not None:
                return client
        if not parent_id or not parent_id.strip("0"):
            return ROOT
        if parent_id == span.span_id:
            self.marks[at] = (SELF_PARENT, 1)
            return ROOT
        client = by_key.get((trace_id, parent_id, 0))
        server = by_key.get((trace_id, parent_id, 1))
        if server is not None and (client is None or self.spans[server].service_name == span.service_name):
            return server
        return _LOST if client is None else client

    def cut_cycles(self) -> None:
        """Make one span of each circle a root: the first by start, then id. Parents are followed, never recursed."""
        state = bytearray(len(self.parents))
        for first in range(len(self.parents)):
            path = []
            at = first
            while at != ROOT and not state[at]:
                state[at] = 1
                path.append(at)
                at = self.parents[at]
            if at != ROOT and state[at] == 1:
                circle = path[path.index(at) :]
                cut = min(circle)
                self.parents[cut] = ROOT
                self.marks[cut] = (CYCLE_CUT, len(circle))
            for seen in path:
                state[seen] = 2

    def lay_out(self, copies: dict[SpanKey, int]) -> MissionTree:
        """The rows in preorder with the size of each subtree."""
        children: list[list[int]] = [[] for _ in self.parents]
        roots: list[int] = []
        for at in self._placed():
            parent = self.parents[at]
            (roots if parent == ROOT else children[parent]).append(at)
        order, position = _preorder(roots, children)
        row_parents = [ROOT if self.parents[at] == ROOT else position[self.parents[at]] for at in order]
        depths: list[int] = []
        for parent in row_parents:
            depths.append(0 if parent == ROOT else depths[parent] + 1)
        ends = list(range(1, len(order) + 1))
        for row in range(len(order) - 1, -1, -1):
            parent = row_parents[row]
            if parent != ROOT and ends[row] > ends[parent]:
                ends[parent] = ends[row]
        count = len(self.spans)
        rows = [
            TreeRow(row, depths[row], row_parents[row], len(children[at]), ends[row], self.spans[at])
            if at < count
            else TreeRow(
                row, depths[row], row_parents[row], len(children[at]), ends[row], None, *self.missing[at - count]
            )
            for row, at in enumerate(order)
        ]
        index = {key: position[at] for key, at in self.by_key.items()}
        for at, (trace_id, span_id) in enumerate(self.missing, count):
            index[trace_id, span_id, 0] = position[at]
        return MissionTree(tuple(rows), tuple(position[at] for at in roots), index, self._notes(rows, position, copies))

    def _placed(self) -> Iterable[int]:
        """All nodes in the order of siblings; a placeholder stands where its first child would."""
        if not self.missing:
            return range(len(self.spans))
        first: dict[int, int] = {}
        for at, parent in enumerate(self.parents):
            if parent >= len(self.spans):
                first.setdefault(parent, at)
        return sorted(range(len(self.parents)), key=lambda at: (first.get(at, at), at < len(self.spans)))

    def _notes(self, rows: list[TreeRow], position: list[int], copies: dict[SpanKey, int]) -> tuple[TreeNote, ...]:
        notes = [TreeNote(code, position[at], amount) for at, (code, amount) in self.marks.items()]
        notes.extend(TreeNote(DUPLICATE, position[self.by_key[key]], count) for key, count in copies.items())
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


def _preorder(roots: list[int], children: list[list[int]]) -> tuple[list[int], list[int]]:
    """Nodes in preorder, and the place of each node in that order."""
    order: list[int] = []
    position = [0] * len(children)
    stack = roots[::-1]
    while stack:
        at = stack.pop()
        position[at] = len(order)
        order.append(at)
        if children[at]:
            stack.extend(reversed(children[at]))
    return order, position
