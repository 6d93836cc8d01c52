"""Native records of the plan: missions, agents, steps, edges, revisions, questions to people."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from telemetry.native.fields import Count, EndNs, Id, Record, StartNs, TimeNs

Status = Annotated[
    str | None,
    Meta(
        description="In your own words; shown as sent. Understood: pending, waiting, running, paused, completed, "
        "failed, error, aborted, cancelled, replaced."
    ),
]


class Mission(Record, frozen=True, kw_only=True, tag="mission"):
    """What is known of a mission at a moment. Send it again whenever something changes."""

    mission_id: Annotated[Id, Meta(description="Your id of the mission.")]
    time_ns: TimeNs = None
    name: Annotated[str | None, Meta(description="Its title in lists.")] = None
    goal: Annotated[str | None, Meta(description="What the user asked for.")] = None
    status: Status = None
    user_id: Annotated[Id | None, Meta(description="For whom it runs.")] = None
    known_verbs: Annotated[
        list[str] | None, Meta(description="Verbs of steps that you can run. One that is not known may be invented.")
    ] = None


class Agent(Record, frozen=True, kw_only=True, tag="agent"):
    """What is known of an agent at a moment. Send it again whenever something changes."""

    agent_id: Annotated[Id, Meta(description="Your id of the agent, unique in the mission.")]
    time_ns: TimeNs = None
    role: Annotated[str | None, Meta(description="E.g. `researcher`.")] = None
    agent_class: Annotated[str | None, Meta(description="The kind of agent or the program it is an instance of.")] = (
        None
    )
    parent_agent_id: Annotated[Id | None, Meta(description="The agent that made it.")] = None
    status: Status = None
    started_ns: StartNs = None
    ended_ns: EndNs = None


class Dependency(msgspec.Struct, frozen=True, kw_only=True):
    """One thing a step waits for."""

    source_step_id: Annotated[Id, Meta(description="The step it waits for.")]
    output_name: Annotated[str | None, Meta(description="Which of that step's outputs.")] = None
    input_name: Annotated[str | None, Meta(description="Which of this step's inputs it becomes.")] = None
    kind: Annotated[str | None, Meta(description="`data` (the default) or `signal`: only that it is over.")] = None


class Step(Record, frozen=True, kw_only=True, tag="step"):
    """What is known of a step of the plan at a moment. Send it again whenever something changes."""

    step_id: Annotated[Id, Meta(description="Your id of the step, unique in the mission.")]
    time_ns: TimeNs = None
    parent_step_id: Annotated[Id | None, Meta(description="The step whose plan or loop made it.")] = None
    plan_id: Annotated[Id | None, Meta(description="The plan it belongs to.")] = None
    occurrence: Annotated[
        Count | None, Meta(description="Which repetition, from 1, where steps of a loop share one id.")
    ] = None
    verb: Annotated[str | None, Meta(description="What kind of action it is, e.g. `SEARCH`.")] = None
    description: Annotated[str | None, Meta(description="What it is to do.")] = None
    status: Status = None
    dependencies: Annotated[
        list[Dependency] | None, Meta(description="What it waits for. Leave out what you do not know.")
    ] = None
    inputs: Annotated[dict[str, Any] | None, Meta(description="Its inputs by name.")] = None
    outputs_declared: Annotated[
        dict[str, Any] | None, Meta(description="Its promised outputs: name to description.")
    ] = None
    result: Annotated[Any, Meta(description="What came out: any JSON.")] = None
    error: Annotated[str | None, Meta(description="Why it failed, in words.")] = None
    retry_count: Annotated[Count | None, Meta(description="How often it was tried again.")] = None
    created_ns: Annotated[StartNs, Meta(description="When it was made; written as `time_ns` is.")] = None
    started_ns: StartNs = None
    ended_ns: EndNs = None


class StepEdge(Record, frozen=True, kw_only=True, tag="step_edge"):
    """One connection of two steps that is not told by a step's `dependencies`."""

    source_step_id: Annotated[Id, Meta(description="Where it comes from.")]
    target_step_id: Annotated[Id, Meta(description="Where it leads.")]
    kind: Annotated[
        str | None,
        Meta(description="data, signal, parent, replaced_by, delegation, hand_over or a word of yours. Default: data."),
    ] = None
    time_ns: TimeNs = None
    output_name: Annotated[str | None, Meta(description="Which of the source's outputs.")] = None
    input_name: Annotated[str | None, Meta(description="Which of the target's inputs it becomes.")] = None
    label: Annotated[str | None, Meta(description="A word on the connection.")] = None


class PlanRevision(Record, frozen=True, kw_only=True, tag="plan_revision"):
    """A plan as it was at one stage: what the model wrote, what became of it."""

    time_ns: TimeNs = None
    plan_id: Annotated[Id | None, Meta(description="Equal for all revisions of one plan.")] = None
    stage: Annotated[str | None, Meta(description="raw, parsed, validated, instantiated or a word of yours.")] = None
    plan: Annotated[Any, Meta(description="The plan itself: a list of steps, or a text where it is still raw.")] = None
    reason: Annotated[str | None, Meta(description="Why it was revised.")] = None
    errors: Annotated[list[Any] | None, Meta(description="What was found wrong with it.")] = None
    warnings: Annotated[list[Any] | None, Meta(description="What is doubtful in it.")] = None
    transformations: Annotated[list[Any] | None, Meta(description="What was changed in it.")] = None


class HumanRequest(Record, frozen=True, kw_only=True, tag="human_request"):
    """A question to a person and, once there is one, the answer. Send it again, with the same `id`, when answered."""

    id: Annotated[Id, Meta(description="Your id of the question.")]
    question: Annotated[str | None, Meta(description="What is asked.")] = None
    answer: Annotated[Any, Meta(description="What was answered.")] = None
    choices: Annotated[list[Any] | None, Meta(description="The answers offered.")] = None
    status: Annotated[str | None, Meta(description="waiting, answered, cancelled, expired or a word of yours.")] = None
    asked_ns: StartNs = None
    answered_ns: EndNs = None
    time_ns: TimeNs = None
