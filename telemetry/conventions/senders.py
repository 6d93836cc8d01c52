"""What a resource says for all the records it sent, read once for each resource object."""

import msgspec

from telemetry.conventions.plan import plan_resource
from telemetry.conventions.values import first_id, first_name, first_text
from telemetry.meaning import STRONG, WEAK, MissionKey
from telemetry.records import Resource


class Sender(msgspec.Struct, frozen=True):
    """A resource's part in the meaning of its records."""

    service_name: str
    agent_name: str
    agent_id: str
    user_id: str
    request_id: str
    conversation_id: str
    host_name: str
    mission_name: str
    mission_goal: str
    strong_key: MissionKey | None
    weak_key: MissionKey | None


_last: tuple[Resource, Sender] | None = None
"""The resource read last: a batch's records follow one another."""


def read_sender(resource: Resource) -> Sender:
    """The sender a resource describes."""
    global _last
    last = _last
    if last is not None and last[0] is resource:
        return last[1]
    sender = _read_sender(resource)
    _last = (resource, sender)
    return sender


def _read_sender(resource: Resource) -> Sender:
    attributes = resource.attributes
    plan = plan_resource(attributes)
    return Sender(
        service_name=first_text(attributes, plan.names("service_name")),
        agent_name=first_text(attributes, plan.names("agent_name")),
        agent_id=first_text(attributes, plan.names("agent_id")),
        user_id=first_text(attributes, plan.names("user_id")),
        request_id=first_id(attributes, plan.names("request_id")),
        conversation_id=first_id(attributes, plan.names("conversation_id")),
        host_name=first_text(attributes, plan.names("host_name")),
        mission_name=first_text(attributes, plan.names("mission_name")),
        mission_goal=first_text(attributes, plan.names("mission_goal")),
        strong_key=_key(resource, plan.names("mission_strong"), STRONG),
        weak_key=_key(resource, plan.names("mission_weak"), WEAK),
    )


def _key(resource: Resource, names: tuple[str, ...], strength: int) -> MissionKey | None:
    name = first_name(resource.attributes, names)
    if not name:
        return None
    return MissionKey(first_text(resource.attributes, (name,)), strength, f"resource {name}")
