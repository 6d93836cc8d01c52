"""Which span lies in which: every span in preorder, whatever its parent pointers say. No Django here.

A span whose parent is not here lies in a placeholder, a cycle is cut at one of its spans, a span that names itself as
parent lies in none. The same spans in any order give the same nesting.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from traces.records import SpanRow

SpanKey = tuple[str, str, int]
"""(trace_id, span_id, side)"""

ROOT = -1
"""The parent of what lies in nothing."""
SELF_PARENT, CYCLE_CUT = "self_parent", "cycle_cut"
_NO_TIME = 1 << 80
_LOST = -2


class Nesting(msgspec.Struct, frozen=True):
    """Spans and placeholders as numbered nodes: first the spans in order of start, then the placeholders."""

    spans: list[SpanRow]
    missing: list[tuple[str, str]]
    """(trace_id, span_id) of the parent that each placeholder stands for."""
    parents: list[int]
    """By node; ROOT for what lies in nothing."""
    children: list[list[int]]
    """By node, in order."""
    roots: list[int]
    order: list[int]
    """All nodes in preorder."""
    position: list[int]
    """By node: its place in that order."""
    by_key: dict[SpanKey, int]
    """Node of each span."""
    marks: dict[int, tuple[str, int]]
    """By node what had to be decided: SELF_PARENT, or CYCLE_CUT with the number of spans of the cycle."""
    copies: dict[SpanKey, int]
    """Spans of the same identity that were left out."""


def nest_spans(spans: Sequence[SpanRow], homes: Mapping[SpanKey, SpanKey] | None = None) -> Nesting:
    """What lies in what; of several spans of one identity the newest. Linear but for sorting, no recursion.

    `homes` gives spans a parent in another trace.
    """
    distinct, copies = _distinct(spans)
    nodes = _Nodes(distinct, homes or {})
    nodes.attach()
    nodes.cut_cycles()
    children: list[list[int]] = [[] for _ in nodes.parents]
    roots: list[int] = []
    for at in nodes.placed():
        parent = nodes.parents[at]
        (roots if parent == ROOT else children[parent]).append(at)
    order, position = _preorder(roots, children)
    return Nesting(
        distinct, nodes.missing, nodes.parents, children, roots, order, position, nodes.by_key, nodes.marks, copies
    )


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
    """The work of nesting: spans by position in start order, placeholders behind them."""

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

    def placed(self) -> Iterable[int]:
        """All nodes in the order of siblings; a placeholder stands where its first child would."""
        if not self.missing:
            return range(len(self.spans))
        first: dict[int, int] = {}
        for at, parent in enumerate(self.parents):
            if parent >= len(self.spans):
                first.setdefault(parent, at)
        return sorted(range(len(self.parents)), key=lambda at: (first.get(at, at), at < len(self.spans)))


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
