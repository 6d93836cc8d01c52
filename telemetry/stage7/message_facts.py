"""What a message of stage7 says about the plan: questions and answers, statuses of missions and agents, hand-overs."""

from collections.abc import Callable, Mapping
from typing import Any

from telemetry.facts.records import (
    ANSWERED,
    ASKED,
    WITHDRAWN,
    AgentFact,
    AnyFact,
    HandoverFact,
    MissionFact,
    QuestionFact,
)
from telemetry.facts.texts import read_line, show

Body = Mapping[str, Any]
_PLACES = ("content", "data", "request", "response", "payload")


def read_message_facts(kind: str, body: Body) -> tuple[AnyFact, ...]:
    """The facts of a message of this type; none for what says nothing of the plan."""
    reader = _READERS.get(kind)
    return () if reader is None else reader(kind, _Fields(body))


class _Fields:
    """A message's fields wherever they stand: at its top, in its content, in the request or answer of an exchange."""

    def __init__(self, body: Body) -> None:
        self.places: list[Body] = [body]
        for place in self.places:
            if len(self.places) > 20:
                break
            self.places += [inner for name in _PLACES if isinstance(inner := place.get(name), Mapping)]

    def get(self, *names: str) -> Any:
        """The first of these that is there."""
        for name in names:
            for place in self.places:
                if place.get(name) not in (None, "", [], {}):
                    return place[name]
        return None

    def text(self, *names: str, length: int = 200) -> str:
        """The first of these that is a text or number, cut."""
        return read_line(self.get(*names), length)


def _asked(kind: str, fields: _Fields) -> tuple[AnyFact, ...]:
    choices = fields.get("choices")
    return (
        QuestionFact(
            agent_id=fields.text("agentId", "asker", "sender"),
            step_id=fields.text("stepId"),
            request_id=fields.text("request_id", "requestId", "questionGuid"),
            what=ASKED,
            question=fields.text("question", "message", length=300),
            answer_type=fields.text("answerType", length=40),
            choices=tuple(show(choice).preview for choice in choices[:50]) if isinstance(choices, list) else (),
        ),
    )


def _answered(kind: str, fields: _Fields) -> tuple[AnyFact, ...]:
    request_id = fields.text("requestId", "request_id", "questionGuid")
    if not request_id:
        return ()
    answer = fields.get("answer") if kind == "answer" else _answer_of(fields)
    return (
        QuestionFact(step_id=fields.text("stepId"), request_id=request_id, what=ANSWERED, answer=show(answer).preview),
    )


def _answer_of(fields: _Fields) -> Any:
    for place in fields.places:
        for name in ("answer", "response"):
            if isinstance(place.get(name), str | int | float | bool | list):
                return place[name]
    return None


def _question_state(kind: str, fields: _Fields) -> tuple[AnyFact, ...]:
    """The gateway's word on a question: pending says nothing new."""
    status = fields.text("status", length=40)
    path = fields.text("path", length=500)
    request_id = fields.text("request_id", "requestId") or path.partition("?")[0].rstrip("/").rpartition("/")[2]
    if status == "cancelled":
        return (QuestionFact(request_id=request_id, what=WITHDRAWN),)
    if status == "completed":
        return (QuestionFact(request_id=request_id, what=ANSWERED, answer=show(_answer_of(fields)).preview),)
    return ()


def _status(kind: str, fields: _Fields) -> tuple[AnyFact, ...]:
    return (
        MissionFact(
            status=fields.text("status", length=100),
            name=fields.text("name"),
            goal=fields.text("goal", length=300),
            reason=fields.text("message", length=300),
        ),
    )


def _created(kind: str, fields: _Fields) -> tuple[AnyFact, ...]:
    return (MissionFact(goal=fields.text("goal", length=300), name=fields.text("name", "missionName")),)


_CONTROLS = {"pause": "paused", "abort": "aborted", "resume": "running"}


def _control(kind: str, fields: _Fields) -> tuple[AnyFact, ...]:
    """A person or a closing connection stops or continues the mission."""
    sender = fields.text("sender") or fields.text("clientId")
    reason = f"{kind} sent by {sender}" if sender else f"{kind} sent"
    return (MissionFact(status=_CONTROLS[kind], reason=reason),)


def _agent_status(kind: str, fields: _Fields) -> tuple[AnyFact, ...]:
    agent_id = fields.text("agentId")
    return (AgentFact(agent_id=agent_id, status=fields.text("status", length=100), event=kind),) if agent_id else ()


def _handed_over(kind: str, fields: _Fields) -> tuple[AnyFact, ...]:
    step_id, to_agent = fields.text("stepId"), fields.text("toAgentId", "recipientAgentId")
    if not step_id or not to_agent:
        return ()
    return (
        HandoverFact(
            step_id=step_id,
            from_agent_id=fields.text("fromAgentId", "agentId"),
            to_agent_id=to_agent,
            reason=fields.text("reason", length=300),
        ),
    )


_READERS: dict[str, Callable[[str, _Fields], tuple[AnyFact, ...]]] = {
    "request": _asked,
    "USER_INPUT_REQUEST": _asked,
    "answer": _answered,
    "USER_INPUT_RESPONSE": _answered,
    "userInputResponse": _answered,
    "USER_INPUT_STATE": _question_state,
    "statusUpdate": _status,
    "createMission": _created,
    **dict.fromkeys(_CONTROLS, _control),
    "agentStatus": _agent_status,
    "agentUpdate": _agent_status,
    "stepTransfer": _handed_over,
    "handOver": _handed_over,
}
