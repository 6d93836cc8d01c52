"""Shapes of the answers, for the schema. The views answer plain dictionaries made by `wire` and by `shapes`."""

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers

from api.parameters import PAGE_PARAMETERS, PROJECT_PARAMETER

STATUSES = ("waiting", "active", "ok", "failed", "gone")
CODES = ("UNSET", "OK", "ERROR")
EFFECTIVE = (
    "What became of it among the others, as of the mission's last recompute; until then by its own record alone."
)


def text(help_text: str = "", *, null: bool = False) -> serializers.CharField:
    """A text."""
    return serializers.CharField(help_text=help_text, allow_null=null, allow_blank=True)


def number(help_text: str = "") -> serializers.CharField:
    """A 64-bit number as decimal text, or null."""
    return serializers.CharField(help_text=help_text, allow_null=True)


def count(help_text: str = "", *, null: bool = False) -> serializers.IntegerField:
    """A count."""
    return serializers.IntegerField(allow_null=null, help_text=help_text or None)


def texts() -> serializers.ListField:
    """A list of texts."""
    return serializers.ListField(child=serializers.CharField(allow_blank=True))


def anything(help_text: str = "") -> serializers.JSONField:
    """Any JSON."""
    return serializers.JSONField(help_text=help_text, allow_null=True)


def flag(help_text: str = "", *, null: bool = False) -> serializers.BooleanField:
    """true or false."""
    return serializers.BooleanField(help_text=help_text, allow_null=null)


class ErrorSerializer(serializers.Serializer[Any]):
    """Every error."""

    detail = text()
    code = text()
    errors: Any = inline_serializer("FieldError", {"field": text(), "message": text()}, many=True)


class MissionSerializer(serializers.Serializer[Any]):
    """A mission."""

    id = text("The sender's own text.")
    name = text()
    status = serializers.ChoiceField(STATUSES)
    reported_status = text("What the sender said, kept beside the derived one.")
    is_inferred = flag()
    start_ns, end_ns, last_activity_ns, duration_ns = number(), number(), number(), number()
    span_count, error_count, llm_call_count, tool_call_count = count(), count(), count(), count()
    log_count, snapshot_count = count(), count()
    step_count = count("Steps of its plan, every occurrence.")
    step_done_count = count("Those that are over, whatever became of them.")
    input_tokens, output_tokens = count(null=True), count(null=True)
    cost_usd = number("Decimal.")
    agents, services, models, tools = texts(), texts(), texts(), texts()
    verdict = text("One sentence, or empty.")
    change_seq = number()
    url = text()


def spread(name: str, help_text: str) -> Any:
    """How values are spread: percentiles by nearest rank, null without values."""
    fields: dict[str, Any] = {"count": count(), "p50": number(), "p90": number(), "p99": number(), "max": number()}
    return inline_serializer(f"Spread{name}", fields, help_text=help_text)


ModelSummarySerializer = inline_serializer(
    "ModelSummary",
    {
        "model": text("The one that answered, else the one asked for."),
        "call_count": count(),
        "error_count": count(),
        "input_tokens": count(null=True),
        "output_tokens": count(null=True),
        "cost_usd": number("Decimal."),
        "duration_ns": spread("OfCalls", "Of calls that have ended."),
    },
    many=True,
)
SummarySerializer = inline_serializer(
    "MissionsSummary",
    {
        "count": count(),
        "counts": inline_serializer("CountsByStatus", {status: count() for status in STATUSES}),
        "error_count": count(),
        "duration_ns": spread("OfMissions", "Of missions that have ended."),
        "span_duration_ns": spread("OfSpans", "Of their spans that have ended."),
        "span_count": count(),
        "llm_call_count": count(),
        "tool_call_count": count(),
        "input_tokens": count(null=True),
        "output_tokens": count(null=True),
        "cost_usd": number("Decimal."),
        "models": ModelSummarySerializer,
    },
)


class SpanSerializer(serializers.Serializer[Any]):
    """A span without its payload."""

    trace_id, span_id = text(), text()
    side = serializers.IntegerField(help_text="1: the server's half of a call whose client used the same id.")
    parent_span_id = text(null=True)
    mission_id, name = text(), text()
    otel_kind, span_kind = text(), text()
    service_name, agent_name, step_id = text(), text(), text()
    start_ns, end_ns, duration_ns = number(), number(), number()
    status_code = serializers.ChoiceField(CODES)
    status_message = text()
    effective_status = serializers.ChoiceField(STATUSES, help_text=EFFECTIVE)
    error_type = text()
    links = anything()
    warnings = texts()
    change_seq = number()


