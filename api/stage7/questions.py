"""Questions to people in the shape in which they are asked."""

from collections.abc import Iterable
from typing import Any

from analysis.algorithms.facts import MissionFacts
from plans.records import Question
from plans.span_contents import complete_questions
from plans.stage7.words import iso_time, question_word
from telemetry.facts.records import PREVIEW
from traces.contents import read_logs

REQUEST = "USER_INPUT_REQUEST"
USUAL_TYPE = "text"
MOST_VALUES = 2_000
"""Of a record that are looked at for a whole text."""


def list_questions(project_id: int, mission_id: str, facts: MissionFacts) -> list[dict[str, Any]]:
    """Questions that records or spans of a mission tell of, those without an answer first. Texts are whole."""
    asked = complete_questions(project_id, facts.whole_plan.questions)
    shapes = [_shape(mission_id, question) for question in asked]
    _complete(project_id, zip(asked, shapes, strict=True))
    return sorted(shapes, key=lambda shape: shape["status"] != "pending")


def _shape(mission_id: str, question: Question) -> dict[str, Any]:
    return {
        "type": REQUEST,
        "request_id": question.id,
        "question": question.question,
        "answerType": question.answer_type or USUAL_TYPE,
        "choices": list(question.choices),
        "missionId": mission_id,
        "agentId": question.agent_id or None,
        "stepId": question.step_id or None,
        "status": question_word(question.status),
        "askedAt": iso_time(question.asked_ns),
        "answeredAt": iso_time(question.answered_ns),
        "answer": question.answer or None,
    }


def _complete(project_id: int, shapes: Iterable[tuple[Question, dict[str, Any]]]) -> None:
    """Put whole texts in the place of cut ones, from the records that told of them."""
    cut = [
        (question, shape, name)
        for question, shape in shapes
        for name in ("question", "answer")
        if len(shape[name] or "") >= PREVIEW
    ]
    logs = read_logs(project_id, dict.fromkeys(pk for question, _, _ in cut for pk in question.evidence))
    for question, shape, name in cut:
        found = (find_whole(shape[name], logs[pk].body) for pk in question.evidence if pk in logs)
        shape[name] = next((text for text in found if text), shape[name])


def find_whole(beginning: str, body: Any) -> str:
    """The first text in a value that begins so; empty when there is none among its first MOST_VALUES."""
    stack = [body]
    for _ in range(MOST_VALUES):
        if not stack:
            break
        value = stack.pop()
        if isinstance(value, str) and value.startswith(beginning):
            return value
        if isinstance(value, dict):
            stack.extend(list(value.values())[:MOST_VALUES])
        elif isinstance(value, list):
            stack.extend(value[:MOST_VALUES])
    return ""
