"""Events as stage7 writes them, made here."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from plans.building.build import build_plan
from plans.records import FactRow, Plan
from telemetry.conventions import map_log
from telemetry.facts.records import decode_facts
from telemetry.stage7 import convert

BEGIN = datetime(2026, 3, 1, 9, 0, 0, tzinfo=UTC)
MISSION = "3f2b9a4e-0000-4000-8000-000000000001"
Event = dict[str, Any]


def event(kind: str, at_ms: int, **fields: Any) -> Event:
    """An event, `at_ms` after the beginning."""
    moment = (BEGIN + timedelta(milliseconds=at_ms)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"eventType": kind, "timestamp": moment, **fields}


def created(step_id: str, at_ms: int, verb: str = "SEARCH", **fields: Any) -> Event:
    return event("step_created", at_ms, stepId=step_id, actionVerb=verb, status="pending", **fields)


def started(step_id: str, at_ms: int) -> Event:
    return event("step_execution_start", at_ms, stepId=step_id, actionVerb="SEARCH")


def finished(step_id: str, at_ms: int, *outputs: Event, status: str = "completed") -> Event:
    return event("step_execution_finish", at_ms, stepId=step_id, status=status, result=list(outputs))


def completed(step_id: str, at_ms: int, *outputs: Event, agent: str = "agent-1") -> Event:
    return event("step_completed", at_ms, agentId=agent, stepId=step_id, result=list(outputs))


def output(name: str, result: Any, result_type: str = "string", *, success: bool = True, **fields: Any) -> Event:
    return {"success": success, "name": name, "resultType": result_type, "result": result, **fields}


def plan_of(*tasks: Event) -> Event:
    return output("plan", list(tasks), "plan")


def task(verb: str, description: str = "", **fields: Any) -> Event:
    return {"actionVerb": verb, "description": description, "inputs": {}, "outputs": {}, **fields}


def as_map(**entries: Any) -> Event:
    return {"_type": "Map", "entries": [[name, value] for name, value in entries.items()]}


def stored(item: Event, **fields: Any) -> Event:
    """The body that an event is stored with."""
    return {"data": item, "storageType": "mongo", "collection": "events", **fields}


def as_lines(events: Iterable[Event]) -> bytes:
    return b"\n".join(json.dumps(stored(each)).encode() for each in events)


def facts_of(events: Sequence[Event], door: str = "storeData") -> list[FactRow]:
    """What the events say, read the way the door reads them."""
    rows: list[FactRow] = []
    for item in events:
        body = stored(item) if door == "storeData" else item
        for log in convert(door, body, 1).logs:
            facts = map_log(log).facts
            if facts:
                mission = str(log.attributes.get("stage7.mission.id", ""))
                rows.append(FactRow(len(rows) + 1, log.time_ns or 1, decode_facts(facts), mission))
    return rows


def plan(*events: Event) -> Plan:
    return build_plan(facts_of(events))
