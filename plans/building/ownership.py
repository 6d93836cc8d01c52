"""Whose the records are that name no mission: told by the plan of all records of that time together."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from plans.building.build import build_plan
from plans.records import FactRow, PlanStep

AROUND_NS = 10 * 60 * 1_000_000_000
"""A mission is a candidate for records made so much before its first or after its last one."""


class Moment(NamedTuple):
    """Something that happened and names neither mission nor step: a model call."""

    trace_id: bytes
    time_ns: int


class Reach(NamedTuple):
    """The time that a mission's records cover."""

    first_ns: int
    last_ns: int


def find_owners(
    pooled: Sequence[FactRow], named: Sequence[FactRow], traces: Mapping[int, bytes], moments: Iterable[Moment] = ()
) -> dict[bytes, str]:
    """Trace to mission for what can be told. `traces` gives the trace of a pooled record by its key.

    A step belongs to its agent's mission; one that no agent is known of, and a call, to the only mission of that time.
    """
    plan = build_plan([*pooled, *named])
    agents = {agent.id: agent.mission_id for agent in plan.agents if agent.mission_id}
    reaches = _find_reaches(named)
    waiting = {row.pk: row for row in pooled}
    owners: dict[bytes, str] = {}
    for step in plan.steps:
        mine = [pk for pk in step.evidence if pk in waiting]
        owner = _owner(step, agents, reaches) if mine else ""
        for pk in mine if owner else ():
            owners[traces[pk]] = owner
    for row in pooled:
        named_agents = {fact.agent_id for fact in row.facts if fact.agent_id in agents}
        if len(named_agents) == 1 and traces[row.pk]:
            owners.setdefault(traces[row.pk], agents[named_agents.pop()])
    missions = {row.pk: row.mission_id for row in named} | {row.pk: owners.get(traces[row.pk], "") for row in pooled}
    for moment in moments:
        owner = _busy_mission(plan.steps, missions, moment.time_ns) or _only_mission(reaches, moment.time_ns)
        if owner:
            owners.setdefault(moment.trace_id, owner)
    return owners


def _find_reaches(named: Sequence[FactRow]) -> dict[str, Reach]:
    times: dict[str, list[int]] = defaultdict(list)
    for row in named:
        times[row.mission_id].append(row.time_ns)
    return {mission: Reach(min(each), max(each)) for mission, each in times.items()}


def _owner(step: PlanStep, agents: Mapping[str, str], reaches: Mapping[str, Reach]) -> str:
    if step.agent_id in agents:
        return agents[step.agent_id]
    time_ns = next((ns for ns in (step.created_ns, step.started_ns, step.ended_ns) if ns is not None), None)
    return _only_mission(reaches, time_ns) if time_ns is not None and not step.agent_id else ""


def _only_mission(reaches: Mapping[str, Reach], time_ns: int) -> str:
    near = [
        mission
        for mission, reach in reaches.items()
        if reach.first_ns - AROUND_NS <= time_ns <= reach.last_ns + AROUND_NS
    ]
    return near[0] if len(near) == 1 else ""


def _busy_mission(steps: Sequence[PlanStep], missions: Mapping[int, str], time_ns: int) -> str:
    """The only mission that had a step in execution then."""
    busy = {
        missions[step.evidence[0]]
        for step in steps
        if missions.get(step.evidence[0])
        and step.started_ns is not None
        and step.started_ns <= time_ns
        and (step.ended_ns is None or time_ns <= step.ended_ns)
    }
    return busy.pop() if len(busy) == 1 else ""
