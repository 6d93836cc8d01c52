"""What stage7's services store at its Librarian: events, agents, step outputs, missions and the rest."""

from collections.abc import Callable
from typing import Any

import msgspec

from telemetry.records import Converted, LogRecord
from telemetry.stage7.facts import AGENT, EVENT, MISSION, STEP_OUTPUT
from telemetry.stage7.records import Ids, find_ids, find_time_ns, make_log

ERROR, INFO = 17, 9
"""OpenTelemetry's severity numbers."""
_ERROR_EVENTS = frozenset(
    {"step_failed", "step_execution_error", "step_error", "step_failure", "step_validation_error", "agent_error",
     "agent_initialization_failed", "reflect_infinite_loop_detected", "rabbitmq_reconnect_failed",
     "agent_aborted_replan_loop"}
)  # fmt: skip
STATE = "missionscope.state.snapshot"
_ANY_NAME = 60
Document = dict[str, Any]


def convert_stored(item: Document, received_ns: int) -> Converted:
    """The records of one `storeData` or `storeOutput` body."""
    data = item.get("data")
    if "storageType" not in item and isinstance(data, list) and item.get("stepId"):
        return Converted(logs=(_step_output(item),))
    if not isinstance(data, dict):
        # Nothing of a known kind: the body is kept whole.
        return Converted(logs=(make_log("stage7.storeData", item, find_ids(item), time_ns=find_time_ns(item)),))
    document = _with_id(data, item.get("id"))
    collection = item.get("collection")
    convert = _COLLECTIONS.get(collection) if isinstance(collection, str) else None
    if convert is not None:
        return Converted(logs=convert(document))
    name = f"stage7.{str(collection or 'mcsdata')[:_ANY_NAME]}"
    return Converted(logs=(make_log(name, document, find_ids(document), time_ns=find_time_ns(document)),))


def _with_id(data: Document, document_id: Any) -> Document:
    """The document as the database keeps it. An event's own id is its sender's record id, not part of what it says."""
    if not isinstance(document_id, str) or not document_id or "_id" in data:
        return data
    return {"_id": document_id, **data}


def convert_event(document: Document) -> tuple[LogRecord, ...]:
    """An event of an agent or a step. The same event under another document id is the same record."""
    said = {name: value for name, value in document.items() if name != "_id"}
    kind = said.get("eventType")
    kind = kind.strip()[:_ANY_NAME] if isinstance(kind, str) and kind.strip() else "unknown"
    return (
        make_log(
            f"{EVENT}{kind}",
            said,
            _event_ids(kind, said),
            time_ns=find_time_ns(said),
            severity_number=ERROR if kind in _ERROR_EVENTS else INFO,
        ),
    )


def _event_ids(kind: str, said: Document) -> Ids:
    """Some events are the whole step, which calls its own id `id`."""
    ids = find_ids(said)
    if not ids.step_id and kind.startswith("step_") and isinstance(said.get("id"), str):
        ids = msgspec.structs.replace(ids, step_id=said["id"])
    if ids.mission_id == "unknown_mission":
        ids = msgspec.structs.replace(ids, mission_id="")
    return ids


def _agent(document: Document) -> tuple[LogRecord, ...]:
    """A stored agent: what it says of the plan, and its state."""
    ids = find_ids(document)
    agent_id = ids.agent_id or _text(document, "id", "_id")
    ids = msgspec.structs.replace(ids, agent_id=agent_id, step_id="")
    time_ns = find_time_ns(document)
    state = {name: value for name, value in document.items() if name not in ("_id", "steps")}
    return (
        make_log(AGENT, document, ids, time_ns=time_ns, severity_number=INFO),
        make_log(STATE, state, ids, time_ns=time_ns),
    )


def _step_outputs(document: Document) -> tuple[LogRecord, ...]:
    return (_step_output({**document, "stepId": _text(document, "stepId", "_id")}),)


def _step_output(item: Document) -> LogRecord:
    return make_log(STEP_OUTPUT, item, find_ids(item), time_ns=find_time_ns(item), severity_number=INFO)


def _mission(document: Document) -> tuple[LogRecord, ...]:
    ids = find_ids(document)
    ids = Ids(ids.mission_id or _text(document, "id", "_id"), user_id=ids.user_id)
    return (make_log(MISSION, document, ids, time_ns=find_time_ns(document), severity_number=INFO),)


def _text(document: Document, *names: str) -> str:
    return next((value for name in names if isinstance(value := document.get(name), str) and value), "")


_COLLECTIONS: dict[str, Callable[[Document], tuple[LogRecord, ...]]] = {
    "events": convert_event,
    "step_events": convert_event,
    "agents": _agent,
    "step-outputs": _step_outputs,
    "missions": _mission,
}
