"""What a step hangs on, how that is known, and what keeps it from going on."""

from typing import NamedTuple

from plans.records import (
    BY_ID,
    BY_MENTION,
    BY_OUTPUT,
    BY_TEXT,
    BY_TIME,
    DATA,
    MENTION,
    NOWHERE,
    PARENT,
    SIGNAL,
    STATED,
    PlanEdge,
    PlanStep,
)
from web.presenters.mission.plan_map import PlanMap, StepLink

BY_WORDS = {
    STATED: "",
    BY_ID: "",
    BY_OUTPUT: "The sender names no source: within the same plan this step declares an output of that name.",
    BY_TEXT: "No id says it: a task of the plan has its verb and description, and it was made right after the plan.",
    BY_TIME: "No record says it: it happened at the same moment.",
    BY_MENTION: "Nothing ties them: a text of the input speaks of it.",
}
"""Why a tie is believed, where the sender does not say it; empty where it does."""
OPEN = frozenset({"waiting", "active"})


class Tie(NamedTuple):
    """Something that a step hangs on."""

    link: StepLink
    output_name: str
    input_name: str
    is_signal: bool
    """Only its completion counts."""
    is_mention: bool
    is_satisfied: bool
    inferred: str
    """Why it is believed; empty when the sender says so."""
    reason: str
    """Why it is not satisfied; empty when it is."""
    nearest: StepLink | None
    """Of a ghost: the step elsewhere that declares an output of that name."""


def present_ties(map_: PlanMap, step: PlanStep) -> list[Tie]:
    """Everything a step hangs on, mentions too."""
    return [_tie(map_, edge) for edge in map_.plan.edges_of(step)]


def find_ties(map_: PlanMap, step: PlanStep, input_name: str) -> list[Tie]:
    """What one input hangs on."""
    return [_tie(map_, edge) for edge in map_.plan.edges_of(step) if edge.input_name == input_name]


def present_blockers(map_: PlanMap, step: PlanStep) -> list[Tie]:
    """What an open step still waits for."""
    if step.outcome not in OPEN:
        return []
    return [_tie(map_, edge) for edge in list_blocking(map_, step)]


def list_blocking(map_: PlanMap, step: PlanStep) -> list[PlanEdge]:
    """Ties of a step that are not satisfied. What a text only mentions, or the enclosing step has, holds nothing up."""
    return [edge for edge in map_.plan.edges_of(step) if not edge.is_satisfied and edge.kind in (DATA, SIGNAL)]


def _tie(map_: PlanMap, edge: PlanEdge) -> Tie:
    nearest = None
    if edge.source != NOWHERE:
        link = map_.link(edge.source)
    else:
        link = map_.ghost_link(edge.ghost)
        near = map_.plan.ghosts[edge.ghost].nearest
        nearest = map_.link(near) if near != NOWHERE else None
    inferred = BY_WORDS.get(edge.by, edge.by) or (BY_WORDS[BY_MENTION] if edge.is_inferred else "")
    return Tie(
        link, edge.output_name, edge.input_name, edge.kind == SIGNAL, edge.kind == MENTION, edge.is_satisfied, inferred,
        "" if edge.is_satisfied else _reason(map_, edge), nearest,
    )  # fmt: skip


def _reason(map_: PlanMap, edge: PlanEdge) -> str:
    if edge.source == NOWHERE:
        return map_.ghost_link(edge.ghost).why
    source = map_.plan.steps[edge.source]
    what = f"“{edge.output_name}”" if edge.output_name else "what is needed"
    if edge.kind == PARENT:
        return ""
    if source.is_replaced:
        return f"became a plan, and no step of it has returned {what}"
    words = {
        "failed": "failed, so it never comes",
        "gone": "was cancelled, so it never comes",
        "active": "is still running",
        "waiting": "waits for a person" if source.waits_for_person else "has not begun",
    }
    return words.get(source.outcome, f"is done without {what}")