class SpanDetailSerializer(SpanSerializer):
    """A span with all its sender said."""

    attributes = anything("Every attribute, unknown ones too.")
    events = anything()
    resource = anything()
    scope = anything()
    trace_state = text()
    flags = count()
    dropped_attributes_count, dropped_events_count, dropped_links_count = count(), count(), count()
    repairs = anything("What was changed so that the span could be kept: field, reason, old, new.")
    redactions = anything("Kind to how many.")
    provenance = anything("Field to the attribute it came from.")
    version_count = count()


class LlmCallSerializer(serializers.Serializer[Any]):
    """A model call without its texts."""

    id, trace_id, span_id = text(), text(), text()
    agent_name, step_id, operation = text(), text(), text()
    provider_name, request_model, response_model = text(), text(), text()
    start_ns, end_ns, time_to_first_token_ns = number(), number(), number()
    finish_reasons = texts()
    input_tokens, output_tokens = count(null=True), count(null=True)
    cache_read_input_tokens, cache_creation_input_tokens = count(null=True), count(null=True)
    reasoning_output_tokens = count(null=True)
    cost_usd = number("Decimal.")
    cost_source = text("sender, or the price table and its version.")
    counts_usage = flag()
    is_counted = flag("In the totals of its mission: it repeats no usage of a call inside it.")
    status = serializers.ChoiceField(STATUSES, help_text=EFFECTIVE)
    error = text()
    attempt_count, message_count = count(), count()
    new_message_count = count(null=True)
    response_id = text("The sender's or provider's id of the answer.")
    call_id = text("The sender's id of a logical call: of the call and of the attempts at it.")
    is_attempt = flag("One attempt at a logical call.")
    change_seq = number()


class LlmCallDetailSerializer(LlmCallSerializer):
    """A model call with what was said."""

    system_instructions = anything()
    input_messages = anything("[{role, parts[]}]")
    output_messages = anything("[{role, parts[]}]")
    tool_definitions = anything()
    parameters = anything()
    attempts = anything(
        "Up to this one, itself last, or all at a logical call: id, trace_id, span_id, request_model, response_model,"
        " status, error, start_ns, end_ns, brain."
    )
    replay_of = number("Id of the earlier call whose answer came again, with its id.")
    brain = anything("What stage7's Brain tells beside the messages: sent, raw, repaired, returned, json_valid ...")
    redactions = anything()
    provenance = anything()


class TurnSerializer(serializers.Serializer[Any]):
    """A turn of an agent, or of a step where no agent speaks, without its texts."""

    id, trace_id, span_id = text(), text(), text()
    name = text("Of its span.")
    span_kind = text("AGENT, or CHAIN for a step.")
    agent_name, step_id = text(), text()
    start_ns, end_ns = number(), number()
    status = serializers.ChoiceField(STATUSES)
    error = text()
    change_seq = number()


class TurnDetailSerializer(TurnSerializer):
    """A turn with what was said."""

    system_instructions = anything()
    input_messages = anything("[{role, parts[]}]")
    output_messages = anything("[{role, parts[]}]")
    redactions = anything()
    provenance = anything()


class ToolCallSerializer(serializers.Serializer[Any]):
    """A tool run without its texts."""

    id, trace_id, span_id = text(), text(), text()
    agent_name, step_id, tool_name, tool_call_id = text(), text(), text(), text()
    requested_by = text("Id of the model call that asked for it.", null=True)
    start_ns, end_ns = number(), number()
    status = text()
    effective_status = serializers.ChoiceField(STATUSES, help_text=EFFECTIVE)
    error = text()
    change_seq = number()


class ToolCallDetailSerializer(ToolCallSerializer):
    """A tool run with its input and output."""

    arguments = anything()
    result = anything()
    execution = anything("Of a plugin of stage7: inputs as planned, resolved and sent, outputs, process; else null.")
    redactions = anything()
    provenance = anything()


