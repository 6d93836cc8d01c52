"""Agent state carried by events, log records and attributes, as bases and RFC 6902 patches.

No public convention carries values. Ours is an event or log record named
`missionscope.state.snapshot` or `missionscope.state.patch`; `agent.state`, AG-UI's
STATE_SNAPSHOT / STATE_DELTA, Google ADK's `state_delta` and the inputs of LangGraph nodes
are brought to the same form.
"""

from collections.abc import Mapping
from typing import Any

from telemetry.conventions.values import first_text, read_json, read_object
from telemetry.meaning import SnapshotMeaning
from telemetry.records import EventRecord, LogRecord

BASE, PATCH = "base", "patch"

_BASE_NAMES = {
    "missionscope.state.snapshot": ("missionscope.state.snapshot", "missionscope.state", "state", "agent.state"),
    "agent.state": ("agent.state",),
    "STATE_SNAPSHOT": ("snapshot", "ag_ui.snapshot"),
}
_PATCH_NAMES = {
    "missionscope.state.patch": ("missionscope.state.patch", "patch", "agent.state.patch"),
    "agent.state.patch": ("agent.state.patch", "patch"),
    "agent.state": ("agent.state.patch",),
    "STATE_DELTA": ("delta", "ag_ui.delta"),
}
STATE_EVENTS = frozenset(_BASE_NAMES) | frozenset(_PATCH_NAMES)
"""Event names that may carry state."""

_AGENT = ("missionscope.agent.name", "mission.agent", "agent.name", "gen_ai.agent.name", "agent.id", "gen_ai.agent.id")
_STEP = ("missionscope.step.id", "mission.step", "agent.step", "step.id")


def read_event_states(
    event: EventRecord, *, agent_name: str, step_id: str, time_ns: int | None
) -> list[SnapshotMeaning]:
    """The snapshots of a span event; who and when default to the span's."""
    when = event.time_ns or time_ns
    return _read_states(event.name, event.attributes, f"event {event.name}", agent_name, step_id, when)


def read_log_states(log: LogRecord, name: str, *, agent_name: str, step_id: str) -> list[SnapshotMeaning]:
    """The snapshots of a log record named `name`: in its attributes, else its body is the state."""
    source, when = f"log {name}", log.time_ns or log.observed_ns
    found = _read_states(name, log.attributes, source, agent_name, step_id, when)
    if found:
        return found
    value = read_json(log.body)
    kind = BASE if name in _BASE_NAMES else PATCH
    who, step = first_text(log.attributes, _AGENT) or agent_name, first_text(log.attributes, _STEP) or step_id
    snapshot = _snapshot(kind, value, source, who, step, when)
    return [snapshot] if snapshot else []


def read_attribute_state(
    value: Any, *, kind: str, source: str, agent_name: str, step_id: str, time_ns: int | None
) -> SnapshotMeaning | None:
    """The snapshot an attribute holds as JSON text or map; None when it holds none."""
    return _snapshot(kind, read_json(value), source, agent_name, step_id, time_ns)


def read_state_delta(value: Any) -> list[dict[str, Any]] | None:
    """Google ADK's `actions.state_delta` as patch operations; None when there is none.

    `add` on an object's member also replaces it, so a delta needs no knowledge of the state.
    """
    if isinstance(value, str) and "tate_delta" not in value and "tateDelta" not in value:
        return None
    event = read_object(value) or {}
    actions = event.get("actions")
    holder = actions if isinstance(actions, dict) else event
    delta = holder.get("state_delta", holder.get("stateDelta"))
    if not isinstance(delta, dict) or not delta:
        return None
    return [{"op": "add", "path": f"/{escape_key(key)}", "value": item} for key, item in delta.items()]


def escape_key(key: str) -> str:
    """A key as one segment of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")


def _read_states(
    name: str, attributes: Mapping[str, Any], source: str, agent_name: str, step_id: str, when: int | None
) -> list[SnapshotMeaning]:
    who = first_text(attributes, _AGENT) or agent_name
    step = first_text(attributes, _STEP) or step_id
    found = []
    for kind, names in ((BASE, _BASE_NAMES.get(name, ())), (PATCH, _PATCH_NAMES.get(name, ()))):
        for attribute in names:
            snapshot = _snapshot(kind, read_json(attributes.get(attribute)), source, who, step, when)
            if snapshot:
                found.append(snapshot)
                break
    return found


def _snapshot(
    kind: str, value: Any, source: str, agent_name: str, step_id: str, when: int | None
) -> SnapshotMeaning | None:
    if value is None:
        return None
    if kind == PATCH:
        value = [value] if isinstance(value, dict) else value
        if not all(isinstance(item, dict) and "op" in item and "path" in item for item in value):
            return None
    return SnapshotMeaning(agent_name=agent_name, step_id=step_id, time_ns=when, kind=kind, state=value, source=source)
