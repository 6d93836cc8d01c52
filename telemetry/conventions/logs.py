"""What a log record means."""

from telemetry.conventions.missions import find_mission
from telemetry.conventions.plan import plan_log
from telemetry.conventions.senders import read_sender
from telemetry.conventions.states import STATE_EVENTS, read_log_states
from telemetry.conventions.values import first_id, first_text, read_count, read_text
from telemetry.facts.reading import FACT_PREFIXES, read_facts
from telemetry.meaning import LogMeaning, SnapshotMeaning
from telemetry.records import EventRecord, LogRecord

_ERROR_NUMBER = 17
_ERROR_WORDS = frozenset({"ERROR", "FATAL", "CRITICAL", "ALERT", "EMERGENCY", "PANIC", "SEVERE"})


def map_log(log: LogRecord) -> LogMeaning:
    """The meaning of one log record. Never raises; the same record gives the same meaning."""
    attributes = log.attributes
    plan = plan_log(attributes)
    sender = read_sender(log.resource)
    agent_name = first_text(attributes, plan.names("agent_name")) or sender.agent_name
    step_id = first_text(attributes, plan.names("step_id"))
    error_type = first_text(attributes, plan.names("error_type"))
    name = event_name(log)
    snapshots: list[SnapshotMeaning] = []
    if name in STATE_EVENTS:
        snapshots = read_log_states(log, name, agent_name=agent_name, step_id=step_id)
    return LogMeaning(
        facts=read_facts(name, log.body) if name.startswith(FACT_PREFIXES) else b"",
        mission_key=find_mission(attributes, plan, sender),
        service_name=sender.service_name,
        agent_name=agent_name,
        step_id=step_id,
        user_id=first_text(attributes, plan.names("user_id")) or sender.user_id,
        request_id=first_id(attributes, plan.names("request_id")) or sender.request_id,
        conversation_id=first_id(attributes, plan.names("conversation_id")) or sender.conversation_id,
        host_name=first_text(attributes, plan.names("host_name")) or sender.host_name,
        is_error=bool(error_type) or _is_error(log),
        error_type=error_type,
        snapshots=tuple(snapshots),
    )


def event_name(log: LogRecord) -> str:
    """The event a log record is; older senders put it in an attribute."""
    return log.event_name or read_text(log.attributes.get("event.name"))


def event_of_log(log: LogRecord) -> EventRecord:
    """A log record that carries GenAI content, as the span event it used to be.

    Messages, choices and operation details may come as logs alone; joined by span id they are
    read like events. A body that is a map gives its entries, any other body becomes `content`.
    """
    body = log.body if isinstance(log.body, dict) else {} if log.body is None else {"content": log.body}
    return EventRecord(
        time_ns=log.time_ns or log.observed_ns, name=event_name(log), attributes={**log.attributes, **body}
    )


def _is_error(log: LogRecord) -> bool:
    if log.severity_number:
        return log.severity_number >= _ERROR_NUMBER
    level = read_count(log.attributes.get("logfire.level_num"))
    if level is not None:
        return level >= _ERROR_NUMBER
    return log.severity_text.strip().upper() in _ERROR_WORDS
