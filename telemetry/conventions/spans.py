"""What a span means, at the speed of the way in: narrow fields only, texts stay where they are."""

from collections.abc import Mapping
from typing import Any

from telemetry.conventions.events import CHOICE_EVENT, MESSAGE_EVENTS
from telemetry.conventions.failures import Failure, read_failure
from telemetry.conventions.kinds import find_kind, is_outer_call
from telemetry.conventions.llm import read_llm
from telemetry.conventions.missions import find_mission, find_name
from telemetry.conventions.plan import Plan, plan_span
from telemetry.conventions.senders import Sender, read_sender
from telemetry.conventions.states import (
    BASE,
    PATCH,
    STATE_EVENTS,
    read_attribute_state,
    read_event_states,
    read_state_delta,
)
from telemetry.conventions.tools import hash_arguments
from telemetry.conventions.values import first_text, read_object, read_text, unquote
from telemetry.meaning import WAITS_FOR_A_PERSON, SnapshotMeaning, SpanMeaning, ToolMeaning
from telemetry.records import SpanRecord

_ERROR = 2
_METADATA_MARKS = ("langgraph_", "thread_id", "session_id", "sessionId", "conversation")
_AGENT_PREFIXES = ("invoke_agent ", "create_agent ", "agent_run ", "agent run ")
_NAMED_BY_SPAN = ("mlflow.spanType", "langfuse.observation.type", "openinference.span.kind")
_LANGGRAPH = "LangGraph"
_MAY_SPEAK = frozenset({"AGENT", "CHAIN"})
_SPOKEN = ("input_messages", "output_messages", "input_fallback", "output_fallback", "all_messages")
_NOTHING_SAID: tuple[Any, ...] = (None, "", "[]", "{}", "null", [], {})


def map_span(span: SpanRecord) -> SpanMeaning:
    """The meaning of one span. Never raises; the same record gives the same meaning."""
    attributes = span.attributes
    plan = plan_span(attributes)
    sender = read_sender(span.resource)
    metadata = _read_metadata(attributes, plan) if "metadata" in plan.fields else None
    step_id = _step_id(attributes, plan, metadata)
    kind = find_kind(span, plan, step_id)
    agent_name = _agent_name(span, plan, sender, kind, metadata)
    failure = read_failure(span, plan)
    is_root = not span.parent_span_id
    mission_name, rank = find_name(attributes, plan, sender, is_root=is_root, kind=kind)
    is_pending = attributes.get("logfire.span_type") == "pending_span"
    return SpanMeaning(
        span_kind=kind,
        mission_key=find_mission(attributes, plan, sender, metadata),
        mission_name=mission_name,
        mission_name_rank=rank,
        service_name=sender.service_name,
        agent_name=agent_name,
        agent_id=first_text(attributes, plan.names("agent_id")) or sender.agent_id,
        step_id=step_id,
        session_id=_session_id(attributes, plan, sender),
        user_id=first_text(attributes, plan.names("user_id")) or sender.user_id,
        error_type=failure.error_type,
        error_message=failure.error_message,
        is_pending=is_pending,
        replaces_span_id=span.parent_span_id if is_pending else b"",
        pending_parent_id=_pending_parent(attributes) if is_pending else b"",
        has_messages=kind in _MAY_SPEAK and _has_messages(span, plan),
        llm=read_llm(span, plan, kind) if kind in ("LLM", "EMBEDDING") or is_outer_call(span) else None,
        tool=_read_tool(span, plan, failure) if kind == "TOOL" else None,
        snapshots=_read_snapshots(span, plan, agent_name, step_id, metadata),
    )


def _has_messages(span: SpanRecord, plan: Plan) -> bool:
    """Is anything there that `read_conversation` gives as messages? Cheap: nothing is decoded."""
    attributes = span.attributes
    if plan.flattened or any(event.name in MESSAGE_EVENTS or event.name == CHOICE_EVENT for event in span.events):
        return True
    return any(attributes[name] not in _NOTHING_SAID for field in _SPOKEN for name in plan.names(field))


def _read_metadata(attributes: Mapping[str, Any], plan: Plan) -> dict[str, Any] | None:
    """A metadata object that may name a thread or a LangGraph node; others are not decoded."""
    for name in plan.names("metadata"):
        value = attributes[name]
        if isinstance(value, str) and not any(mark in value for mark in _METADATA_MARKS):
            continue
        found = read_object(value)
        if found is not None:
            return found
    return None


def _session_id(attributes: Mapping[str, Any], plan: Plan, sender: Sender) -> str:
    found = first_text(attributes, plan.names("mission_weak"))
    return found or (sender.weak_key.key if sender.weak_key else "")


