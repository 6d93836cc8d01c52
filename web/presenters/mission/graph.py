"""The graph as the page draws it."""

from collections.abc import Sequence
from typing import TypedDict

from analysis.algorithms.findings import Ref
from analysis.algorithms.graph_model import LANE_KINDS, GraphEdge, GraphNode, MissionGraph
from web.presenters.mission.keys import span_key


class NodeData(TypedDict):
    """A lane or a piece of work."""

    id: str
    kind: str
    is_lane: bool
    label: str
    agent: str
    status: str
    start_ns: str | None
    end_ns: str | None
    lane: str | None
    called_by: str | None
    count: int
    spans: list[str]
    """Keys of the spans it stands for, the main one first."""
    logs: list[str]
    """Keys of log records that tell of it."""
    reported: str
    detail: str
    ghost: str
    occurrence: int
    occurrences: int
    plan_size: int
    hidden: int
    hidden_failed: int
    llm_calls: int
    tool_calls: int
    has_begun: bool
    is_step: bool
    is_silent: bool
    is_replaced: bool
    in_cycle: bool
    group: str
    is_expandable: bool
    is_expanded: bool


class EdgeData(TypedDict):
    """One node led to another."""

    id: str
    source: str
    target: str
    kind: str
    label: str
    is_inferred: bool
    count: int
    evidence: list[str]
    """Keys of the spans that prove it."""
    logs: list[str]
    """Keys of the log records that prove it."""
    why: str
    satisfied: bool | None
    in_cycle: bool


class GraphData(TypedDict):
    """The answer of `data/graph`."""

    nodes: list[NodeData]
    edges: list[EdgeData]
    work_count: int
    is_folded: bool
    hidden_edge_count: int
    has_plan: bool


def present_graph(graph: MissionGraph) -> GraphData:
    """Nodes and edges with span keys instead of references."""
    return {
        "nodes": [_node(node) for node in graph.nodes],
        "edges": [_edge(edge) for edge in graph.edges],
        "work_count": graph.work_count,
        "is_folded": graph.is_folded,
        "hidden_edge_count": graph.hidden_edge_count,
        "has_plan": graph.has_plan,
    }


def _node(node: GraphNode) -> NodeData:
    return {
        "id": node.id,
        "kind": node.kind,
        "is_lane": node.kind in LANE_KINDS,
        "label": node.label,
        "agent": node.agent_name,
        "status": node.effective_status,
        "start_ns": None if node.start_ns is None else str(node.start_ns),
        "end_ns": None if node.end_ns is None else str(node.end_ns),
        "lane": node.parent,
        "called_by": node.called_by,
        "count": node.count,
        "spans": _span_keys(node.refs),
        "logs": _log_keys(node.refs),
        "reported": node.status,
        "detail": node.detail,
        "ghost": node.ghost,
        "occurrence": node.occurrence,
        "occurrences": node.occurrences,
        "plan_size": node.plan_size,
        "hidden": node.hidden_count,
        "hidden_failed": node.hidden_failed,
        "llm_calls": node.llm_calls,
        "tool_calls": node.tool_calls,
        "has_begun": node.has_begun,
        "is_step": node.occurrence > 0,
        "is_silent": node.is_silent,
        "is_replaced": node.is_replaced,
        "in_cycle": node.in_cycle,
        "group": node.group,
        "is_expandable": node.is_expandable,
        "is_expanded": node.is_expanded,
    }


def _edge(edge: GraphEdge) -> EdgeData:
    return {
        "id": edge.id,
        "source": edge.source,
        "target": edge.target,
        "kind": edge.kind,
        "label": edge.label,
        "is_inferred": edge.is_inferred,
        "count": edge.count,
        "evidence": _span_keys(edge.evidence),
        "logs": _log_keys(edge.evidence),
        "why": edge.why,
        "satisfied": edge.satisfied,
        "in_cycle": edge.in_cycle,
    }


def _span_keys(refs: Sequence[Ref]) -> list[str]:
    keys = []
    for ref in refs:
        if ref.type == "span":
            trace_id, _, rest = ref.id.partition("/")
            span_id, _, side = rest.partition("/")
            keys.append(span_key(trace_id, span_id, 1 if side == "1" else 0))
    return keys


def _log_keys(refs: Sequence[Ref]) -> list[str]:
    return [ref.id for ref in refs if ref.type == "log"]
