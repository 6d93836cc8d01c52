"""The words for what holds up the steps of a plan."""

from collections import Counter
from collections.abc import Iterator, Sequence

from analysis.algorithms.blockage import (
    CANCELLED,
    CIRCLE,
    FAILED,
    NO_OUTPUT,
    NOT_BEGUN,
    PERSON,
    REPLACED,
    RUNNING,
    Blocker,
)
from analysis.algorithms.step_words import name_step
from analysis.algorithms.wording import counted, shorten, tallied
from plans.records import NOWHERE, Plan, PlanStep

_WORDS = {
    CANCELLED: "was cancelled",
    CIRCLE: "waits for itself in a circle",
    NO_OUTPUT: "is done without the output that is waited for",
    PERSON: "waits for a person",
    REPLACED: "was replaced by a plan and never completes itself",
}
_MISSING = {
    "unknown_step": "nobody has step {label}",
    "undeclared_output": "no step declares output {label}",
    "never_created": "{label} was planned and never became a step",
}
_STOPPED = {"paused": "is paused", "error": "is in error", "aborted": "was aborted", "completed": "is done"}


class Agents:
    """What keeps the steps of agents from beginning, as far as agents tell."""

    def __init__(self, plan: Plan) -> None:
        self.has_starts = plan.has_starts
        self.statuses = {agent.id: agent.status.lower() for agent in plan.agents}
        self.busy = {step.agent_id for step in plan.steps if step.outcome == "active"}

    def why_not_begun(self, step: PlanStep) -> str:
        """Nothing that is told keeps the step itself."""
        status = self.statuses.get(step.agent_id, "")
        if status in _STOPPED:
            return f"its agent {_STOPPED[status]}"
        if step.agent_id in self.statuses and step.agent_id in self.busy:
            return "its agent's round is not finished"
        return "nothing keeps it and it has not begun" if self.has_starts else "no result of it was recorded"


def tell_blocker(plan: Plan, agents: Agents, blocker: Blocker) -> str:
    """`REFLECT was replaced by a plan and never completes itself (12 steps are behind it)`."""
    words = _reason(plan, agents, blocker)
    if not blocker.behind:
        return words
    return f"{words} ({counted(blocker.behind, 'step is', 'steps are')} behind it)"


def tell_blockers(plan: Plan, agents: Agents, blockers: Sequence[Blocker], most: int) -> Iterator[str]:
    """The blockers one by one, those that hold up most first; steps that merely have not begun are told together."""
    idle = [each for each in blockers if each.why == NOT_BEGUN and not each.behind]
    named = [each for each in blockers if each.why != NOT_BEGUN or each.behind]
    for each in named[:most]:
        yield tell_blocker(plan, agents, each)
    if len(named) > most:
        yield f"{len(named) - most} more hold up steps"
    if idle:
        why = Counter(agents.why_not_begun(plan.steps[each.step]) for each in idle)
        verbs = tallied([plan.steps[each.step].verb or "step" for each in idle])
        reasons = ", ".join(f"{reason} ({count})" for reason, count in why.most_common(5))
        yield f"{counted(len(idle), 'step')} that nothing waits for: {reasons}: {verbs}"


def _reason(plan: Plan, agents: Agents, blocker: Blocker) -> str:
    if blocker.step == NOWHERE:
        ghost = plan.ghosts[blocker.ghost]
        waits = f"{name_step(plan.steps[blocker.edge.target])} waits, but " if blocker.edge is not None else ""
        words = _MISSING.get(ghost.why, "{label} is not there")
        return waits + words.format(label=shorten(ghost.label, 80))
    step = plan.steps[blocker.step]
    if blocker.why == FAILED:
        return f"{name_step(step)} failed{': ' if step.reason else ''}{shorten(step.reason, 100).rstrip('.')}"
    if blocker.why == RUNNING:
        return f"{name_step(step)} has begun and has not ended"
    if blocker.why == NOT_BEGUN:
        return f"{name_step(step)}: {agents.why_not_begun(step)}"
    return f"{name_step(step)} {_WORDS[blocker.why]}"
