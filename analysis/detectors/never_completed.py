"""Steps that never came to an end, and missions that came to nothing: plans and failures as results, no work done."""

from collections.abc import Iterator, Sequence

from analysis.algorithms.blockage_words import Agents, tell_blockers
from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, make_finding, step_ref
from analysis.algorithms.standing import is_over_badly
from analysis.algorithms.step_words import first_moment, is_open_step
from analysis.algorithms.verbs import PLANNER_VERBS, has_worked
from analysis.algorithms.wording import counted, listed, sentence, tallied
from plans.records import PlanStep

NAME = "never_completed"
SHOWN = 5
STEPS_AT_LEAST = 3
"""Fewer steps without work are a failure, not a mission that came to nothing."""


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """At most one finding: that nothing was produced; else, in a mission that is over, which steps are left.

    Nothing was produced when a mission failed, was left or stands still, and none of its steps did work. A planner that
    answered at once did none: its answer is counted apart.
    """
    steps = facts.plan.steps
    left = [step for step in steps if is_open_step(step)]
    if len(steps) >= STEPS_AT_LEAST and is_over_badly(facts) and _did_nothing(facts):
        yield _nothing(facts, left)
    elif left and facts.outcome.mission_status in ("ok", "failed"):
        verbs = tallied([_verb(step) for step in left])
        title = f"{len(left)} of {counted(len(steps), 'step')} never came to an end: {verbs}."
        yield make_finding(
            NAME,
            "warning",
            title,
            map(step_ref, left),
            opened_ns=first_moment(left[0]),
            detail=_held_up(facts),
            subject="mission",
        )


def _did_nothing(facts: MissionFacts) -> bool:
    if any(step.verb not in PLANNER_VERBS and has_worked(step) for step in facts.plan.steps):
        return False
    return not any(map(facts.succeeded, facts.tool_calls))


def _held_up(facts: MissionFacts) -> str:
    """What holds up the steps that are left, of a mission that is over: of others `stall` tells it."""
    if facts.outcome.mission_status not in ("ok", "failed"):
        return ""
    return " ".join(map(sentence, tell_blockers(facts.plan, Agents(facts.plan), facts.blockage.blockers, SHOWN)))


def _nothing(facts: MissionFacts, left: Sequence[PlanStep]) -> Finding:
    steps = facts.plan.steps
    failed = [step for step in steps if step.outcome == "failed"]
    title = f"Nothing was produced: {len(steps) - len(left)} of {counted(len(steps), 'step')} came to an end"
    kinds = _kinds(steps, failed, len(steps) - len(left))
    title += f", with {listed(kinds)}, and no tool output." if kinds else "."
    detail = f"{counted(len(left), 'step has', 'steps have')} no result. {_held_up(facts)}".strip() if left else ""
    opened = min((ns for step in steps if (ns := first_moment(step)) is not None), default=None)
    refs = [step_ref(step) for step in (*failed, *left, *steps[:1])]
    return make_finding(NAME, "error", title, refs, opened_ns=opened, detail=detail, subject="mission")


def _kinds(steps: Sequence[PlanStep], failed: Sequence[PlanStep], ended: int) -> list[str]:
    """What the results are: `19 plans`, `1 direct answer`, `5 failures reported as completed`."""
    plans = sum(step.is_replaced for step in steps if step.outcome == "ok")
    answers = sum(map(has_worked, steps))
    silent = sum(step.is_silent for step in failed)
    kinds = [counted(plans, "plan")] if plans else []
    kinds += [counted(answers, "direct answer")] if answers else []
    if failed:
        said = (
            ""
            if not silent
            else " reported as completed"
            if silent == len(failed)
            else f" ({silent} reported as completed)"
        )
        kinds.append(counted(len(failed), "failure") + said)
    other = ended - plans - answers - len(failed)
    return [*kinds, f"{other} without an output"] if other else kinds


def _verb(step: PlanStep) -> str:
    return step.verb or "step"
