"""Which missions have a step or an agent of an id, found by the trace that stage7's records of it share."""

from plans.models import Fact
from plans.stage7.names import list_step_ids
from telemetry.stage7.ids import agent_trace, step_trace
from traces.missions import list_newest_missions
from traces.records import MissionRow

MOST_MISSIONS = 20
"""That are looked at, the newest."""


def list_missions_with_step(project_id: int, name: str, user_id: str | None) -> list[MissionRow]:
    """Missions that may be seen and may have a step called so, the newest first."""
    return _list_missions(project_id, [step_trace(step_id) for step_id in list_step_ids(name)], user_id)


def list_missions_with_agent(project_id: int, agent_id: str, user_id: str | None) -> list[MissionRow]:
    """Missions that may be seen and have records of the agent, the newest first."""
    return _list_missions(project_id, [agent_trace(agent_id)], user_id)


def _list_missions(project_id: int, traces: list[bytes], user_id: str | None) -> list[MissionRow]:
    facts = Fact.objects.filter(project_id=project_id, trace_id__in=traces)
    return list_newest_missions(project_id, facts.values("mission_id"), user_id, MOST_MISSIONS)
