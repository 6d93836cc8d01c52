"""The mission graph as values: nodes in lanes, edges with the records that prove them."""

import msgspec

from analysis.algorithms.findings import Ref

LANE_KINDS = ("agent", "service")
NODE_KINDS = (*LANE_KINDS, "run", "step", "llm", "tool", "human", "queue", "span", "ghost")
"""agent and service are lanes; run is one invocation of an agent; span is shown where nothing better is known."""
EDGE_KINDS = ("parent", "link", "handoff", "tool_call", "retry", "sequence")
MAX_REFS = 20
"""References kept by a node, evidence kept by an edge; `count` says how many there are."""


class GraphNode(msgspec.Struct, frozen=True):
    """A lane, a piece of work in a lane, or a ghost: something referred to that has no record."""

    id: str
    kind: str
    """One of NODE_KINDS."""
    label: str
    agent_name: str
    status: str
    """As reported: UNSET, OK, ERROR; empty for lanes and ghosts; the gravest one for a fold."""
    effective_status: str
    start_ns: int | None
    end_ns: int | None
    parent: str | None
    """The lane it lies in; None for lanes, and for ghosts without one."""
    refs: tuple[Ref, ...]
    called_by: str | None = None
    """The node whose work it is part of, also where no edge is drawn."""
    count: int = 1
    """How many pieces of work are folded into it; for a lane, how many it holds."""


class GraphEdge(msgspec.Struct, frozen=True):
    """One node led to another."""

    source: str
    target: str
    kind: str
    """One of EDGE_KINDS."""
    label: str
    evidence: tuple[Ref, ...]
    is_inferred: bool
    """Derived from order or names; no record says it."""
    count: int = 1


class MissionGraph(msgspec.Struct, frozen=True):
    """What to draw."""

    nodes: tuple[GraphNode, ...]
    """Lanes first, then by start."""
    edges: tuple[GraphEdge, ...]
    work_count: int
    """Pieces of work before folding."""
    is_folded: bool
    hidden_edge_count: int
    """Edges left out because there were too many; inferred ones go first."""


class Work(msgspec.Struct):
    """A piece of work while the graph is built."""

    id: str
    kind: str
    label: str
    lane: str
    agent_name: str
    row: int
    """Row of the tree; -1 for what has no row."""
    caller: int
    """Position of the work it is part of; -1 for none. Always before it."""
    status: str
    effective_status: str
    start_ns: int | None
    end_ns: int | None
    refs: list[Ref]
    is_settled: bool = False
    """Its failure was recovered from."""


class Tie(msgspec.Struct, frozen=True):
    """An edge between two pieces of work, by position."""

    source: int
    target: int
    kind: str
    label: str
    evidence: tuple[Ref, ...]
    is_inferred: bool = False
