"""Model calls whose caller says afterwards that the answer was of no use: they failed in effect. Pure."""

from collections.abc import Sequence

from llmlog.records import LlmCallRow
from telemetry.stage7.brain_words import LOGIC_FAILURE_EVENT, request_span
from traces.records import LogRow


def find_denials(logs: Sequence[LogRow], calls: Sequence[LlmCallRow]) -> list[LlmCallRow]:
    """The calls that reports of a logic failure among these records name by the id of their answer."""
    named = {log.span_id for log in logs if log.event_name == LOGIC_FAILURE_EVENT and log.span_id}
    if not named:
        return []
    return [call for call in calls if call.response_id and request_span(call.response_id).hex() in named]


def without_reports(logs: Sequence[LogRow], denied: Sequence[LlmCallRow]) -> Sequence[LogRow]:
    """The records without the reports that the failed calls themselves stand for."""
    if not denied:
        return logs
    told = {request_span(call.response_id).hex() for call in denied}
    return [log for log in logs if log.event_name != LOGIC_FAILURE_EVENT or log.span_id not in told]
