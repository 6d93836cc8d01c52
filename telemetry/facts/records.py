"""What a record says about the plan of a mission: agents, steps, plans, hand-overs, questions to people.

Facts are small: texts are cut to a preview, values are told by their size and by what is odd about them. The whole is
in the log record that a fact was read from. A plan is computed from the set of facts (plans/building/), so a
fact says only what its own record says; nothing is looked up.
"""

import msgspec

PREVIEW = 300
"""Characters of a text that a fact keeps."""
MOST_ITEMS = 2_000
"""Inputs, outputs, tasks, dependencies of one fact that are kept; `is_cut` says that there were more."""

CREATED, STARTED, FINISHED, RESULT, FAILED, CANCELLED, SEEN = (
    "created",
    "started",
    "finished",
    "result",
    "failed",
    "cancelled",
    "seen",
)
"""What happened to a step. SEEN: a snapshot of it as it is."""

ASKED, ANSWERED, WITHDRAWN = "asked", "answered", "withdrawn"
"""What happened to a question."""

RAW, PARSED, VALIDATED, INSTANTIATED = "raw", "parsed", "validated", "instantiated"
"""How far a plan had come."""


class Input(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """One input of a step or of a planned task."""

    name: str
    value: str = ""
    """Preview of a literal value; empty when it takes an output."""
    value_type: str = ""
    size: int = 0
    """Characters of the literal value as JSON."""
    output_name: str = ""
    """The output that it takes."""
    source: str = ""
    """The step that it takes the output from, in the sender's words: an id, `step_3`, a number, `0` for the enclosing
    step; empty when the sender names none."""
    mentions: tuple[str, ...] = ()
    """Outputs or steps that the literal names without being tied to them: `{name}`, `output from step1`, or an object
    `{outputName}` where a value is expected."""
    is_lost: bool = False
    """It holds `[object Object]`: what was meant did not survive."""


class Output(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """One output that a step returned."""

    name: str
    result_type: str = ""
    """The sender's word: string, plan, error ..."""
    success: bool | None = None
    preview: str = ""
    size: int = 0
    """Characters of the result as text."""
    error: str = ""
    """Preview of what is said to have gone wrong."""
    error_code: str = ""
    is_empty: bool = False
    """It has no result, or an empty one."""
    tasks: "tuple[Task, ...]" = ()
    """When the result is a plan."""
    model_calls: int = 0
    """Calls to a model that the log inside the result shows."""
    is_deliverable: bool = False
    request_id: str = ""
    """Of the question to a person that this output waits for."""
    is_null: bool = False
    """It has no result at all: only then is what hangs on it not satisfied."""


class OutputDefinition(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """An output that a step is meant to return."""

    name: str
    description: str = ""
    is_deliverable: bool = False


class Dependency(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """A step that must be done first."""

    source: str
    output_name: str = ""
    input_name: str = ""


class Task(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """A step as a plan intends it."""

    id: str
    """Empty when the plan gives none."""
    number: int
    """As the plan numbers it, else its place, from 1."""
    verb: str
    description: str = ""
    role: str = ""
    inputs: tuple[Input, ...] = ()
    outputs: tuple[OutputDefinition, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    inner: "tuple[Branch, ...]" = ()
    """Plans inside its inputs."""


class Branch(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """A plan inside an input of a task: the body of a loop, one side of a decision."""

    name: str
    """Of the input: steps, trueSteps, falseSteps."""
    tasks: tuple[Task, ...]


class Fact(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="k"):
    """Base of the facts. Fields that are empty are not said."""

    agent_id: str = ""
    step_id: str = ""
    is_cut: bool = False
    """More was said than is kept."""


class MissionFact(Fact, frozen=True, omit_defaults=True, tag="m"):
    """The mission itself."""

    status: str = ""
    name: str = ""
    goal: str = ""
    reason: str = ""
    known_verbs: tuple[str, ...] = ()
    """Verbs that the sender has something to run them with, beside those that are always known."""


class AgentFact(Fact, frozen=True, omit_defaults=True, tag="a"):
    """An agent."""

    status: str = ""
    """The sender's word."""
    role: str = ""
    name: str = ""
    agent_class: str = ""
    goal: str = ""
    parent_agent_id: str = ""
    error: str = ""
    is_created: bool = False
    """The record tells of its birth."""
    event: str = ""
    """What happened, when it is more than a status: reflect_infinite_loop_detected ..."""
    started_ns: int | None = None
    ended_ns: int | None = None


class StepFact(Fact, frozen=True, omit_defaults=True, tag="s"):
    """What happened to a step, and what the record shows of it."""

    what: str = SEEN
    number: int | None = None
    """Among its agent's steps."""
    parent_id: str = ""
    template_id: str = ""
    scope_id: str = ""
    verb: str = ""
    description: str = ""
    role: str = ""
    status: str = ""
    """The sender's word."""
    inputs: tuple[Input, ...] = ()
    outputs: tuple[OutputDefinition, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    results: tuple[Output, ...] = ()
    has_results: bool = False
    """The record tells its results, possibly none."""
    error: str = ""
    error_code: str = ""
    retry_count: int = 0
    given_by: str = ""
    given_to: str = ""
    """Agents of a hand-over that the step shows."""
    occurrence: int = 0
    """Which step of that id, where the sender says it; 0 where it does not."""
    created_ns: int | None = None
    started_ns: int | None = None
    ended_ns: int | None = None
    """Times that the record tells beside its own."""


class PlanFact(Fact, frozen=True, omit_defaults=True, tag="p"):
    """A plan at one stage: the step whose work it is, its tasks and what was found wrong."""

    stage: str = RAW
    tasks: tuple[Task, ...] = ()
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    transformations: tuple[str, ...] = ()


class EdgeFact(Fact, frozen=True, omit_defaults=True, tag="e"):
    """A tie between two steps that the sender states. `step_id` is the one that depends."""

    source: str = ""
    kind: str = "data"
    output_name: str = ""
    input_name: str = ""
    is_satisfied: bool | None = None


class HandoverFact(Fact, frozen=True, omit_defaults=True, tag="h"):
    """A step that went from one agent to another."""

    from_agent_id: str = ""
    to_agent_id: str = ""
    reason: str = ""


class QuestionFact(Fact, frozen=True, omit_defaults=True, tag="q"):
    """A question to a person, or its answer."""

    request_id: str = ""
    what: str = ASKED
    question: str = ""
    answer: str = ""
    answer_type: str = ""
    choices: tuple[str, ...] = ()
    asked_ns: int | None = None
    answered_ns: int | None = None


AnyFact = MissionFact | AgentFact | StepFact | PlanFact | EdgeFact | HandoverFact | QuestionFact

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[AnyFact, ...]).decode


def encode_facts(facts: tuple[AnyFact, ...]) -> bytes:
    """The facts of one record, as they are stored."""
    return _encode(facts)


def decode_facts(data: bytes) -> tuple[AnyFact, ...]:
    """What `encode_facts` wrote."""
    return _decode(data)
