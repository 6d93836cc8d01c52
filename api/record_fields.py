"""Shapes of records and of what points to them, for the schema."""

from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

from api.fields import CODES, EFFECTIVE, STATUSES, anything, count, flag, number, text, texts


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