class LogSerializer(serializers.Serializer[Any]):
    """A log record."""

    id = text()
    mission_id = text("Null: of no mission.", null=True)
    time_ns = number()
    severity_number = count()
    severity_text = text()
    body = anything("A text, or the structure that was sent.")
    is_cut = flag()
    service_name = text()
    trace_id, span_id = text(null=True), text(null=True)
    agent_name, step_id, event_name = text(), text(), text()
    user_id, request_id, conversation_id, host_name = text(), text(), text(), text()
    attributes = anything()
    change_seq = number()


class SnapshotSerializer(serializers.Serializer[Any]):
    """A base or patch of state."""

    id, agent_name, step_id = text(), text(), text()
    trace_id, span_id = text(null=True), text(null=True)
    time_ns = number()
    kind = serializers.ChoiceField(("base", "patch"))
    source: Any = text()
    change_seq = number()


class RefSerializer(serializers.Serializer[Any]):
    """A record that can be opened."""

    type = serializers.ChoiceField(("span", "llm_call", "tool_call", "log", "step", "agent", "ghost"))
    id = text(
        "trace/span of a span (/1 after it: the server's half), the key of a step of the plan, the sender's id of an "
        "agent, the key of a ghost, else the record's id."
    )


StateSerializer = inline_serializer(
    "AgentState",
    {
        "agent_name": text(),
        "state": anything(),
        "made_of": texts(),
        "failures": anything(),
        "has_base": flag(),
    },
)
FindingSerializer = inline_serializer(
    "Finding",
    {
        "id": text(),
        "detector": text(),
        "severity": text(),
        "title": text(),
        "detail": text(),
        "opened_ns": number(),
        "closed_ns": number(),
        "is_root": flag(),
        "caused_by": text(null=True),
        "refs": RefSerializer(many=True),
    },
)
AgentSerializer = inline_serializer(
    "Agent",
    {
        "id": text(),
        "name": text(),
        "role": text(),
        "class": text(),
        "status": text(),
        "status_class": text(),
        "started_ns": number(),
        "ended_ns": number(),
    },
)
HitSerializer = inline_serializer(
    "SearchHit",
    {
        "mission_id": text(),
        "mission_name": text(),
        "type": serializers.ChoiceField(("span", "log")),
        "id": text("trace.span of a span, the id of a log record."),
        "name": text(),
        "field": text(),
        "excerpt": text(),
        "marks": serializers.ListField(
            child=serializers.ListField(child=serializers.IntegerField()),
            help_text="[start, end] of each word in the excerpt.",
        ),
    },
)
RejectionSerializer = inline_serializer(
    "Rejection",
    {"id": text(), "time_ns": number(), "door": text(), "reason": text(), "detail": text(), "excerpt": text()},
)
StepSerializer = inline_serializer(
    "Step",
    {
        "id": text(),
        "step_id": text("The sender's own text."),
        "agent_id": text(),
        "is_agent_inferred": flag("Taken from what it is part of."),
        "parent": text("Id of the step it is part of.", null=True),
        "parent_by": text("How that is known: stated, id or text.", null=True),
        "occurrence": count(),
        "depth": count("Steps it is part of."),
        "number": count("Its place in the plan that made it.", null=True),
        "verb": text(null=True),
        "description": text(null=True),
        "role": text("That was asked for.", null=True),
        "status": text("The sender's word; where only spans tell of it UNSET, OK or ERROR."),
        "effective_status": serializers.ChoiceField(STATUSES),
        "reason": text("Why it failed, waits or was given up.", null=True),
        "reason_code": text(null=True),
        "is_replaced": flag("Its result was a plan."),
        "created_ns": number(),
        "started_ns": number(),
        "ended_ns": number(),
        "dependencies": inline_serializer(
            "StepDependency",
            {
                "source": text("Id of a step, or of what nobody has."),
                "output_name": text(null=True),
                "input_name": text(null=True),
                "kind": text(),
                "satisfied": flag(),
                "is_inferred": flag(),
                "ghost": text("What was asked for, where no step has it.", null=True),
            },
            many=True,
        ),
        "inputs": anything(),
        "outputs_declared": texts(),
        "result": anything(),
        "retry_count": count(),
    },
)
HumanRequestSerializer = inline_serializer(
    "HumanRequest",
    {
        "id": text(),
        "agent_id": text(),
        "step_id": text(),
        "question": text(null=True),
        "asked_ns": number(),
        "answered_ns": number(),
        "answer": text(null=True),
        "status": serializers.ChoiceField(STATUSES),
    },
)
GraphSerializer = inline_serializer(
    "Graph",
    {
        "nodes": inline_serializer(
            "GraphNode",
            {
                "id": text(),
                "kind": text(),
                "label": text(),
                "agent_name": text(),
                "status": text("As reported; empty for lanes and ghosts."),
                "effective_status": text(),
                "start_ns": number(),
                "end_ns": number(),
                "parent": text("The lane it lies in.", null=True),
                "refs": RefSerializer(many=True),
                "called_by": text("The node whose work it is part of.", null=True),
                "count": count(),
                "detail": text("What a step is for, what an agent is after, why a ghost is one."),
                "ghost": text("unknown_step, undeclared_output, never_created or not_received; empty for others."),
                "step_id": text(),
                "occurrence": count("1 for the first step of that id; 0 for what is no step of a plan."),
                "occurrences": count("Steps of that id."),
                "depth": count("Plans above a step."),
                "plan_size": count("Steps that its plan made."),
                "hidden_count": count("Pieces of work below it that are folded away."),
                "hidden_failed": count(),
                "llm_calls": count(),
                "tool_calls": count(),
                "has_begun": flag(),
                "is_silent": flag("It failed and was reported as completed."),
                "is_replaced": flag("Its result was a plan."),
                "in_cycle": flag("It waits, by way of others, for itself."),
                "group": text("The fold it would lie in."),
                "is_expandable": flag(),
                "is_expanded": flag(),
            },
            many=True,
        ),
        "edges": inline_serializer(
            "GraphEdge",
            {
                "id": text(),
                "source": text(),
                "target": text(),
                "kind": text(),
                "label": text("Outputs that are taken, by name, or what led from one to the other."),
                "evidence": RefSerializer(many=True),
                "is_inferred": flag(),
                "count": count(),
                "why": text("What a tie of a plan rests on."),
                "satisfied": flag("What the target waits for is there; null where it waits for nothing.", null=True),
                "in_cycle": flag(),
            },
            many=True,
        ),
        "work_count": count(),
        "is_folded": flag(),
        "hidden_edge_count": count(),
        "has_plan": flag(),
    },
)
PathSerializer = inline_serializer(
    "CriticalPath",
    {
        "segments": inline_serializer(
            "PathSegment",
            {
                "span": inline_serializer("SpanKey", {"trace_id": text(), "span_id": text()}, allow_null=True),
                "start_ns": number(),
                "end_ns": number(),
                "class": text("llm, tool, queue, human, retry, agent or idle."),
            },
            many=True,
        ),
        "totals": serializers.DictField(child=serializers.CharField(), help_text="Class to nanoseconds."),
    },
)

