"""The plans of a mission one below the other, and the questions that it asked people."""

from collections.abc import Sequence
from typing import NamedTuple

from plans.records import NOWHERE, Question
from web.presenters.formats import format_ago, format_duration, format_time
from web.presenters.mission.keys import span_key
from web.presenters.mission.plan_map import PlanMap, StepLink
from web.presenters.mission.step_plans import StageView, present_stages

STATUS_WORDS = {"waiting": "open", "ok": "answered", "gone": "withdrawn"}


class PlanListView(NamedTuple):
    """One plan with the step whose work it is."""

    id: str
    owner: StepLink | None
    owner_id: str
    """The step's id, where no step of it is known."""
    key: str
    stage: StageView
    missing: int


class QuestionView(NamedTuple):
    """A question to a person."""

    id: str
    key: str
    """Of its span, else of its step's row; empty without one."""
    question: str
    choices: Sequence[str]
    answer_type: str
    status: str
    word: str
    asked_ns: int | None
    asked: str
    clock: str
    age: str
    """How long it waits or waited."""
    answer: str
    answered: str
    agent: StepLink | None
    step: StepLink | None
    moved: str
    """Whether the step went on after the answer, in words."""
    is_stuck: bool
    log_pk: int | None


def present_plan_list(map_: PlanMap) -> list[PlanListView]:
    """All plans in order of time, each against the stage before of the same step."""
    found: list[PlanListView] = []
    for step, revisions in map_.revisions.items():
        link = map_.link(step) if step != NOWHERE else None
        for revision, stage in zip(revisions, present_stages(revisions), strict=True):
            found.append(
                PlanListView(
                    f"revision-{stage.log_pk}-{len(found)}", link, revision.step_id, link.key if link else "", stage,
                    stage.task_count - stage.made_count,
                )
            )  # fmt: skip
    return sorted(found, key=lambda each: (each.stage.time_ns, each.id))


def order_questions(questions: Sequence[Question]) -> list[Question]:
    """Open ones first, the oldest before; then the others, the latest before."""
    waiting = [each for each in questions if each.status == "waiting"]
    others = [each for each in questions if each.status != "waiting"]
    return [
        *sorted(waiting, key=lambda each: each.asked_ns or 0),
        *sorted(others, key=lambda each: -(each.asked_ns or 0)),
    ]


def present_questions(map_: PlanMap, questions: Sequence[Question], now_ns: int) -> list[QuestionView]:
    """These questions of the plan, in the same order."""
    return [_question(map_, question, now_ns) for question in questions]


def _question(map_: PlanMap, question: Question, now_ns: int) -> QuestionView:
    asked = format_time(question.asked_ns)
    link = map_.link(question.step) if question.step != NOWHERE else None
    moved, is_stuck = _moved(map_, question)
    place = span_key(question.span.trace_id, question.span.span_id, question.span.side) if question.span else ""
    return QuestionView(
        id=f"question-{question.id}",
        key=place or (link.key if link is not None else ""),
        question=question.question or "(the question was not sent)",
        choices=question.choices,
        answer_type=question.answer_type,
        status=question.status,
        word=STATUS_WORDS.get(question.status, question.status),
        asked_ns=question.asked_ns,
        asked=asked,
        clock=asked[11:19] if asked.endswith("UTC") else "",
        age=_age(question, now_ns),
        answer=question.answer,
        answered=format_time(question.answered_ns) if question.answered_ns is not None else "",
        agent=map_.agent_link(question.agent_id),
        step=link,
        moved=moved,
        is_stuck=is_stuck,
        log_pk=question.evidence[0] if question.evidence else None,
    )


def _age(question: Question, now_ns: int) -> str:
    if question.asked_ns is None:
        return "asked at an unknown time"
    if question.status == "waiting":
        return f"waits since {format_ago(question.asked_ns, now_ns)}"
    if question.answered_ns is None:
        return ""
    return f"answered after {format_duration(max(0, question.answered_ns - question.asked_ns))}"


def _moved(map_: PlanMap, question: Question) -> tuple[str, bool]:
    if question.span is not None:
        return "", False
    if question.step == NOWHERE:
        return "no step is known to wait for it", False
    outcome = map_.plan.steps[question.step].outcome
    if question.status == "waiting":
        return ("its step waits" if outcome == "waiting" else f"its step is {outcome}"), False
    if outcome in ("waiting", "active"):
        return "the step has not moved since", question.status == "ok"
    return f"the step went on: {outcome}", False
