"""Questions to people that nobody has answered, and answers that moved nothing."""

from collections.abc import Iterator

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, Ref, log_ref_of, make_finding, step_ref
from analysis.algorithms.step_words import name_step
from analysis.algorithms.wording import SECOND_NS, clock, counted, lasting, sentence, shorten
from plans.records import NOWHERE, PlanStep, Question

NAME = "human_input_pending"
UNDELIVERED_NS = 60 * SECOND_NS
"""A step has moved on so long after its answer, or the answer did not reach it."""


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for each question, and for each step that waits for a person without one being told.

    Nothing for a mission that is over: `human_input_timeout` speaks of what nobody answered.
    """
    if facts.outcome.mission_status not in ("active", "waiting"):
        return
    behind = _behind(facts)
    asked: set[int] = set()
    for question in facts.plan.questions:
        asked.add(question.step)
        if question.status == "waiting":
            yield _waiting(facts, question, behind)
        elif _is_undelivered(facts, question):
            yield _undelivered(facts, question)
    for step in facts.plan.steps:
        if step.waits_for_person and step.index not in asked:
            since_ns = step.ended_ns if step.ended_ns is not None else step.started_ns or step.created_ns
            since = f" since {clock(since_ns, facts.now_ns)}" if since_ns is not None else ""
            title = f"{name_step(step)} waits for a person{since}; no question to anybody is on record."
            yield make_finding(NAME, "warning", title, [step_ref(step)], opened_ns=since_ns)


def _behind(facts: MissionFacts) -> dict[int, int]:
    return {each.step: each.behind for each in facts.blockage.blockers if each.step != NOWHERE}


def _waiting(facts: MissionFacts, question: Question, behind: dict[int, int]) -> Finding:
    step = facts.plan.steps[question.step] if question.step != NOWHERE else None
    who = f"{name_step(step)} waits" if step is not None else "A question waits"
    since = ""
    if question.asked_ns is not None:
        since = f" since {clock(question.asked_ns, facts.now_ns)} ({lasting(facts.now_ns - question.asked_ns)})"
    title = sentence(f"{who} for a person's answer{since}: {shorten(question.question) or 'the question is not told'}")
    count = behind.get(question.step, 0) if step is not None else 0
    detail = f"{counted(count, 'step is', 'steps are')} behind it." if count else ""
    return make_finding(NAME, "warning", title, _refs(question, step), opened_ns=question.asked_ns, detail=detail)


def _is_undelivered(facts: MissionFacts, question: Question) -> bool:
    """It was answered, and its step still waits for a person."""
    if question.status != "ok" or question.answered_ns is None or question.step == NOWHERE:
        return False
    step = facts.plan.steps[question.step]
    return step.waits_for_person and facts.now_ns - question.answered_ns > UNDELIVERED_NS


def _undelivered(facts: MissionFacts, question: Question) -> Finding:
    step = facts.plan.steps[question.step]
    answered_ns = question.answered_ns or 0
    title = (
        f"The answer of {clock(answered_ns, facts.now_ns)} did not reach {name_step(step)}: it still waits, "
        f"{lasting(facts.now_ns - answered_ns)} later."
    )
    return make_finding(NAME, "error", title, _refs(question, step), opened_ns=answered_ns)


def _refs(question: Question, step: PlanStep | None) -> list[Ref]:
    refs: list[Ref] = [step_ref(step)] if step is not None else []
    return [*refs, *map(log_ref_of, question.evidence)]
