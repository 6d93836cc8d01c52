"""Fields that several native records have, with what their JSON Schema says of them."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

Id = str | int
Time = int | str

MissionId = Annotated[
    Id | None,
    Meta(
        description="Your id of the mission this belongs to. Give it on every record: records of one mission are "
        "joined by it, whichever process sends them."
    ),
]
AgentId = Annotated[Id | None, Meta(description="Your id of the agent that does this.")]
AgentName = Annotated[str | None, Meta(description="The agent's name as people should see it. Default: its id.")]
StepId = Annotated[Id | None, Meta(description="Your id of the step of the plan in which this happens.")]
ServiceName = Annotated[str | None, Meta(description="The program that sends this, e.g. `planner`.")]
Attributes = Annotated[
    dict[str, Any] | None,
    Meta(description="Whatever else you know, by name. Names of OpenTelemetry's conventions are understood."),
]
TimeNs = Annotated[
    Time | None,
    Meta(
        description="When it happened: nanoseconds since 1970 as an integer or as decimal digits in a text "
        "(JavaScript's numbers are too small), or an ISO 8601 time such as `2026-01-02T03:04:05.678Z`. Default: when "
        "it is received.",
        examples=["1767323045678000000", "2026-01-02T03:04:05.678Z"],
    ),
]
StartNs = Annotated[Time | None, Meta(description="When it began; written as `time_ns` is.")]
EndNs = Annotated[
    Time | None,
    Meta(description="When it ended; written as `time_ns` is. Without it the work is shown as still running."),
]
Count = Annotated[int, Meta(ge=0, le=2**63 - 1)]
Hex32 = Annotated[str, Meta(pattern="^[0-9a-fA-F]{32}$")]
Hex16 = Annotated[str, Meta(pattern="^[0-9a-fA-F]{16}$")]


class Record(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """What every record may say."""

    mission_id: MissionId = None
    agent_id: AgentId = None
    agent_name: AgentName = None
    step_id: StepId = None
    service_name: ServiceName = None
    attributes: Attributes = None


class Placed(Record, frozen=True, kw_only=True):
    """A record that may name the span it belongs to."""

    parent_id: Annotated[
        Id | None, Meta(description="Your `id` of the span, model call or tool call inside which this happened.")
    ] = None
    trace_id: Annotated[
        Hex32 | None,
        Meta(
            description="Only with spans from OpenTelemetry: their trace, 32 hexadecimal digits. Default: one "
            "trace for all records of the mission.",
        ),
    ] = None


class Work(Placed, frozen=True, kw_only=True):
    """Something with a beginning and an end. Send it once, or at its start and again, with the same ids, at its end."""

    id: Annotated[
        Id | None,
        Meta(
            description="Your id of it, unique in the mission. Needed to send its end later and to be named as a "
            "parent. Default: computed from the content, so that sending it again changes nothing."
        ),
    ] = None
    span_id: Annotated[
        Hex16 | None,
        Meta(description="Only with spans from OpenTelemetry: 16 hexadecimal digits."),
    ] = None
    parent_span_id: Annotated[
        Hex16 | None,
        Meta(description="The same for the parent; `parent_id` is then not needed."),
    ] = None
    start_ns: StartNs = None
    end_ns: EndNs = None
    status: Annotated[
        str | None, Meta(description="`ok` or `error`; other words are kept as an attribute. Default: from `error`.")
    ] = None
    error: Annotated[str | None, Meta(description="Why it failed, in words.")] = None
    error_type: Annotated[str | None, Meta(description="The kind of failure, e.g. `TimeoutError` or `rate_limit`.")] = (
        None
    )
