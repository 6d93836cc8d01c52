"""The ids that join records, in the spellings that people use for tags, contexts and attributes."""

from collections.abc import Iterable, Mapping
from typing import Any

from telemetry.conventions.values import read_text
from telemetry.records import AttributeValue

_SPELLINGS = {
    "missionscope.mission.id": (
        "missionscope.mission.id", "mission.id", "mission_id", "missionId", "stage7.mission.id",
    ),
    "missionscope.agent.id": ("missionscope.agent.id", "agent.id", "agent_id", "agentId", "stage7.agent.id"),
    "missionscope.step.id": ("missionscope.step.id", "step.id", "step_id", "stepId", "stage7.step.id"),
    "request.id": ("request.id", "request_id", "requestId", "http.request.id"),
    "gen_ai.conversation.id": (
        "gen_ai.conversation.id", "conversation.id", "conversation_id", "conversationId", "stage7.conversation.id",
    ),
    "user.id": ("user.id", "user_id", "userId"),
}  # fmt: skip


def find_ids(places: Iterable[Mapping[str, Any]]) -> dict[str, AttributeValue]:
    """The ids that are named, under the attributes that join records; the first place counts."""
    found: dict[str, AttributeValue] = {}
    for place in places:
        for attribute, spellings in _SPELLINGS.items():
            for name in spellings:
                text = read_text(place.get(name)).strip()
                if text and attribute not in found:
                    found[attribute] = text
    if "missionscope.agent.id" in found:
        found["missionscope.agent.name"] = found["missionscope.agent.id"]
    return found