def _step_id(attributes: Mapping[str, Any], plan: Plan, metadata: Mapping[str, Any] | None) -> str:
    step = first_text(attributes, plan.names("step_id"))
    if not step and metadata:
        step = read_text(metadata.get("langgraph_step"))
    return step


def _agent_name(span: SpanRecord, plan: Plan, sender: Sender, kind: str, metadata: Mapping[str, Any] | None) -> str:
    name = first_text(span.attributes, plan.names("agent_name")) or sender.agent_name
    if name:
        return _bare_agent(name)
    if kind == "AGENT":
        return first_text(span.attributes, plan.names("entity_name")) or _agent_of_name(span)
    name = first_text(span.attributes, plan.names("langgraph_node"))
    return name or (read_text(metadata.get("langgraph_node")) if metadata else "")


def _bare_agent(name: str) -> str:
    """`agent_run [planner]` is how Google ADK's span is called; the agent is `planner`."""
    head, bracket, rest = name.partition("[")
    return rest[:-1] if bracket and head.strip() == "agent_run" and rest.endswith("]") else name


def _agent_of_name(span: SpanRecord) -> str:
    name = span.name
    for prefix in _AGENT_PREFIXES:
        if name.startswith(prefix):
            return _bare_agent(name) if name.endswith("]") else name[len(prefix) :].strip()
    return name if any(attribute in span.attributes for attribute in _NAMED_BY_SPAN) else ""


def _pending_parent(attributes: Mapping[str, Any]) -> bytes:
    """The real parent of a pending record; empty for a root (all zero) or an id that is no id."""
    text = read_text(attributes.get("logfire.pending_parent_id"))
    if len(text) != 16 or not text.strip("0"):
        return b""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


def _read_tool(span: SpanRecord, plan: Plan, failure: Failure) -> ToolMeaning | None:
    attributes = span.attributes
    name = first_text(attributes, plan.names("tool_name")) or first_text(attributes, plan.names("entity_name"))
    if name == "(merged tools)" or span.name == "execute_tool (merged)":
        return None  # Google ADK repeats parallel calls in one span more
    failed_as = "" if failure.error_type == WAITS_FOR_A_PERSON else failure.error_type
    error = failure.error_message or (span.status_message if span.status_code == _ERROR else "") or failed_as
    return ToolMeaning(
        tool_name=_bare_tool(name or span.name),
        tool_call_id=unquote(first_text(attributes, plan.names("tool_call_id"))),
        error=error or ("error" if span.status_code == _ERROR else ""),
        arguments_hash=hash_arguments(attributes),
    )


def _bare_tool(name: str) -> str:
    for prefix in ("execute_tool ", "running tool: ", "tools/call "):
        if name.startswith(prefix):
            return name[len(prefix) :].strip() or name
    return name


def _read_snapshots(
    span: SpanRecord, plan: Plan, agent_name: str, step_id: str, metadata: Mapping[str, Any] | None
) -> tuple[SnapshotMeaning, ...]:
    found: list[SnapshotMeaning] = []
    end = span.end_ns or span.start_ns
    for event in span.events:
        if event.name in STATE_EVENTS:
            found += read_event_states(event, agent_name=agent_name, step_id=step_id, time_ns=end)
    fields = plan.fields
    if "state" in fields or "state_patch" in fields or "adk_event" in fields:
        found += _attribute_states(span, plan, agent_name, step_id)
    if metadata and "langgraph_node" in metadata:
        found += _langgraph_states(span, step_id, metadata)
    return tuple(found)


def _attribute_states(span: SpanRecord, plan: Plan, agent_name: str, step_id: str) -> list[SnapshotMeaning]:
    attributes, end = span.attributes, span.end_ns or span.start_ns
    values = [(BASE, name, attributes[name]) for name in plan.names("state")]
    values += [(PATCH, name, attributes[name]) for name in plan.names("state_patch")]
    for name in plan.names("adk_event"):
        delta = read_state_delta(attributes[name])
        if delta:
            values.append((PATCH, name, delta))
            break
    snapshots = (
        read_attribute_state(
            value, kind=kind, source=f"attribute {name}", agent_name=agent_name, step_id=step_id, time_ns=end
        )
        for kind, name, value in values
    )
    return [snapshot for snapshot in snapshots if snapshot]


def _langgraph_states(span: SpanRecord, step_id: str, metadata: Mapping[str, Any]) -> list[SnapshotMeaning]:
    """What a LangGraph node is given is the whole graph state at that moment."""
    if span.name != metadata.get("langgraph_node"):
        return []
    state = read_object(span.attributes.get("input.value"))
    if not state:
        return []
    source = "attribute input.value (LangGraph node)"
    return [SnapshotMeaning(_LANGGRAPH, step_id, span.start_ns, BASE, state, source)]