_ERRORS = {
    400: "Not valid.",
    401: "No key or login.",
    403: "Not allowed.",
    404: "Not there.",
    405: "Only GET.",
    406: "Only JSON is answered.",
    429: "Too many wrong keys from this address.",
}
ERRORS = {status: OpenApiResponse(ErrorSerializer, description=words) for status, words in _ERRORS.items()}


def describe(serializer: Any, *, many: bool = False, parameters: Any = (), name: str = "", detail: Any = None) -> Any:
    """The schema of a view that answers one thing, or a page of many; `detail`: with `include=content` of these."""
    if many:
        row = serializer if detail is None else _row_of(serializer, detail, name)
        each = row(many=True) if isinstance(row, type) else _many(row)
        answer = inline_serializer(f"{name}Page", {"results": each, "next": text(null=True)})
        parameters = [*parameters, *PAGE_PARAMETERS]
    else:
        answer = serializer
    operation_id = f"list_{name}" if many else None
    return extend_schema(operation_id, responses={200: answer, **ERRORS}, parameters=[*parameters, PROJECT_PARAMETER])


def _row_of(serializer: Any, detail: Any, name: str) -> Any:
    """A row of a list: as `serializer`, and with `include=content` as `detail`."""

    def get_fields(self: Any) -> Any:
        fields = detail.get_fields(self)
        for extra in fields.keys() - serializer().fields.keys():
            fields[extra].required = False
        return fields

    about = "What is not required is there with `include=content`."
    return type(f"{name}RowSerializer", (detail,), {"get_fields": get_fields, "__doc__": about})


def _many(serializer: Any) -> Any:
    return type(serializer)(many=True)
