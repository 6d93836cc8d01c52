"""What stage7's services and its people say to each other: messages, questions and answers, changes of status."""

from typing import Any

import msgspec

from telemetry.records import Converted
from telemetry.stage7.events import ERROR, INFO
from telemetry.stage7.facts import MESSAGE, PLAN
from telemetry.stage7.records import Ids, find_ids, find_time_ns, make_log

STATUS_UPDATE = "agentStatus"
"""Type given to the body that agents publish with every change of status, which carries none."""
PATHS = {
    "sendUserInputRequest": "USER_INPUT_REQUEST",
    "submitUserInput": "USER_INPUT_RESPONSE",
    "getUserInputResponse": "USER_INPUT_STATE",
    "createMission": "createMission",
}
"""The type of an exchange whose request carries none, by the last word of its path."""
QUESTIONS = frozenset(
    {"request", "answer", "USER_INPUT_REQUEST", "USER_INPUT_RESPONSE", "userInputResponse", "USER_INPUT_STATE"}
)
_QUESTION_IDS = ("request_id", "requestId", "questionGuid")
_ERROR_TYPES = frozenset({"error", "stepFailure", "pluginError"})
_MOST_TYPE = 60
_MOST_QUESTION = 200
Document = dict[str, Any]


def convert_message(item: Document, _received_ns: int) -> Converted:
    """The record of one message, one exchange with the gateway, or one plan on its way.

    Without a time of its own it gets none here, so that the same message sent again is the same record.
    """
    message, path = _unwrap(item)
    kind = _type_of(message, path)
    ids = find_ids(item) if path else find_ids(message)
    ids = _who(kind, message, ids)
    if kind in QUESTIONS:
        ids = msgspec.structs.replace(ids, question_id=_question_of(item, path))
    name = PLAN if kind == "planRevision" else f"{MESSAGE}{kind}"
    severity = ERROR if kind in _ERROR_TYPES else INFO
    return Converted(logs=(make_log(name, item, ids, time_ns=find_time_ns(item), severity_number=severity),))


def _unwrap(item: Document) -> tuple[Document, str]:
    """The message inside an exchange, and the path it went to; the message itself when there is no exchange."""
    request = item.get("request")
    if isinstance(item.get("path"), str) and isinstance(request, dict):
        return request, item["path"]
    return item, item["path"] if isinstance(item.get("path"), str) else ""


def _type_of(message: Document, path: str) -> str:
    told = message.get("type")
    if isinstance(told, str) and told.strip():
        return told.strip()[:_MOST_TYPE]
    words = [word for word in path.partition("?")[0].split("/") if word]
    for word in words:
        if word in PATHS:
            return PATHS[word]
    content = message.get("content")
    if isinstance(content, dict) and isinstance(content.get("type"), str):
        return str(content["type"])[:_MOST_TYPE]
    if "agentId" in message and "status" in message:
        return STATUS_UPDATE
    return words[-1][:_MOST_TYPE] if words else "unknown"


def _question_of(item: Document, path: str) -> str:
    """What the question is called by who asks and by who answers: an answer often names nothing else."""
    inner = [item, *_inner(item)]
    places = [*inner, *(each for place in inner[1:] for each in _inner(place))]
    told = (place.get(name) for place in places for name in _QUESTION_IDS)
    last = path.partition("?")[0].rstrip("/").partition("/getUserInputResponse/")[2]
    return next((each.strip() for each in told if isinstance(each, str) and each.strip()), last)[:_MOST_QUESTION]


def _inner(item: Document) -> list[Document]:
    return [value for value in item.values() if isinstance(value, dict)]


def _who(kind: str, message: Document, ids: Ids) -> Ids:
    """A status update names its mission `id`; an agent that speaks is the sender."""
    if kind == "statusUpdate" and not ids.mission_id:
        inner = message.get("data", message)
        inner = inner.get("content", inner) if isinstance(inner, dict) else {}
        mission_id = inner.get("id") if isinstance(inner, dict) else None
        return msgspec.structs.replace(ids, mission_id=mission_id if isinstance(mission_id, str) else "")
    sender = message.get("sender")
    if not ids.agent_id and kind in ("say", "request") and isinstance(sender, str) and sender:
        return msgspec.structs.replace(ids, agent_id=sender)
    return ids
