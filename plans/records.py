"""The plan of a mission as it is computed from facts and spans: agents, steps, ties, plans, questions. Plain values."""

from bisect import bisect_left, bisect_right

import msgspec

from telemetry.facts.records import AnyFact, Input, Output, OutputDefinition, Task
from traces.records import SpanRow

NOWHERE = -1
"""As the index of a step: none."""

STATED, BY_ID, BY_TEXT, BY_OUTPUT, BY_TIME, BY_MENTION = "stated", "id", "text", "output", "time", "mention"
BY_LINK = "span_link"
"""How a tie is known: the sender says so; a planned task has the step's id; a planned task has its verb and
description; a step of the same plan declares the output; it happened at the same time; a text says so; spans link."""

DATA, SIGNAL, PARENT, REPLACED, HAND_OVER, MENTION, TEMPLATE, LINK = (
    "data",
    "signal",
    "parent",
    "replaced_by",
    "hand_over",
    "mention",
    "template",
    "link",
)
"""Kinds of edges between steps."""


class FactRow(msgspec.Struct, frozen=True):
    """What one log record says, as it is stored."""

    pk: int
    """Of the log record."""
    time_ns: int
    facts: tuple[AnyFact, ...]
    mission_id: str = ""
    is_inferred: bool = False
    """Its mission was concluded, not named by it or by its step."""


class PlanAgent(msgspec.Struct, frozen=True):
    """An agent."""

    id: str
    status: str
    """The sender's last word."""
    name: str
    role: str
    agent_class: str
    goal: str
    error: str
    event: str
    """The last event that was more than a status."""
    parent_agent_id: str
    created_ns: int | None
    """First heard of."""
    ended_ns: int | None
    changed_ns: int
    """When the last word came."""
    first_step: int
    """The step it began with, or NOWHERE."""
    made_by: int
    """The step that delegated to it, as that step's result names it; or NOWHERE."""
    mission_id: str
    evidence: tuple[int, ...]
    """Keys of log records."""
    outcome: str = ""
    """waiting, active, ok, failed, gone: of one that only spans name; `status` is empty then."""
    head: SpanRow | None = None
    """The span that is it or names it first, where only spans do."""


class PlanStep(msgspec.Struct, frozen=True):
    """One occurrence of a step."""

    index: int
    key: str
    """The same for the same step whenever it is computed: 16 hex digits."""
    step_id: str
    occurrence: int
    """1 for the first step of that id, 2 for the next: ids are not unique."""
    agent_id: str
    is_agent_inferred: bool
    number: int | None
    parent: int
    """The step whose plan or control verb made it, or NOWHERE."""
    parent_by: str
    """STATED, BY_ID, BY_TEXT, or empty."""
    depth: int
    """Plans above it: 0 for an agent's first step."""
    verb: str
    description: str
    role: str
    status: str
    """The sender's last word."""
    outcome: str
    """waiting (not begun, or for a person), active, ok, failed, gone (cancelled)."""
    reason: str
    """Why it failed, waits or was given up, in one sentence; empty when nothing is to be said."""
    reason_code: str
    is_silent: bool
    """It failed and was reported as completed."""
    is_replaced: bool
    """Its result was a plan: the work went on in other steps."""
    created_ns: int | None
    started_ns: int | None
    ended_ns: int | None
    starts: int
    """How often its execution began."""
    inputs: tuple[Input, ...]
    outputs: tuple[OutputDefinition, ...]
    results: tuple[Output, ...]
    has_results: bool
    error: str
    error_code: str
    model_calls: int
    """That the logs inside its results show."""
    retry_count: int
    scope_id: str
    waits_for_person: bool
    evidence: tuple[int, ...]
    """Keys of log records, in order of time."""
    head: SpanRow | None = None
    """The span that says most about it, where only spans tell of it."""
    status_code: str = ""
    """UNSET, OK, ERROR: the gravest that its spans report, where only they tell of it; `status` is empty then."""


class PlanEdge(msgspec.Struct, frozen=True):
    """A tie: `target` hangs on `source`."""

    source: int
    """Index of a step, or NOWHERE: then `ghost` is set."""
    target: int
    kind: str
    output_name: str
    input_name: str
    is_satisfied: bool
    is_inferred: bool
    by: str
    """How it is known: STATED, BY_ID ..."""
    ghost: int = NOWHERE
    """Index of the ghost it hangs on."""
    evidence: tuple[int, ...] = ()
    """Keys of log records that state it; empty when it follows from those of the steps."""


class Ghost(msgspec.Struct, frozen=True):
    """What a step hangs on and nobody has: an id that no step has, an output that no step declares, a task of a plan
    that never became a step."""

    index: int
    key: str
    label: str
    """What was asked for, in the sender's words."""
    why: str
    """unknown_step, undeclared_output or never_created."""
    nearest: int
    """The step that declares an output of that name, or NOWHERE."""


class Revision(msgspec.Struct, frozen=True):
    """A plan at one stage, and what became of its tasks."""

    step: int
    """The step whose work the plan is, or NOWHERE."""
    step_id: str
    stage: str
    """raw, parsed, validated, returned (as the step's result)."""
    time_ns: int
    tasks: tuple[Task, ...]
    made: tuple[int, ...]
    """By task: the step it became, or NOWHERE."""
    errors: tuple[str, ...]
    warnings: tuple[str, ...]
    transformations: tuple[str, ...]
    evidence: int


class Question(msgspec.Struct, frozen=True):
    """A question to a person."""

    id: str
    agent_id: str
    step: int
    step_id: str
    question: str
    answer: str
    answer_type: str
    choices: tuple[str, ...]
    asked_ns: int | None
    answered_ns: int | None
    status: str
    """waiting, ok, gone; active or failed too where it is a span."""
    evidence: tuple[int, ...]
    span: SpanRow | None = None
    """The span in which it is asked, where no record tells of it; its texts are in the span's payload."""


class HandOver(msgspec.Struct, frozen=True):
    """A step that went from one agent to another."""

    step: int
    step_id: str
    from_agent_id: str
    to_agent_id: str
    reason: str
    time_ns: int
    evidence: int


class Plan(msgspec.Struct, frozen=True):
    """Everything that was intended in a mission, in order of time."""

    agents: tuple[PlanAgent, ...] = ()
    steps: tuple[PlanStep, ...] = ()
    edges: tuple[PlanEdge, ...] = ()
    ghosts: tuple[Ghost, ...] = ()
    revisions: tuple[Revision, ...] = ()
    questions: tuple[Question, ...] = ()
    hand_overs: tuple[HandOver, ...] = ()
    status_word: str = ""
    """What the mission is last said to be, in the sender's word."""
    name: str = ""
    goal: str = ""
    reason: str = ""
    """Why it was stopped or paused, as it is said."""
    has_starts: bool = False
    """Its sender tells when a step begins."""
    known_verbs: frozenset[str] = frozenset()
    """Verbs that the sender says it can run."""
    last_ns: int | None = None
    """When the last record of it was made."""

    def edges_of(self, step: PlanStep) -> tuple[PlanEdge, ...]:
        """What a step hangs on. Edges are in order of their target."""
        first = bisect_left(self.edges, step.index, key=_target)
        return self.edges[first : bisect_right(self.edges, step.index, key=_target)]

    @property
    def is_empty(self) -> bool:
        """Nothing of a plan was told."""
        return not (self.steps or self.agents or self.questions or self.revisions)


def _target(edge: PlanEdge) -> int:
    return edge.target


NO_PLAN = Plan()
