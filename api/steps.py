"""Steps and agents of a mission, whether records tell of them or only spans do."""

from collections.abc import Sequence
from typing import Any

from analysis.algorithms.facts import MissionFacts
from plans.building.rows import agent_label
from plans.contents import StepContent, read_step_contents
from plans.records import PlanStep
from plans.span_contents import NOTHING, SpanContent, read_span_contents
from plans.wire import agent_json, step_json
from traces.plain import plain


def present_steps(project_id: int, facts: MissionFacts, steps: Sequence[PlanStep]) -> list[dict[str, Any]]:
    """Steps of the whole plan with what became of them and with their whole inputs and results."""
    told = read_step_contents(project_id, [step for step in steps if step.head is None])
    shown = read_span_contents(project_id, [step.head.pk for step in steps if step.head is not None])
    presented = []
    for step in steps:
        fields = step_json(facts.whole_plan, step, effective_status=_status(facts, step))
        if step.head is None:
            presented.append(fields | _told(fields, told[step.key]))
        else:
            presented.append(fields | _shown(step.head.name, shown.get(step.head.pk, NOTHING)))
    return presented


def _status(facts: MissionFacts, step: PlanStep) -> str | None:
    """That of the row which stands for a step that records tell of."""
    row = facts.row_of_step(step) if step.head is None else None
    return None if row is None else facts.outcome.statuses[row]


def _told(fields: dict[str, Any], content: StepContent) -> dict[str, Any]:
    return {
        "inputs": plain(content.inputs) if content.inputs else fields["inputs"],
        "result": plain(content.result) if content.result is not None else fields["result"],
    }


def _shown(name: str, content: SpanContent) -> dict[str, Any]:
    return {
        "verb": content.verb,
        "description": content.description or name,
        "inputs": plain(content.arguments),
        "result": plain(content.result),
    }


def list_agents(facts: MissionFacts) -> list[dict[str, Any]]:
    """The agents that records tell of, then those that only spans name, in order of appearance."""
    return [agent_json(agent, agent_label(agent)) for agent in facts.whole_plan.agents]
