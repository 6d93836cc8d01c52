"""Ties between work as edges between nodes: equal ones joined, what records prove first."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import NamedTuple

from analysis.algorithms.graph_model import DEPENDENCIES, MAX_REFS, OTHERS, PLAN_TIES, GraphEdge, LaneTie, Tie, Work

NAMED = 3
"""So many outputs are named on one edge."""
_WORDS = {
    "parent": "calls", "link": "link", "handoff": "hand-off", "tool_call": "tool call", "retry": "went well later",
    "sequence": "then", "replaced_by": "plan", "template": "iterations",
}  # fmt: skip


class Placed(NamedTuple):
    """Work after folding."""

    work: Sequence[Work]
    shown: Sequence[int]
    """By work: the first of the node that it is shown in."""
    ids: Mapping[int, str]
    """By first of a node: its id."""
    lanes: Set[str]
    """Lanes that have not become a part of the shared one."""
    cycles: Sequence[int]
    """By work: the cycle it lies on, or -1."""


class EdgeList:
    """The edges between placed work."""

    def __init__(self, placed: Placed) -> None:
        self.work, self.shown, self.ids, self.lanes, self.cycles = placed
        self.drawn_lanes = {each.lane for each in self.work}
        self.sizes = Counter(self.shown)

    def make(self, ties: Iterable[Tie], between: Iterable[LaneTie]) -> list[GraphEdge]:
        """All edges in order: those between agents, then by what they join; inferred ones last."""
        joined: dict[tuple[str, str, str], list[Tie]] = {}
        for tie in map(self._without_iteration_order, ties):
            source, target = self.shown[tie.source], self.shown[tie.target]
            if source != target:
                joined.setdefault((self.ids[source], self.ids[target], tie.kind), []).append(tie)
        edges = [self._edge(*ends, group) for ends, group in joined.items()]
        place = {node_id: first for first, node_id in self.ids.items()}
        edges.sort(key=lambda edge: (edge.is_inferred, place[edge.source], place[edge.target], edge.kind))
        return [*self._between_lanes(between), *edges]

    def _without_iteration_order(self, tie: Tie) -> Tie:
        """Which call followed which differs between iterations that are folded: there, the caller led to both."""
        caller = self.work[tie.target].caller
        if tie.kind != "sequence" or caller < 0 or self.sizes[self.shown[caller]] == 1:
            return tie
        evidence = (*self.work[tie.target].refs[:1], *self.work[caller].refs[:1])
        return Tie(caller, tie.target, "parent", "calls", evidence)

    def _edge(self, source: str, target: str, kind: str, group: Sequence[Tie]) -> GraphEdge:
        evidence = tuple(dict.fromkeys(ref for tie in group[:MAX_REFS] for ref in tie.evidence))[:MAX_REFS]
        told = [tie.is_satisfied for tie in group if tie.is_satisfied is not None]
        return GraphEdge(
            source,
            target,
            kind,
            _label(kind, group),
            evidence,
            all(tie.is_inferred for tie in group),
            len(group),
            group[0].why,
            all(told) if told else None,
            any(self._is_in_cycle(tie) for tie in group),
        )

    def _is_in_cycle(self, tie: Tie) -> bool:
        return tie.kind in DEPENDENCIES and self.cycles[tie.source] == self.cycles[tie.target] >= 0

    def _between_lanes(self, between: Iterable[LaneTie]) -> list[GraphEdge]:
        found: dict[tuple[str, str, str], GraphEdge] = {}
        for tie in between:
            source = self._lane(tie.source)
            target = self._lane(tie.target_lane) if tie.target < 0 else self.ids[self.shown[tie.target]]
            is_drawn = source in self.drawn_lanes and (tie.target >= 0 or target in self.drawn_lanes)
            if is_drawn and source != target:
                held = found.get((source, target, tie.kind))
                count = 1 if held is None else held.count + 1
                evidence = tie.evidence if held is None else (*held.evidence, *tie.evidence)[:MAX_REFS]
                found[source, target, tie.kind] = GraphEdge(
                    source, target, tie.kind, tie.label, evidence, False, count, tie.why
                )
        return list(found.values())

    def _lane(self, lane: str) -> str:
        return lane if lane in self.lanes else OTHERS


def _label(kind: str, group: Sequence[Tie]) -> str:
    """The outputs that are taken, by name; else what several of a kind are called."""
    if len(group) == 1:
        return group[0].label
    labels = list(dict.fromkeys(tie.label for tie in group if tie.label))
    if kind in PLAN_TIES and len(labels) <= NAMED:
        return ", ".join(labels)
    return f"{_WORDS.get(kind, kind.replace('_', ' '))} ×{len(group)}"
