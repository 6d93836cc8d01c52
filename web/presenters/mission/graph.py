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


class EdgeData(TypedDict):
    """One node led to another."""

    source: str
    target: str
    kind: str
    label: str
    is_inferred: bool
    count: int
    evidence: list[str]
    """Keys of the spans that prove it."""


class GraphData(TypedDict):
    """The answer of `data/graph`."""

    nodes: list[NodeData]
    edges: list[EdgeData]
    work_count: int
    is_folded: bool
    hidden_edge_count: int


def present_graph(graph: MissionGraph) -> GraphData:
    """Nodes and edges with span keys instead of references."""
    return {
        "nodes": [_node(node) for node in graph.nodes],
        "edges": [_edge(edge) for edge in graph.edges],
        "work_count": graph.work_count,
        "is_folded": graph.is_folded,
        "hidden_edge_count": graph.hidden_edge_count,
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
    }


def _edge(edge: GraphEdge) -> EdgeData:
    return {
        "source": edge.source,
        "target": edge.target,
        "kind": edge.kind,
        "label": edge.label,
        "is_inferred": edge.is_inferred,
        "count": edge.count,
        "evidence": _span_keys(edge.evidence),
    }


def _span_keys(refs: Sequence[Ref]) -> list[str]:
    keys = []
    for ref in refs:
        if ref.type == "span":
            trace_id, _, rest = ref.id.partition("/")
            span_id, _, side = rest.partition("/")
            keys.append(span_key(trace_id, span_id, 1 if side == "1" else 0))
    return keys
