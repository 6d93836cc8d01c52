"""Missions as OTLP/JSON, written short: spans, model calls, tool runs, states, log lines."""

import json
from typing import Any

BASE_NS = 1_760_000_000_000_000_000
TRACE = "5b8aa5a2d2c872e8321cf37308d69df2"
MS = 1_000_000


def span_id(number: int) -> str:
    """The id of the span with this number."""
    return f"{number:016x}"


def key_of(number: int, side: int = 0) -> str:
    """The key of the span with this number."""
    return f"{TRACE}.{span_id(number)}" + (".s" if side else "")


def attributes(values: dict[str, Any]) -> list[dict[str, Any]]:
    """OTLP attributes; what is no text, number or truth is sent as JSON text."""
    return [{"key": key, "value": _value(value)} for key, value in values.items()]


def _value(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    return {"stringValue": value if isinstance(value, str) else json.dumps(value)}


def span(
    number: int,
    parent: int | None = None,
    name: str = "",
    *,
    start_ms: float = 0,
    took_ms: float | None = 100,
    error: str = "",
    kind: int = 1,
    events: list[dict[str, Any]] | None = None,
    links: list[int] | None = None,
    **values: Any,
) -> dict[str, Any]:
    """One span; `took_ms=None` leaves it open. Dots in attribute names are written `__`."""
    start_ns = BASE_NS + int(start_ms * MS)
    made: dict[str, Any] = {
        "traceId": TRACE, "spanId": span_id(number), "name": name or f"span {number}", "kind": kind,
        "startTimeUnixNano": str(start_ns),
        "endTimeUnixNano": "0" if took_ms is None else str(start_ns + int(took_ms * MS)),
        "attributes": attributes({key.replace("__", "."): value for key, value in values.items()}),
        "events": events or [],
        "links": [{"traceId": TRACE, "spanId": span_id(each)} for each in links or []],
    }  # fmt: skip
    if parent is not None:
        made["parentSpanId"] = span_id(parent)
    if error:
        made["status"] = {"code": 2, "message": error}
    return made


def text(role: str, content: str) -> dict[str, Any]:
    """A message of one text."""
    return {"role": role, "parts": [{"type": "text", "content": content}]}


def asks(name: str, call_id: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """A reply that asks for a tool."""
    part = {"type": "tool_call", "id": call_id, "name": name, "arguments": arguments}
    return {"role": "assistant", "parts": [part]}


def answers(call_id: str, response: Any) -> dict[str, Any]:
    """A tool's result as a message."""
    return {"role": "tool", "parts": [{"type": "tool_call_response", "id": call_id, "response": response}]}


def chat(
    number: int, parent: int, messages: list[dict[str, Any]], reply: list[dict[str, Any]], **more: Any
) -> dict[str, Any]:
    """A model call."""
    values = {
        "gen_ai__operation__name": "chat", "gen_ai__request__model": "gpt-4o", "gen_ai__agent__name": "planner",
        "gen_ai__usage__input_tokens": 120, "gen_ai__usage__output_tokens": 7,
        "gen_ai__input__messages": messages, "gen_ai__output__messages": reply,
    }  # fmt: skip
    return span(number, parent, more.pop("name", "chat gpt-4o"), kind=3, **{**values, **more})


def turn(
    number: int, parent: int | None, agent: str, told: list[dict[str, Any]], said: list[dict[str, Any]], **more: Any
) -> dict[str, Any]:
    """A turn of an agent: its own span carries what it was told and what it said."""
    values = {
        "gen_ai__operation__name": "invoke_agent", "gen_ai__agent__name": agent,
        "gen_ai__input__messages": told, "gen_ai__output__messages": said,
    }  # fmt: skip
    return span(number, parent, more.pop("name", f"invoke_agent {agent}"), **{**values, **more})


def tool(number: int, parent: int, name: str, call_id: str, arguments: Any, result: Any, **more: Any) -> dict[str, Any]:
    """A tool run."""
    values = {
        "gen_ai__operation__name": "execute_tool", "gen_ai__tool__name": name, "gen_ai__tool__call__id": call_id,
        "gen_ai__tool__call__arguments": arguments, "gen_ai__tool__call__result": result,
    }  # fmt: skip
    return span(number, parent, f"execute_tool {name}", **{**values, **more})


def event(name: str, at_ms: float, **values: Any) -> dict[str, Any]:
    """A span event."""
    return {
        "name": name, "timeUnixNano": str(BASE_NS + int(at_ms * MS)),
        "attributes": attributes({key.replace("__", "."): value for key, value in values.items()}),
    }  # fmt: skip


def line(body: str, at_ms: float, *, severity: int = 9, number: int | None = None, **values: Any) -> dict[str, Any]:
    """A log record, of a span when `number` says so."""
    made = {
        "timeUnixNano": str(BASE_NS + int(at_ms * MS)), "severityNumber": severity, "traceId": TRACE,
        "body": {"stringValue": body},
        "attributes": attributes({key.replace("__", "."): value for key, value in values.items()}),
    }  # fmt: skip
    return made if number is None else {**made, "spanId": span_id(number)}


def spans_request(mission: str, spans: list[dict[str, Any]]) -> dict[str, Any]:
    """An export of these spans, all of one mission."""
    resource = attributes({"service.name": "svc", "mission.id": mission})
    return {"resourceSpans": [{"resource": {"attributes": resource}, "scopeSpans": [{"spans": spans}]}]}


def logs_request(mission: str, lines: list[dict[str, Any]]) -> dict[str, Any]:
    """An export of these log records."""
    resource = attributes({"service.name": "svc", "mission.id": mission})
    return {"resourceLogs": [{"resource": {"attributes": resource}, "scopeLogs": [{"logRecords": lines}]}]}
