"""Which mission a record names, and what it calls it."""

from collections.abc import Mapping
from typing import Any

from telemetry.conventions.bodies import read_request
from telemetry.conventions.parts import read_message
from telemetry.conventions.plan import Plan
from telemetry.conventions.senders import Sender
from telemetry.conventions.values import first_text, read_json, read_name, read_text, shorten
from telemetry.meaning import (
    DERIVED_NAME,
    GOAL_NAME,
    GROUP_NAME,
    NO_NAME,
    OWN_NAME,
    POOL,
    STRONG,
    WEAK,
    MissionKey,
)

_METADATA_KEYS = ("thread_id", "session_id", "conversation_id", "sessionId", "conversationId")


def find_mission(
    attributes: Mapping[str, Any], plan: Plan, sender: Sender, metadata: Mapping[str, Any] | None = None
) -> MissionKey | None:
    """The mission a record names: strong words on the record, then its resource; then weak ones the same way."""
    key = _read_key(attributes, plan.names("mission_strong"), STRONG) or sender.strong_key
    if key is not None:
        return key
    key = _read_key(attributes, plan.names("mission_weak"), WEAK) or sender.weak_key
    if key is not None:
        return key
    for name in _METADATA_KEYS if metadata else ():
        text = read_text((metadata or {}).get(name)).strip()
        if text:
            return MissionKey(text, WEAK, f"metadata {name}")
    return _read_key(attributes, plan.names("mission_pool"), POOL)


def _read_key(attributes: Mapping[str, Any], names: tuple[str, ...], strength: int) -> MissionKey | None:
    for name in names:
        text = read_name(attributes, name)
        if text:
            return MissionKey(text, strength, name)
    return None


def find_name(
    attributes: Mapping[str, Any], plan: Plan, sender: Sender, *, is_root: bool, kind: str
) -> tuple[str, int]:
    """The mission's name as this span gives it, and how much it is worth (meaning.OWN_NAME and lower)."""
    name = first_text(attributes, plan.names("mission_name")) or sender.mission_name
    if name:
        return shorten(name, 200), OWN_NAME
    name = first_text(attributes, plan.names("mission_goal")) or sender.mission_goal
    if name:
        return shorten(name, 200), GOAL_NAME
    name = first_text(attributes, plan.names("trace_name"))
    if not name and is_root:
        name = first_text(attributes, plan.names("root_name"))
    if name:
        return shorten(name, 200), GROUP_NAME
    if is_root and kind == "AGENT":
        name = _first_input(attributes, plan)
        return (name, DERIVED_NAME) if name else ("", NO_NAME)
    return "", NO_NAME


def _first_input(attributes: Mapping[str, Any], plan: Plan) -> str:
    """The first thing a user said, on one short line."""
    for name in (*plan.names("input_messages"), *plan.names("first_input")):
        value = attributes.get(name)
        request = read_request(value)
        if request is not None:
            for message in map(read_message, request.messages[:50]):
                texts = [part.content for part in message.parts if part.type == "text" and part.content.strip()]
                if message.role == "user" and texts:
                    return shorten(texts[0])
        elif isinstance(value, str) and value.strip() and read_json(value) is None:
            return shorten(value)
    return ""
