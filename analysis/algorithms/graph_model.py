"""The mission graph as values: nodes in lanes, edges with the records that prove them."""

from hashlib import blake2b

import msgspec

from analysis.algorithms.findings import Ref
from plans.records import NOWHERE

LANE_KINDS = ("agent", "service")
NODE_KINDS = (*LANE_KINDS, "run", "step", "llm", "tool", "human", "queue", "span", "ghost")
"""agent and service are lanes; run is one invocation of an agent; span is shown where nothing better is known."""
PLAN_TIES = ("data", "signal", "wait_for_all", "replaced_by", "template", "mention", "nearest", "agent")
"""Edges that a plan holds: an output is taken; only completion counts; all others must be done; from a step to those
its plan made; from a loop to its iterations; a text speaks of it; declares what a ghost was asked for; an agent made
another."""
EDGE_KINDS = ("parent", "link", "handoff", "tool_call", "retry", "sequence", *PLAN_TIES)
DEPENDENCIES = frozenset({"data", "signal", "wait_for_all"})
"""Edges that a step waits for."""
UNKNOWN_STEP, UNDECLARED_OUTPUT, NEVER_CREATED, NOT_RECEIVED = (
    "unknown_step",
    "undeclared_output",
    "never_created",
    "not_received",
)
"""Kinds of ghosts: an id that no step has, an output that no step declares, a planned task that became no step, a span
that was referred to and did not arrive."""
OTHERS = "agent:"
"""The lane that agents share for which there is no room."""
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
    detail: str = ""
    """What a step is for, what an agent is after, why a ghost is one."""
    ghost: str = ""
    """Which kind of ghost; empty for what is none."""
    step_id: str = ""
    occurrence: int = 0
    """1 for the first step of that id; 0 for what is no step of a plan."""
    occurrences: int = 0
    """How many steps have that id."""
    depth: int = 0
    """Plans above a step."""
    plan_size: int = 0
    """Steps that its plan made, whether they are shown or not."""
    hidden_count: int = 0
    """Pieces of work below it that are folded away, and how many of them failed."""
    hidden_failed: int = 0
    llm_calls: int = 0
    tool_calls: int = 0
    """Model calls and tool runs of a step, also those that only its results tell of."""
    has_begun: bool = True
    """Its work began; False for a step that was made and never ran, and for a task that became no step."""
    is_silent: bool = False
    """It failed and was reported as completed."""
    is_replaced: bool = False
    """Its result was a plan: the work went on in other steps."""
    in_cycle: bool = False
    """It waits, by way of others, for itself."""
    group: str = ""
    """The fold it lies in when that is expanded."""
    is_expandable: bool = False
    is_expanded: bool = False


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
    why: str = ""
    """What a tie of a plan rests on, in a sentence."""
    satisfied: bool | None = None
    """What the target waits for is there; None where nothing is waited for."""
    in_cycle: bool = False

    @property
    def id(self) -> str:
        """The same for the same edge whenever it is computed."""
        text = f"{self.source}\0{self.target}\0{self.kind}"
        return f"edge:{blake2b(text.encode(errors='replace'), digest_size=8).hexdigest()}"


class MissionGraph(msgspec.Struct, frozen=True):
    """What to draw."""

    nodes: tuple[GraphNode, ...]
    """Lanes first, then by start; steps in the order they were made in."""
    edges: tuple[GraphEdge, ...]
    work_count: int
    """Pieces of work before folding."""
    is_folded: bool
    hidden_edge_count: int
    """Edges left out because there were too many; inferred ones go first."""
    has_plan: bool = False
    """Steps of a plan are among the work."""


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
    step: int = NOWHERE
    """Index of the step of the plan that it is."""
    step_id: str = ""
    scope_id: str = ""
    ghost: str = ""
    detail: str = ""
    llm_calls: int = 0
    tool_calls: int = 0
    inner_count: int = 0
    """Spans below a step that are counted instead of shown."""
    is_expanded: bool = False


class Tie(msgspec.Struct, frozen=True):
    """An edge between two pieces of work, by position."""

    source: int
    target: int
    kind: str
    label: str
    evidence: tuple[Ref, ...]
    is_inferred: bool = False
    why: str = ""
    is_satisfied: bool | None = None


class Lane(msgspec.Struct, frozen=True):
    """An agent of a plan as a lane."""

    id: str
    label: str
    detail: str
    agent_name: str
    reported: str
    """The agent's status in its sender's word."""
    status: str
    """Effective status, or empty to have it follow from the work in it."""
    refs: tuple[Ref, ...]


class LaneTie(msgspec.Struct, frozen=True):
    """An edge that begins at an agent: it ends at another, or at a piece of work."""

    source: str
    """Id of a lane."""
    target_lane: str
    """Id of a lane; empty when it ends at work."""
    target: int
    """Position of work, or NOWHERE."""
    kind: str
    label: str
    evidence: tuple[Ref, ...]
    why: str
