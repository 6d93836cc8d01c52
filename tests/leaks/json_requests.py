"""Requests to the JSON doors with secrets in every place that can hold a text, and in those of stage7 that do."""

import json
from collections.abc import Iterator
from typing import Any

from tests.leaks.planting import Planter
from tests.leaks.requests import MISSION

WORK = 3
"""Records of `_work`, each a span."""


def make_requests(planter: Planter) -> Iterator[tuple[str, Any]]:
    """Path and JSON of each request."""
    yield "/api/v1/ingest", [*_work(planter), *_plan(planter), *_told(planter), *_refused(planter)]
    for door in ("storeData", "statistics", "brain", "plugins", "messages"):
        yield f"/api/v1/stage7/{door}", [_object(planter, door), planter.one(f"{door} refused", "stripe")]
    yield "/api/default/store/", _event(planter)
    yield "/api/default/store/", [planter.one("sentry refused", "stripe")]


def _event(planter: Planter) -> dict[str, Any]:
    """What a client of Sentry's tells of an exception and of all around it."""
    code = {"context_line": planter.text("sentry line"), "pre_context": [planter.text("sentry line before")]}
    frame = {"filename": "a.py", "function": "f", "vars": {"said": planter.text("sentry variable")}, **code}
    return {
        "tags": {"mission.id": MISSION, "note": planter.text("sentry tag")},
        "exception": [{"type": "E", "value": planter.text("sentry message"), "stacktrace": {"frames": [frame]}}],
        "contexts": {"desk": {"note": planter.text("sentry context")}},
        "extra": {"note": [planter.text("sentry extra")]},
        "breadcrumbs": {"values": [{"message": planter.text("sentry breadcrumb")}]},
        "request": {"data": planter.text("sentry body"), "headers": [["x-note", planter.text("sentry header")]]},
        "user": {"username": planter.text("sentry user")},
        planter.text("sentry field"): 1,
    }


def _work(planter: Planter) -> list[dict[str, Any]]:
    said = {"role": "user", "content": planter.text("native prompt")}
    return [
        {"type": "span", "mission_id": MISSION, "id": planter.text("native id"), "name": planter.text("native name"),
         "error": planter.text("native error"), "attributes": {"note": planter.text("native attribute")},
         planter.text("native field"): planter.text("native extra"), "service_name": planter.text("native service"),
         "events": [{"name": "e", "attributes": {"x": planter.text("native event")}}]},
        {"type": "llm_call", "mission_id": MISSION, "model": "m", "input_messages": [said],
         "output_messages": planter.text("native reply"), "parameters": {"user": planter.text("native parameter")},
         "system_instructions": planter.text("native instructions")},
        {"type": "tool_call", "mission_id": MISSION, "tool_name": "t",
         "arguments": {"deep": [planter.text("native argument")]},
         "result": json.dumps({"x": planter.text("native result")})},
    ]  # fmt: skip


def _plan(planter: Planter) -> list[dict[str, Any]]:
    return [
        {"type": "mission", "mission_id": MISSION, "goal": planter.text("native goal")},
        {"type": "agent", "mission_id": MISSION, "agent_id": "a", "role": planter.text("native role")},
        {"type": "step", "mission_id": MISSION, "step_id": "s", "inputs": {"q": planter.text("native input")},
         "description": planter.text("native description"), "result": [planter.text("native outcome")]},
        {"type": "human_request", "mission_id": MISSION, "id": "q", "answer": planter.text("native answer")},
        {"type": "snapshot", "mission_id": MISSION, "state": {"memory": planter.text("native state")}},
    ]  # fmt: skip


def _told(planter: Planter) -> list[dict[str, Any]]:
    return [
        {"type": "log", "mission_id": MISSION, "body": {"text": planter.text("native log")}},
        {"type": "error", "mission_id": MISSION, "message": "m", "stacktrace": planter.text("native stack")},
    ]


def _refused(planter: Planter) -> list[Any]:
    return [
        {"type": planter.one("native type", "github")},
        {"type": "span", "start_ns": planter.one("native time", "google")},
        {"type": "llm_call", "input_tokens": planter.one("native count", "gitlab")},
        planter.one("native item", "aws"),
    ]


def _object(planter: Planter, door: str) -> dict[str, Any]:
    """What a service of stage7 may hand over: inputs as a serialised Map, JSON inside a text, Python inside a log."""
    entries = [["query", {"inputName": "query", "value": planter.text(f"{door} input"), "valueType": "string"}]]
    return {
        "missionId": MISSION,
        "note": planter.text(f"{door} text"),
        "inputs": {"_type": "Map", "entries": entries},
        "plan": json.dumps([{"actionVerb": "X", "description": planter.text(f"{door} plan")}]),
        "logs": f"INFO inputs: {{'query': {planter.text(f'{door} logs')!r}}}",
        planter.text(f"{door} key"): 1,
    }
