"""The selection of an agent and of what nobody has."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from plans.building.people import OVER_WORDS
from plans.building.rows import agent_label, agent_row_key
from plans.records import NOWHERE, Ghost, Plan, PlanAgent
from plans.wire import agent_json
from traces.records import LogRow
from web.presenters.formats import format_time
from web.presenters.mission.keys import span_key
from web.presenters.mission.plan_map import GHOST_WORDS, PlanMap, StepLink
from web.presenters.mission.step_inputs import plain_value
from web.presenters.mission.step_panel import HistoryLine, present_history
from web.presenters.mission.texts import Text, present_text

MOST_STEPS = 40
ORDER = ("active", "waiting", "failed", "ok", "gone")


class StatusCount(NamedTuple):
    """How many steps came to an outcome."""

    status: str
    step_count: int


class AgentView(NamedTuple):
    """What `_agent.html` shows."""

    key: str
    id: str
    name: str
    role: str
    agent_class: str
    status: str
    reported: str
    error: str
    event: str
    goal: Text | None
    created: str
    ended: str
    parent: StepLink | None
    first_step: StepLink | None
    same_goal: list[StepLink]
    """Other agents that have the same goal."""
    same_left: int
    counts: list[StatusCount]
    steps: list[StepLink]
    steps_left: int
    step_count: int
    history: list[HistoryLine]


class GhostView(NamedTuple):
    """What `_ghost.html` shows."""

    label: str
    why: str
    nearest: StepLink | None
    behind: list[StepLink]
    """Steps that hang on it."""


def present_agent(map_: PlanMap, agent: PlanAgent, logs: Mapping[int, LogRow], told: Any = None) -> AgentView:
    """Everything about an agent. `logs`: those of its evidence; `told`: its goal as its records have it."""
    steps = [step for step in map_.plan.steps if step.agent_id == agent.id]
    goal = find_goal(map_.plan, agent)
    same = [
        other.id for other in map_.plan.agents
        if goal and other.id != agent.id and find_goal(map_.plan, other) == goal
    ]  # fmt: skip
    counts = [StatusCount(name, sum(step.outcome == name for step in steps)) for name in ORDER]
    return AgentView(
        key=span_key(*agent_row_key(agent.id)),
        id=agent.id,
        name=agent_label(agent),
        role=agent.role,
        agent_class=agent.agent_class,
        status=str(agent_json(agent, "")["status_class"]),
        reported=agent.status,
        error=agent.error,
        event=agent.event.replace("_", " "),
        goal=_goal_text(goal, plain_value(told)),
        created=format_time(agent.created_ns),
        ended=format_time(agent.ended_ns) if agent.status.lower() in OVER_WORDS else "",
        parent=map_.agent_link(agent.parent_agent_id),
        first_step=map_.link(agent.first_step) if agent.first_step != NOWHERE else None,
        same_goal=_agents(map_, same[:MOST_STEPS]),
        same_left=max(0, len(same) - MOST_STEPS),
        counts=[each for each in counts if each.step_count],
        steps=map_.links([step.index for step in steps[:MOST_STEPS]]),
        steps_left=max(0, len(steps) - MOST_STEPS),
        step_count=len(steps),
        history=present_history([logs[pk] for pk in agent.evidence if pk in logs]),
    )


def _goal_text(goal: str, told: Any) -> Text | None:
    """The goal, whole where its records have it."""
    whole = told if isinstance(told, str) and told.startswith(goal) else goal
    return present_text(whole) if whole else None


def find_goal(plan: Plan, agent: PlanAgent) -> str:
    """What it is to reach: as it is told, else the goal that its first step has."""
    if agent.goal or agent.first_step == NOWHERE:
        return agent.goal
    return next((item.value for item in plan.steps[agent.first_step].inputs if item.name == "goal"), "")


def _agents(map_: PlanMap, ids: Sequence[str]) -> list[StepLink]:
    return [link for each in ids if (link := map_.agent_link(each)) is not None]


def present_ghost(map_: PlanMap, ghost: Ghost) -> GhostView:
    """What nobody has, and who waits for it."""
    behind = dict.fromkeys(edge.target for edge in map_.plan.edges if edge.ghost == ghost.index)
    return GhostView(
        label=ghost.label or "without a name",
        why=GHOST_WORDS.get(ghost.why, ghost.why),
        nearest=map_.link(ghost.nearest) if ghost.nearest != NOWHERE else None,
        behind=map_.links(list(behind)),
    )
