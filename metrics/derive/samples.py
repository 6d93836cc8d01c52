"""What a mission and its plan are measured by, as its recompute finds them. Pure."""

from collections.abc import Iterator
from typing import NamedTuple

from core.nanotime import NS_PER_SECOND
from metrics.derive import catalogue as known
from metrics.derive.measuring import LONGEST_LABEL
from metrics.derive.rows import Sample
from plans.records import Plan, PlanStep, Question

UNDER_WAY = frozenset({"active", "waiting"})


class MissionEnd(NamedTuple):
    """What is measured of a mission itself."""

    pk: int
    status: str
    start_ns: int | None
    end_ns: int | None
    """Its last record's time where no span of it has an end; None of one that has nothing."""
    cost_usd: str | None


def list_samples(mission: MissionEnd, plan: Plan) -> list[Sample]:
    """The samples of a mission as it is now, without two alike."""
    classes = {agent.id: agent.agent_class or agent.role for agent in plan.agents}
    found = [*_of_mission(mission)]
    for step in plan.steps:
        found += _of_step(mission.pk, step, classes.get(step.agent_id, ""))
    for question in plan.questions:
        found += _of_question(mission.pk, question)
    return list(dict.fromkeys(found))


def _of_mission(mission: MissionEnd) -> Iterator[Sample]:
    if mission.status in UNDER_WAY or mission.end_ns is None:
        return
    values = {known.MISSIONS_ENDED: 1.0}
    if mission.start_ns is not None:
        values[known.MISSION] = _seconds(mission.start_ns, mission.end_ns)
    if mission.cost_usd is not None:
        values[known.MISSION_COST] = float(mission.cost_usd)
    for metric, value in values.items():
        has_failed = mission.status == "failed"
        yield Sample(mission.pk, metric.name, "", mission.end_ns, value, has_failed, (mission.status,))


def _of_step(mission_pk: int, step: PlanStep, agent_class: str) -> Iterator[Sample]:
    labels = (agent_class[:LONGEST_LABEL], step.verb[:LONGEST_LABEL])
    has_failed = step.outcome == "failed"
    if step.started_ns is None:
        return
    if step.ended_ns is not None:
        seconds = _seconds(step.started_ns, step.ended_ns)
        yield Sample(mission_pk, known.STEP.name, step.key, step.ended_ns, seconds, has_failed, labels)
    if step.created_ns is not None:
        seconds = _seconds(step.created_ns, step.started_ns)
        yield Sample(mission_pk, known.QUEUE_WAIT.name, step.key, step.started_ns, seconds, False, labels)


def _of_question(mission_pk: int, question: Question) -> Iterator[Sample]:
    if question.asked_ns is not None and question.answered_ns is not None:
        seconds = _seconds(question.asked_ns, question.answered_ns)
        has_failed = question.status in ("gone", "failed")
        labels = (question.answer_type[:LONGEST_LABEL],)
        yield Sample(
            mission_pk, known.HUMAN_WAIT.name, question.id[:LONGEST_LABEL], question.answered_ns, seconds, has_failed,
            labels,
        )  # fmt: skip


def _seconds(since_ns: int, until_ns: int) -> float:
    return max(0, until_ns - since_ns) / NS_PER_SECOND
