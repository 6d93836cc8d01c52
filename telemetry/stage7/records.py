"""What all of stage7's doors share: the ids an object names, and an object as a log record."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from core.nanotime import NS_PER_SECOND
from telemetry.records import AttributeValue, LogRecord, Resource, Scope
from telemetry.stage7.ids import agent_trace, question_trace, step_trace
from telemetry.stage7.values import read_time_ns

RESOURCE = Resource({})
"""stage7's objects do not say which of its services wrote them."""
SCOPE = Scope("stage7")

_INNER = ("content", "data", "request", "response")
"""Where an object keeps what it is about, when not at its top."""
_TIMES = ("timestamp", "startedAt", "startTime", "createdAt", "created_at", "time")
_LONGEST_ID = 500
NOBODY = "system"
"""The user of a mission whose caller named none."""
POOL = "missionscope.mission.pool"


class Ids(msgspec.Struct, frozen=True):
    """What a record names; empty where it names nothing."""

    mission_id: str = ""
    agent_id: str = ""
    step_id: str = ""
    user_id: str = ""
    question_id: str = ""

    @property
    def trace_id(self) -> bytes:
        """The step's trace, else the agent's, else the question's, else none."""
        if self.step_id:
            return step_trace(self.step_id)
        if self.agent_id:
            return agent_trace(self.agent_id)
        return question_trace(self.question_id) if self.question_id else b""

    @property
    def attributes(self) -> dict[str, AttributeValue]:
        """Those that are named, under the attributes that join records."""
        named = {
            "stage7.mission.id": self.mission_id,
            "stage7.agent.id": self.agent_id,
            "stage7.step.id": self.step_id,
            "stage7.user.id": self.user_id,
        }
        return {name: value for name, value in named.items() if value}


def find_ids(item: Mapping[str, Any]) -> Ids:
    """The mission, agent and step an object names at its top or in what it carries."""
    places = [item, *(inner for name in _INNER if isinstance(inner := item.get(name), Mapping))]
    user_id = _find_id(places, "userId")
    return Ids(
        _find_id(places, "missionId"),
        _find_id(places, "agentId"),
        _find_id(places, "stepId"),
        "" if user_id == NOBODY else user_id,
    )


def find_time_ns(item: Mapping[str, Any]) -> int | None:
    """The time an object gives itself, at its top or in what it carries; None when it gives none."""
    places = [item, *(inner for name in _INNER if isinstance(inner := item.get(name), Mapping))]
    times = (read_time_ns(place.get(name)) for place in places for name in _TIMES)
    return next((time_ns for time_ns in times if time_ns is not None), None)


def make_log(
    event_name: str,
    body: AttributeValue,
    ids: Ids,
    *,
    time_ns: int | None,
    attributes: Mapping[str, AttributeValue] | None = None,
    severity_number: int = 0,
) -> LogRecord:
    """A log record in the trace of what it names. `time_ns` None: it takes the time it was received.

    One that names no mission waits in a pool of its day until others tell whose it is.
    """
    pool = {} if ids.mission_id else {POOL: pool_of(time_ns)}
    return LogRecord(
        time_ns=time_ns,
        observed_ns=None,
        severity_number=severity_number,
        severity_text="",
        body=body,
        attributes={**ids.attributes, **pool, **(attributes or {})},
        trace_id=ids.trace_id,
        span_id=b"",
        event_name=event_name,
        resource=RESOURCE,
        scope=SCOPE,
    )


def pool_of(time_ns: int | None) -> str:
    """Where records of a day wait that name no mission: `stage7-2025-07-09`."""
    if time_ns is None:
        return "stage7"
    return f"stage7-{datetime.fromtimestamp(time_ns // NS_PER_SECOND, UTC):%Y-%m-%d}"


def _find_id(places: list[Mapping[str, Any]], name: str) -> str:
    for place in places:
        text = place.get(name)
        if isinstance(text, str) and (text := text.strip()):
            return text[:_LONGEST_ID]
    return ""
