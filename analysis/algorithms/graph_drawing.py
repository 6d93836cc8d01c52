"""Work folded to the limit and put into lanes, and the ties between it as edges."""

from collections import Counter
from collections.abc import Iterable, Sequence

from analysis.algorithms.circles import number_circles
from analysis.algorithms.graph_edges import EdgeList, Placed
from analysis.algorithms.graph_folding import fold_work
from analysis.algorithms.graph_model import DEPENDENCIES, OTHERS, GraphNode, LaneTie, MissionGraph, Tie, Work
from analysis.algorithms.graph_parts import GRAVEST, NO_TIME, extent, first_present, first_refs, label_of
from analysis.algorithms.graph_plan_folding import Folds, fold_plan
from analysis.algorithms.graph_work import WorkList
from plans.records import NOWHERE

EDGES_PER_NODE = 4
_REPORTED = ("ERROR", "OK", "UNSET", "")


class Drawing:
    """The graph while it is put together."""

    def __init__(self, listed: WorkList, limit: int) -> None:
        self.listed, self.work, self.limit = listed, listed.work, limit
        self.plan = listed.facts.plan
        self.lanes = self._choose_lanes()
        for each in self.work:
            if each.lane and each.lane not in self.lanes:
                each.lane = OTHERS
        self.folds = self._fold(limit - len({each.lane for each in self.work if each.lane}))
        self.parts: dict[int, list[int]] = {}
        """By first of a node: the pieces of work that it is."""
        self.hidden: dict[int, list[int]] = {}
        """By first of a node: the pieces of work below it that are folded away."""
        for at, (first, shown) in enumerate(zip(self.folds.firsts, self.folds.shown, strict=True)):
            (self.parts if first == shown else self.hidden).setdefault(shown, []).append(at)
        self.ids = {
            first: self.work[first].id if len(parts) == 1 else f"fold:{self.work[first].id}"
            for first, parts in self.parts.items()
        }
        self.occurrences = Counter(step.step_id for step in self.plan.steps)
        self.plan_sizes = Counter(step.parent for step in self.plan.steps)

    def _fold(self, room: int) -> Folds:
        if self.plan.is_empty:
            firsts = fold_work(self.work, room)
            return Folds(firsts, firsts, [""] * len(self.work))
        return fold_plan(self.work, room, self.listed.expanded)

    def _choose_lanes(self) -> set[str]:
        """The fullest lanes, at most a quarter of the nodes; others share one, in a tiny graph all do."""
        sizes = Counter(each.lane for each in self.work if each.lane)
        most = max(0, self.limit // 4 - 1)
        ranked = sorted(sizes, key=lambda lane: (-sizes[lane], lane))
        return set(ranked if len(ranked) <= most + 1 else ranked[:most])

    def draw(self, ties: Sequence[Tie], between: Iterable[LaneTie] = ()) -> MissionGraph:
        """The finished graph."""
        arcs = [(tie.source, tie.target) for tie in ties if tie.kind in DEPENDENCIES]
        cycles = number_circles(len(self.work), arcs)
        firsts = sorted(self.parts, key=self._order)
        nodes = [self._node(first, self.parts[first], cycles) for first in firsts]
        edges = EdgeList(Placed(self.work, self.folds.shown, self.ids, self.lanes, cycles)).make(ties, between)
        kept = edges[: EDGES_PER_NODE * self.limit]
        return MissionGraph(
            (*self._lane_nodes(), *nodes),
            tuple(kept),
            len(self.work),
            len(self.parts) < len(self.work),
            len(edges) - len(kept),
            bool(self.plan.steps),
        )

    def _order(self, first: int) -> tuple[int, int, str]:
        """By start; steps by when they were made, in the order of their plan."""
        parts = [self.work[at] for at in self.parts[first]]
        begun_ns = extent(parts)["start_ns"]
        if parts[0].step != NOWHERE:
            begun_ns = self.plan.steps[parts[0].step].created_ns or begun_ns
        return NO_TIME if begun_ns is None else begun_ns, parts[0].step, self.ids[first]

    def _node(self, first: int, places: list[int], cycles: Sequence[int]) -> GraphNode:
        parts = [self.work[at] for at in places]
        head, hidden = parts[0], self.hidden.get(first, ())
        caller = self.folds.shown[head.caller] if head.caller >= 0 else -1
        steps = [part.step for part in parts if part.step != NOWHERE]
        own = self.plan.steps[head.step] if head.step != NOWHERE else None
        is_expanded = head.is_expanded or (head.id in self.listed.expanded and not hidden)
        return GraphNode(
            id=self.ids[first],
            kind=head.kind,
            label=label_of(parts),
            agent_name=head.agent_name,
            status=first_present(_REPORTED, {part.status for part in parts}) if own is None else head.status,
            effective_status=first_present(GRAVEST, {part.effective_status for part in parts}),
            **extent(parts),
            parent=head.lane or None,
            refs=first_refs(parts),
            called_by=self.ids[caller] if caller >= 0 and caller != first else None,
            count=len(parts),
            detail=head.detail,
            ghost=head.ghost,
            step_id=head.step_id,
            occurrence=own.occurrence if own is not None else 0,
            occurrences=self.occurrences[head.step_id] if own is not None else 0,
            depth=own.depth if own is not None else 0,
            plan_size=sum(self.plan_sizes[step] for step in steps),
            hidden_count=len(hidden),
            hidden_failed=sum(self.work[at].effective_status == "failed" for at in hidden),
            llm_calls=sum(max(part.llm_calls, self._told_calls(part)) for part in parts),
            tool_calls=sum(part.tool_calls for part in parts),
            has_begun=not head.ghost and (not steps or any(self._has_begun(step) for step in steps)),
            is_silent=any(self.plan.steps[step].is_silent for step in steps),
            is_replaced=own is not None and own.is_replaced,
            in_cycle=any(cycles[at] >= 0 for at in places),
            group=self.folds.groups[first],
            is_expandable=bool(hidden) or (bool(steps) and (len(parts) > 1 or self._has_inner(parts))),
            is_expanded=is_expanded and bool(steps),
        )

    def _told_calls(self, part: Work) -> int:
        return self.plan.steps[part.step].model_calls if part.step != NOWHERE else 0

    def _has_begun(self, index: int) -> bool:
        step = self.plan.steps[index]
        return step.started_ns is not None or step.ended_ns is not None or step.outcome not in ("waiting", "gone")

    def _has_inner(self, parts: Sequence[Work]) -> bool:
        return any(part.inner_count and not part.is_expanded for part in parts)

    def _lane_nodes(self) -> list[GraphNode]:
        held: dict[str, list[Work]] = {}
        for each in self.work:
            if each.lane:
                held.setdefault(each.lane, []).append(each)
        nodes = [self._lane_node(lane, parts) for lane, parts in held.items()]
        return sorted(nodes, key=lambda node: (NO_TIME if node.start_ns is None else node.start_ns, node.id))

    def _lane_node(self, lane: str, parts: Sequence[Work]) -> GraphNode:
        kind, _, name = lane.partition(":")
        known = self.listed.lanes.known.get(lane) if lane != OTHERS else None
        top = [part for part in parts if part.caller < 0 or self.work[part.caller].lane != lane]
        status = first_present(GRAVEST, {_deciding_status(part) for part in top})
        count = sum(not part.ghost for part in parts)
        if known is not None:
            return GraphNode(
                lane, kind, known.label, known.agent_name, known.reported, known.status or status, **extent(parts),
                parent=None, refs=known.refs or first_refs(top), count=count, detail=known.detail,
            )  # fmt: skip
        label = name or ("other agents" if kind == "agent" else "unknown service")
        agent = name if kind == "agent" else ""
        return GraphNode(
            lane, kind, label, agent, "", status, **extent(parts), parent=None, refs=first_refs(top), count=count
        )


def _deciding_status(part: Work) -> str:
    """What a piece of work says about its lane: a failure that was recovered from does not count."""
    return "ok" if part.is_settled and part.effective_status == "failed" else part.effective_status
