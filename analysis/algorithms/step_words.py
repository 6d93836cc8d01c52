"""The words for steps and agents of a plan, when a step was first heard of, and whether it is open."""

from analysis.algorithms.wording import shorten
from plans.building.rows import agent_label
from plans.records import PlanAgent, PlanStep


def name_step(step: PlanStep) -> str:
    """`SEARCH`, `SEARCH (step 9)`; without a verb what it is for, else its id."""
    name = shorten(step.verb or step.description or step.step_id, 60)
    return f"{name} (step {step.number})" if step.number is not None else name


def name_agent(agent: PlanAgent | None, agent_id: str = "") -> str:
    """`agent planner`, `agent coder 1b2c3d4e`; by its id where nothing else is known of it."""
    label = agent_label(agent) if agent is not None else agent_id.removeprefix("agent-")[:8]
    return label if label.startswith("agent ") else f"agent {label}"


def first_moment(step: PlanStep) -> int | None:
    """When it was first heard of."""
    return next((ns for ns in (step.created_ns, step.started_ns, step.ended_ns) if ns is not None), None)


def is_open_step(step: PlanStep) -> bool:
    """It was made and has not come to an end."""
    return step.outcome in ("waiting", "active")
