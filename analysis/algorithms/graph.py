"""The graph of a mission: agents as lanes, their work as nodes, edges only from evidence."""

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from analysis.algorithms.facts import build_facts
from analysis.algorithms.findings import Ref
from analysis.algorithms.graph_folding import fold_work
from analysis.algorithms.graph_model import MAX_REFS, GraphEdge, GraphNode, MissionGraph, Tie, Work
from analysis.algorithms.graph_ties import Ties
from analysis.algorithms.graph_work import WorkList
from llmlog.records import LlmCallRow, ToolCallRow
from plans.records import NO_PLAN, Plan
from traces.records import SpanRow

DEFAULT_LIMIT = 300
EDGES_PER_NODE = 4
_GRAVEST = ("active", "waiting", "failed", "gone", "ok")
_REPORTED = ("ERROR", "OK", "UNSET", "")
_EDGE_WORDS = {
    "parent": "calls", "link": "link", "handoff": "hand-off", "tool_call": "tool call", "retry": "went well later",
    "sequence": "then",
}  # fmt: skip
_NO_TIME = 1 << 80


def build_graph(
    spans: Sequence[SpanRow],
    llm_calls: Sequence[LlmCallRow],
    tool_calls: Sequence[ToolCallRow],
    at_ns: int | None = None,
    limit: int = DEFAULT_LIMIT,
    *,
    now_ns: int | None = None,
    last_activity_ns: int | None = None,
    plan: Plan = NO_PLAN,
) -> MissionGraph:
    """The graph, or as it stood at `at_ns`. At most `limit` nodes, lanes included; the same for any order of spans.

    Open work counts as abandoned by `now_ns`; without it nothing is taken to be silent for long. `last_activity_ns`
    brings in what spans do not show; `plan` is that of the same moment.
    """
    if limit < 2:
        raise ValueError("a graph needs room for a lane and a node")
    if at_ns is not None:
        spans = spans_at(spans, at_ns)
    moment_ns = at_ns if at_ns is not None else now_ns
    if moment_ns is None:
        moment_ns = max((span.end_ns or span.start_ns or 0 for span in spans), default=0)
    facts = build_facts(
        spans,
        llm_calls,
        tool_calls,
        (),
        moment_ns,
        last_activity_ns=last_activity_ns if at_ns is None else None,
        plan=plan,
    )
    listed = WorkList(facts)
    ties = Ties(listed).find()
    return _Drawing(listed.work, limit).draw(ties)


def spans_at(spans: Iterable[SpanRow], at_ns: int) -> list[SpanRow]:
    """The spans as they were known at a moment: what began later is not there, what ended later is open."""
    known = []
    for span in spans:
        if (span.start_ns if span.start_ns is not None else span.end_ns or at_ns) > at_ns:
            continue
        if span.end_ns is not None and span.end_ns > at_ns:
            span = msgspec.structs.replace(span, end_ns=None, status_code="UNSET", status_message="", error_type="")
        known.append(span)
    return known


