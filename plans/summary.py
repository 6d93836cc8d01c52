"""A plan in numbers: what lists and a mission's first screen say of it. Pure."""

import msgspec

from plans.records import Plan

OVER = frozenset({"ok", "failed", "gone"})
"""Outcomes of steps that are over."""


class PlanSummary(msgspec.Struct, frozen=True):
    """How much there is in a plan."""

    step_count: int = 0
    """Every occurrence of a step."""
    done_count: int = 0
    """Steps that are over, whatever became of them."""
    agent_count: int = 0
    plan_count: int = 0
    """Plans on any stage."""
    question_count: int = 0
    open_count: int = 0
    """Questions that nobody has answered."""
    oldest_open_ns: str | None = None
    """When the first of them was asked; decimal text."""
    model_calls: int = 0
    """That only the logs inside results show."""


def summarise_plan(plan: Plan) -> PlanSummary:
    """The numbers of a plan; all zero without one."""
    waiting = [question for question in plan.questions if question.status == "waiting"]
    asked = [question.asked_ns for question in waiting if question.asked_ns is not None]
    return PlanSummary(
        step_count=len(plan.steps),
        done_count=sum(step.outcome in OVER for step in plan.steps),
        agent_count=len(plan.agents),
        plan_count=len(plan.revisions),
        question_count=len(plan.questions),
        open_count=len(waiting),
        oldest_open_ns=str(min(asked)) if asked else None,
        model_calls=sum(step.model_calls for step in plan.steps),
    )
