"""Agents, steps and questions as JSON that leaves the program: REST and live frames show the same fields."""

from typing import Any

from plans.building.people import OVER_WORDS
from plans.records import NOWHERE, Plan, PlanAgent, PlanEdge, PlanStep, Question
from plans.selectors import ChangedStep
from telemetry.facts.records import Input, Output
from traces.wire import number

_CLASSES = {
    "initializing": "active", "running": "active", "planning": "active", "reflecting": "active", "pending": "waiting",
    "paused": "waiting", "waiting": "waiting", "completed": "ok", "error": "failed", "failed": "failed",
    "aborted": "gone", "cancelled": "gone",
}  # fmt: skip
"""Words for an agent's status to waiting, active, ok, failed, gone."""


def step_json(plan: Plan, step: PlanStep, *, effective_status: str | None = None) -> dict[str, Any]:
    """A step with previews of its inputs and results. `effective_status` is that of its row among all others."""
    return {
        "id": step.key,
        "step_id": step.step_id,
        "agent_id": step.agent_id,
        "is_agent_inferred": step.is_agent_inferred,
        "parent": None if step.parent == NOWHERE else plan.steps[step.parent].key,
        "parent_by": step.parent_by or None,
        "occurrence": step.occurrence,
        "depth": step.depth,
        "number": step.number,
        "verb": step.verb or None,
        "description": step.description or None,
        "role": step.role or None,
        "status": step.status or step.status_code,
        "effective_status": effective_status or step.outcome,
        "reason": step.reason or None,
        "reason_code": step.reason_code or None,
        "is_replaced": step.is_replaced,
        "created_ns": number(step.created_ns),
        "started_ns": number(step.started_ns),
        "ended_ns": number(step.ended_ns),
        "dependencies": [_edge_json(plan, edge) for edge in plan.edges_of(step)],
        "inputs": {item.name: _input_json(item) for item in step.inputs},
        "outputs_declared": [output.name for output in step.outputs],
        "result": [_output_json(output) for output in step.results] if step.has_results else None,
        "retry_count": step.retry_count,
    }


def _edge_json(plan: Plan, edge: PlanEdge) -> dict[str, Any]:
    source = plan.steps[edge.source].key if edge.source != NOWHERE else f"ghost:{plan.ghosts[edge.ghost].key}"
    return {
        "source": source,
        "output_name": edge.output_name or None,
        "input_name": edge.input_name or None,
        "kind": edge.kind,
        "satisfied": edge.is_satisfied,
        "is_inferred": edge.is_inferred,
        "ghost": None if edge.source != NOWHERE else plan.ghosts[edge.ghost].label,
    }


def _input_json(item: Input) -> dict[str, Any]:
    if item.output_name or item.source:
        return {"output_name": item.output_name or None, "source": item.source or None}
    return {"value": item.value, "value_type": item.value_type or None, "size": item.size}


def _output_json(output: Output) -> dict[str, Any]:
    return {
        "name": output.name,
        "result_type": output.result_type or None,
        "success": output.success,
        "result": output.preview,
        "size": output.size,
        "error": output.error or None,
        "error_code": output.error_code or None,
        "task_count": len(output.tasks),
    }


def agent_json(agent: PlanAgent, name: str) -> dict[str, Any]:
    """An agent of a plan."""
    word = agent.status.lower()
    return {
        "id": agent.id,
        "name": name,
        "role": agent.role,
        "class": agent.agent_class,
        "status": agent.status or agent.outcome,
        "status_class": agent.outcome or _CLASSES.get(word, "ok" if word in OVER_WORDS else "active"),
        "started_ns": number(agent.created_ns),
        "ended_ns": number(agent.ended_ns),
    }


def question_json(question: Question) -> dict[str, Any]:
    """A question to a person."""
    return {
        "id": question.id,
        "agent_id": question.agent_id,
        "step_id": question.step_id,
        "question": question.question or None,
        "asked_ns": number(question.asked_ns),
        "answered_ns": number(question.answered_ns),
        "answer": question.answer or None,
        "status": question.status,
    }


def changed_step_json(changed: ChangedStep) -> dict[str, Any]:
    """A step in a live frame."""
    return step_json(changed.plan, changed.step)
