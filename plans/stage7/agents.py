"""Agents as stage7's services show them: with their steps, by status, and as snapshots."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from plans.contents import StepContent
from plans.records import Plan, PlanAgent, PlanStep
from plans.stage7.steps import Shape, StepShapes
from plans.stage7.words import UNKNOWN, UNKNOWN_AGENT, agent_color, agent_word, as_map, step_word

MOST_AGENTS = 1_000
"""That statistics show; all are counted."""
_encode = msgspec.json.Encoder().encode


class AgentSteps(msgspec.Struct, frozen=True):
    """An agent of a plan and its steps; for steps that name none an agent stands that nobody told of."""

    id: str
    status: str
    told: PlanAgent | None
    steps: tuple[PlanStep, ...]


def list_agent_steps(plan: Plan) -> list[AgentSteps]:
    """The agents in order of appearance."""
    by_agent: dict[str, list[PlanStep]] = defaultdict(list)
    for step in plan.steps:
        by_agent[step.agent_id].append(step)
    found = [AgentSteps(agent.id, agent_word(agent), agent, tuple(by_agent.pop(agent.id, ()))) for agent in plan.agents]
    return found + [AgentSteps(each or UNKNOWN_AGENT, UNKNOWN, None, tuple(steps)) for each, steps in by_agent.items()]


def find_agent(plan: Plan, agent_id: str) -> AgentSteps | None:
    """One of them by its id."""
    return next((each for each in list_agent_steps(plan) if each.id == agent_id), None)


class FittedSteps(msgspec.Struct, frozen=True):
    """Steps of statistics that are together no longer than was allowed."""

    shapes: dict[int, Shape]
    """By index of the step."""
    omitted_count: int
    """The oldest, that are left out."""


def fit_steps(shapes: StepShapes, contents: Mapping[str, StepContent], most_bytes: int) -> FittedSteps:
    """All steps with what is known of their values; without values where that is too long; else the newest of those."""
    size = 0
    found: dict[int, Shape] = {}
    for step in shapes.plan.steps:
        found[step.index] = shapes.statistic(step, contents.get(step.key))
        size += 0 if step.key in contents else len(_encode(found[step.index]))
        if size > most_bytes:
            return _fit_lean(shapes, most_bytes)
    return FittedSteps(found, 0)


def _fit_lean(shapes: StepShapes, most_bytes: int) -> FittedSteps:
    left = most_bytes
    found: dict[int, Shape] = {}
    for step in reversed(shapes.plan.steps):
        lean = shapes.lean(step)
        left -= len(_encode(lean))
        if left < 0:
            break
        found[step.index] = lean
    return FittedSteps(found, len(shapes.plan.steps) - len(found))


def group_agents(shapes: StepShapes, steps: FittedSteps) -> tuple[dict[str, int], Shape]:
    """How many agents there are of each status, and by status the agents with their steps."""
    groups: dict[str, list[Shape]] = defaultdict(list)
    agents = list_agent_steps(shapes.plan)
    for agent in _shown(agents, steps):
        groups[agent.status].append(_statistics(shapes, agent, steps))
    return dict(Counter(agent.status for agent in agents)), as_map(dict(groups))


def _shown(agents: Sequence[AgentSteps], steps: FittedSteps) -> Sequence[AgentSteps]:
    """The newest; where steps are left out only those that have others."""
    having = [each for each in agents if not steps.omitted_count or any(s.index in steps.shapes for s in each.steps)]
    return having[-MOST_AGENTS:]


def _statistics(shapes: StepShapes, agent: AgentSteps, steps: FittedSteps) -> Shape:
    words = [step_word(step, is_effective=shapes.is_effective).lower() for step in agent.steps]
    return {
        "id": agent.id,
        "status": agent.status,
        "role": (agent.told.role if agent.told is not None else "") or None,
        "taskCount": len(agent.steps),
        "currentTaskNo": words.count("completed"),
        "currentTaskVerb": agent.steps[-1].verb if agent.steps else "",
        "color": agent_color(agent.id),
        "steps": [steps.shapes[step.index] for step in agent.steps if step.index in steps.shapes],
    }


def agent_snapshot(
    shapes: StepShapes, agent: AgentSteps, steps: Sequence[Shape], user_id: str | None, state: Mapping[str, Any]
) -> Shape:
    """An agent as its own service would answer it. `state` is the last state that was stored of it."""
    told = agent.told
    return {
        "id": agent.id,
        "status": agent.status,
        "missionId": shapes.mission_id,
        "userId": user_id,
        "agentClass": (told.agent_class if told is not None else "") or state.get("agentClass"),
        "instanceId": state.get("instanceId"),
        "role": (told.role if told is not None else "") or state.get("role"),
        "steps": list(steps),
        "dependencies": state.get("dependencies") if isinstance(state.get("dependencies"), list) else [],
        "conversation": state.get("conversation"),
        "lastFailedStep": state.get("lastFailedStep"),
        "color": agent_color(agent.id),
    }
