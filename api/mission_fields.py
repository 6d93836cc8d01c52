"""Shapes of missions, for the schema."""

from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

from api.fields import STATUSES, count, flag, number, text, texts


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
