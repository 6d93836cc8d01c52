"""Whose failure it was and where: release, environment, request, tool and verb, as records name them."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from telemetry.conventions.values import first_text
from telemetry.records import LogRecord, SpanRecord

_RELEASE = ("sentry.release", "service.version", "release", "app.version")
_ENVIRONMENT = (
    "sentry.environment", "deployment.environment.name", "deployment.environment", "environment",
)  # fmt: skip
_REQUEST = (
    "request.id", "http.request.id", "request_id", "requestId", "http.request.header.x-request-id",
    "stage7.request.id",
)  # fmt: skip
_TOOL = ("gen_ai.tool.name", "tool.name", "tool_name", "toolName", "stage7.tool.name", "mcp.tool.name")
_VERB = (
    "missionscope.step.verb", "stage7.action_verb", "step.verb", "action_verb", "actionVerb", "stage7.step.verb",
)  # fmt: skip
SHOWN_CHARACTERS = 300


class Correlation(NamedTuple):
    """Empty where nothing is said."""

    release: str
    environment: str
    request_id: str
    tool_name: str
    step_verb: str


def read_correlation(record: SpanRecord | LogRecord) -> Correlation:
    """By the record's own attributes, then its resource's, then its body's where that is an object."""
    places: list[Mapping[str, Any]] = [record.attributes, record.resource.attributes]
    if isinstance(record, LogRecord) and isinstance(record.body, dict):
        places.append(record.body)
    found = (_first(places, names) for names in (_RELEASE, _ENVIRONMENT, _REQUEST, _TOOL, _VERB))
    return Correlation(*(text[:SHOWN_CHARACTERS] for text in found))


def _first(places: list[Mapping[str, Any]], names: tuple[str, ...]) -> str:
    return next((text for place in places if (text := first_text(place, names))), "")
