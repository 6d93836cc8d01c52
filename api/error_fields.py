"""Shapes of error groups and events, for the schema."""

from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

from api.fields import anything, count, flag, number, text, texts
from api.record_fields import StateSerializer
from faults.grouping.failures import LEVELS, SOURCES
from faults.records import STATUSES


class GroupSerializer(serializers.Serializer[Any]):
    """A group of errors."""

    id = text()
    title: Any = text("Type and message of the newest event.")
    error_type = text()
    message = text("Without what differs between the events: numbers, ids, paths, quoted values.")
    culprit = text("Where the newest one happened.")
    source: Any = serializers.ChoiceField(SOURCES)
    level = serializers.ChoiceField(LEVELS)
    service_name, agent_name, tool_name, step_verb = text(), text(), text(), text()
    status = serializers.ChoiceField(STATUSES)
    is_regressed = flag("It was resolved and came back.")
    assignee = text("User name of a member.", null=True)
    first_seen_ns, last_seen_ns = number(), number()
    event_count, mission_count = count(), count()
    resolved_ns = number()
    resolved_after_release = text("It is resolved in the release after this one.", null=True)
    regressed_ns = number()
    ignore_until_ns = number()
    ignore_until_count = count("Ignored until it has so many events in all.", null=True)
    fingerprint = text()
    fingerprint_version = count()
    url = text()


class MissionTouchedSerializer(serializers.Serializer[Any]):
    """A mission in which an error happened."""

    id, name, status = text(), text(), text()
    event_count = count()
    last_ns = number()
    url = text()


class GroupDetailSerializer(GroupSerializer):
    """A group with what is behind it."""

    histogram = inline_serializer(
        "ErrorHistogram",
        {
            "since_ns": number(),
            "until_ns": number(),
            "counts": serializers.ListField(child=serializers.IntegerField()),
        },
    )
    missions = MissionTouchedSerializer(many=True)
    shares = anything("Field to its commonest values among the newest events, with their counts.")
    similar = GroupSerializer(many=True)


class EventSerializer(serializers.Serializer[Any]):
    """What one record tells of one failure."""

    id, group, title = text(), text("Id of its group."), text()
    time_ns = number()
    source: Any = serializers.ChoiceField(SOURCES)
    level = serializers.ChoiceField(LEVELS)
    error_type, message, culprit = text(), text(), text()
    handled = serializers.BooleanField(
        allow_null=True, help_text="The sender's code caught it and went on; null when it does not say."
    )
    is_counted = flag("False: another event tells of the same failure.")
    mission_id, mission_url = text(null=True), text(null=True)
    trace_id, span_id = text(null=True), text(null=True)
    log_id = number("Of the log record that tells it.")
    step = text("Key of the step of a plan that failed.", null=True)
    service_name, agent_name, tool_name, step_id, step_verb = text(), text(), text(), text(), text()
    release, environment = text(), text()
    user_id = text(null=True)
    request_id = text()


FrameSerializer = inline_serializer(
    "StackFrame",
    {
        "file": text(),
        "function": text(),
        "module": text(),
        "line": count(null=True),
        "column": count(null=True),
        "in_app": flag("Of the sender's own code."),
        "source": text(),
        "before": texts(),
        "after": texts(),
        "mapped_from": text("file:line:column before a source map was applied.", null=True),
    },
    many=True,
)
StackSerializer = inline_serializer(
    "StackTrace",
    {
        "language": text(),
        "exceptions": inline_serializer(
            "StackException",
            {
                "type": text(),
                "message": text(),
                "link": text("How the one before it came of it: cause, context, group, suppressed or empty."),
                "left_out": count("Frames that are not there."),
                "frames": FrameSerializer,
            },
            many=True,
        ),
    },
    allow_null=True,
)


class EventDetailSerializer(EventSerializer):
    """An event with its stack and the application at that moment."""

    stack = StackSerializer
    body = anything("Of the log record.")
    attributes = anything("Of the record.")
    resource = anything("Attributes of who sent it.")
    told_also = EventSerializer(many=True, help_text="Other records of the same failure.")
    older, newer = number("The group's event before this one."), number("The one after it.")
    arguments = anything("Of the tool that ran.")
    result = anything("Of the tool that ran.")
    moment_step = inline_serializer(
        "MomentStep",
        {"id": text(), "step_id": text(), "verb": text(), "description": text(), "inputs": anything(),
         "result": anything()},
        allow_null=True,
    )  # fmt: skip
    states = StateSerializer.__class__(many=True)


class GroupChangeSerializer(serializers.Serializer[Any]):
    """What is to be decided about a group; what is left out stays."""

    status = serializers.ChoiceField(STATUSES, required=False)
    in_next_release = serializers.BooleanField(
        required=False,
        help_text="With status resolved: what happens in a release that is there already reopens nothing.",
    )
    ignore_for_s = serializers.IntegerField(required=False, min_value=1, max_value=366 * 24 * 3600)
    ignore_for_events = serializers.IntegerField(required=False, min_value=1, max_value=1_000_000)
    assignee = serializers.CharField(
        required=False, allow_blank=True, max_length=150, help_text="User name of a member, or empty for nobody."
    )
