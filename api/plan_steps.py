"""Steps and agents of a mission's plan, with what became of them among everything else."""

from collections.abc import Sequence
from typing import Any

from analysis.algorithms.facts import MissionFacts
from api.shapes import plain
from plans.building.rows import agent_label
from plans.contents import read_step_contents
from plans.records import PlanStep
from plans.wire import agent_json, step_json


def present_plan_steps(project_id: int, facts: MissionFacts, steps: Sequence[PlanStep]) -> list[dict[str, Any]]:
    """Steps with their whole inputs and results."""
    contents = read_step_contents(project_id, steps)
    presented = []
    for step in steps:
        row = facts.row_of_step(step)
        fields = step_json(facts.plan, step, effective_status=None if row is None else facts.outcome.statuses[row])
        content = contents[step.key]
        fields["inputs"] = plain(content.inputs) if content.inputs else fields["inputs"]
        fields["result"] = plain(content.result) if content.result is not None else fields["result"]
        presented.append(fields)
    return presented


def list_plan_agents(facts: MissionFacts) -> list[dict[str, Any]]:
    """The agents that records tell of or steps name."""
    return [agent_json(agent, agent_label(agent)) for agent in facts.plan.agents]