class _Drawing:
    """Work folded to the limit and put into lanes."""

    def __init__(self, work: list[Work], limit: int) -> None:
        self.work = work
        self.limit = limit
        self.lanes = self._choose_lanes()
        for each in work:
            if each.lane and each.lane not in self.lanes:
                each.lane = "agent:"
        self.firsts = fold_work(work, limit - len({each.lane for each in work if each.lane}))
        self.members: dict[int, list[int]] = {}
        for at, first in enumerate(self.firsts):
            self.members.setdefault(first, []).append(at)
        self.ids = {
            first: work[first].id if len(members) == 1 else f"fold:{work[first].id}"
            for first, members in self.members.items()
        }

    def _choose_lanes(self) -> set[str]:
        """The fullest lanes, at most a quarter of the nodes; the other agents share one."""
        sizes = Counter(each.lane for each in self.work if each.lane)
        most = max(1, self.limit // 4 - 1)
        ranked = sorted(sizes, key=lambda lane: (-sizes[lane], lane))
        return set(ranked if len(ranked) <= most + 1 else ranked[:most])

    def draw(self, ties: Iterable[Tie]) -> MissionGraph:
        """The finished graph."""
        nodes = [self._node(first, members) for first, members in self.members.items()]
        nodes.sort(key=lambda node: (_NO_TIME if node.start_ns is None else node.start_ns, node.id))
        edges = self._edges(ties)
        kept = edges[: EDGES_PER_NODE * self.limit]
        return MissionGraph(
            (*self._lane_nodes(), *nodes),
            tuple(kept),
            len(self.work),
            len(self.members) < len(self.work),
            len(edges) - len(kept),
        )

    def _node(self, first: int, members: list[int]) -> GraphNode:
        parts = [self.work[at] for at in members]
        head = parts[0]
        caller = self.firsts[head.caller] if head.caller >= 0 else -1
        label = _label(parts)
        return GraphNode(
            self.ids[first],
            head.kind,
            label,
            head.agent_name,
            _first_present(_REPORTED, {part.status for part in parts}),
            _first_present(_GRAVEST, {part.effective_status for part in parts}),
            *_extent(parts),
            head.lane or None,
            _first_refs(parts),
            self.ids[caller] if caller >= 0 and caller != first else None,
            len(parts),
        )

    def _lane_nodes(self) -> list[GraphNode]:
        held: dict[str, list[Work]] = {}
        for each in self.work:
            if each.lane:
                held.setdefault(each.lane, []).append(each)
        nodes = []
        for lane, parts in held.items():
            kind, _, name = lane.partition(":")
            start_ns, end_ns = _extent(parts)
            top = [part for part in parts if part.caller < 0 or self.work[part.caller].lane != lane]
            status = _first_present(_GRAVEST, {_deciding_status(part) for part in top})
            label = name or ("other agents" if kind == "agent" else "unknown service")
            agent = name if kind == "agent" else ""
            nodes.append(
                GraphNode(
                    lane, kind, label, agent, "", status, start_ns, end_ns, None, _first_refs(top), None, len(parts)
                )
            )
        return sorted(nodes, key=lambda node: (_NO_TIME if node.start_ns is None else node.start_ns, node.id))

    def _without_iteration_order(self, tie: Tie) -> Tie:
        """Which call followed which differs between iterations that are folded: there, the caller led to both."""
        caller = self.work[tie.target].caller
        if tie.kind != "sequence" or caller < 0 or len(self.members[self.firsts[caller]]) == 1:
            return tie
        evidence = (*self.work[tie.target].refs[:1], *self.work[caller].refs[:1])
        return Tie(caller, tie.target, "parent", "calls", evidence)

    def _edges(self, ties: Iterable[Tie]) -> list[GraphEdge]:
        """Ties between different nodes, equal ones joined; what records prove comes first."""
        joined: dict[tuple[str, str, str], list[Tie]] = {}
        for tie in map(self._without_iteration_order, ties):
            source, target = self.firsts[tie.source], self.firsts[tie.target]
            if source != target:
                joined.setdefault((self.ids[source], self.ids[target], tie.kind), []).append(tie)
        edges = []
        for (source_id, target_id, kind), group in joined.items():
            evidence = tuple(dict.fromkeys(ref for tie in group[:MAX_REFS] for ref in tie.evidence))[:MAX_REFS]
            label = group[0].label if len(group) == 1 else f"{_EDGE_WORDS[kind]} ×{len(group)}"
            inferred = all(tie.is_inferred for tie in group)
            edges.append(GraphEdge(source_id, target_id, kind, label, evidence, inferred, len(group)))
        place = {node_id: first for first, node_id in self.ids.items()}
        return sorted(edges, key=lambda edge: (edge.is_inferred, place[edge.source], place[edge.target], edge.kind))


def _deciding_status(part: Work) -> str:
    """What a piece of work says about its lane: a failure that was recovered from does not count."""
    return "ok" if part.is_settled and part.effective_status == "failed" else part.effective_status


def _first_present(order: Sequence[str], present: set[str]) -> str:
    return next((each for each in order if each in present), "")


def _label(parts: Sequence[Work]) -> str:
    """`search`, `search ×14`, `search and 3 other names ×14`, `14 missing records`."""
    head, names = parts[0], {part.label for part in parts}
    if len(parts) == 1:
        return head.label
    if head.kind == "ghost":
        return f"{len(parts)} missing records"
    others = f" and {len(names) - 1} other {'name' if len(names) == 2 else 'names'}" if len(names) > 1 else ""
    return f"{head.label}{others} ×{len(parts)}"


def _extent(parts: Sequence[Work]) -> tuple[int | None, int | None]:
    """Earliest start and latest end; no end while a part is open."""
    starts = [part.start_ns for part in parts if part.start_ns is not None]
    ends = [part.end_ns for part in parts if part.end_ns is not None]
    is_open = any(part.end_ns is None and part.start_ns is not None for part in parts)
    return min(starts, default=None), None if is_open else max(ends, default=None)


def _first_refs(parts: Sequence[Work]) -> tuple[Ref, ...]:
    refs: dict[Ref, None] = {}
    for part in parts:
        refs.update(dict.fromkeys(part.refs))
        if len(refs) >= MAX_REFS:
            break
    return tuple(refs)[:MAX_REFS]
