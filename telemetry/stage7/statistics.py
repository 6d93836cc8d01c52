"""What stage7 shows of its agents while they run: statistics pushed every few seconds, and snapshots of agents.

A push is megabytes and mostly says what the one before said. It becomes a record for each agent and each step, and a
record that says the same within a minute is the same record: only what changed is stored.
"""

from collections.abc import Iterator
from typing import Any

from core.nanotime import NS_PER_SECOND
from telemetry.records import Converted, LogRecord
from telemetry.stage7.events import INFO, STATE
from telemetry.stage7.facts import AGENT, STEP
from telemetry.stage7.records import Ids, find_ids, find_time_ns, make_log

STATISTICS = "stage7.statistics"
SAME_NS = 60 * NS_PER_SECOND
"""Records that say the same within so much are one."""
OVER = frozenset({"completed", "error", "cancelled", "replaced", "failed", "aborted"})
"""Statuses after which a step changes no more: told once."""
_GROUPS = ("agentStatistics", "agentsByStatus")
_UNKNOWN = ("unknown_mission", "unknown_agent")
Document = dict[str, Any]


def convert_statistics(item: Document, received_ns: int) -> Converted:
    """The records of a push, of an answer of the agents' service, or of one agent's snapshot."""
    content = item["content"] if isinstance(item.get("content"), dict) else item
    time_ns = find_time_ns(item) or received_ns
    moment_ns = time_ns // SAME_NS * SAME_NS
    mission_id = find_ids(item).mission_id
    groups = next((content[name] for name in _GROUPS if isinstance(content.get(name), dict)), None)
    if groups is None and isinstance(content.get("steps"), list):
        return Converted(logs=tuple(_agent_records(content, mission_id, moment_ns, is_snapshot=True)))
    agents = [agent for group in (groups or {}).values() if isinstance(group, list) for agent in group]
    logs: list[LogRecord] = []
    for agent in agents:
        if isinstance(agent, dict):
            logs += _agent_records(agent, mission_id, moment_ns)
    rest = {name: value for name, value in content.items() if name not in _GROUPS}
    mission_id = mission_id or next(
        (mission for log in logs if (mission := log.attributes.get("stage7.mission.id"))), ""
    )
    logs.append(make_log(STATISTICS, rest, Ids(str(mission_id)), time_ns=moment_ns, severity_number=INFO))
    return Converted(logs=tuple(logs))


def _agent_records(
    agent: Document, mission_id: str, moment_ns: int, *, is_snapshot: bool = False
) -> Iterator[LogRecord]:
    steps = [step for step in agent.get("steps") or () if isinstance(step, dict)]
    agent_id = _text(agent.get("id")) or _text(agent.get("agentId"))
    missions = (mission_id, find_ids(agent).mission_id, *(_text(step.get("missionId")) for step in steps[:50]))
    mission_id = next((each for each in missions if each and each not in _UNKNOWN), "")
    said = {name: value for name, value in agent.items() if name != "steps"}
    yield make_log(AGENT, said, Ids(mission_id, agent_id), time_ns=moment_ns, severity_number=INFO)
    if is_snapshot:
        yield make_log(STATE, said, Ids(mission_id, agent_id), time_ns=moment_ns)
    for step in steps:
        yield _step_record(step, agent_id, mission_id, moment_ns)


def _step_record(step: Document, agent_id: str, mission_id: str, moment_ns: int) -> LogRecord:
    step_id = _text(step.get("id")) or _text(step.get("stepId"))
    owner = _text(step.get("currentOwnerAgentId")) or _text(step.get("ownerAgentId"))
    ids = Ids(mission_id, agent_id or (owner if owner not in _UNKNOWN else ""), step_id)
    said = {**step, "stepId": step_id, "agentId": ids.agent_id}
    is_over = _text(step.get("status")).lower() in OVER
    return make_log(STEP, said, ids, time_ns=None if is_over else moment_ns, severity_number=INFO)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
