"""Shapes of alerts, for the schema."""

from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

from alerts.conditions import KINDS
from alerts.matchers import OPS
from alerts.records import CHANNEL_KINDS, MESSAGE_STATES, SEVERITIES, STATES
from api.fields import anything, count, flag, number, text, texts

KIND_NAMES = tuple(KINDS)


def labels() -> serializers.DictField:
    """Names and values."""
    return serializers.DictField(child=serializers.CharField(allow_blank=True))


class AlertSerializer(serializers.Serializer[Any]):
    """A firing: one time that a rule's condition held for one group."""

    id, rule_id, rule = text(), text(), text("As it was called then.")
    kind = serializers.ChoiceField(KIND_NAMES)
    labels = labels()
    state = serializers.ChoiceField(STATES)
    severity = serializers.ChoiceField(SEVERITIES)
    title = text("One sentence that stands alone.")
    value = number("As of the last window in which it held.")
    threshold = text()
    since_ns = number("End of the first window in which it held.")
    seen_ns = number("End of the last one.")
    fired_ns, ended_ns = number(), number()
    ended_why = text("over, rule_changed, rule_disabled or rule_deleted; empty while it is open.")
    silence_id = number("The silence that keeps it quiet.")
    inhibited_by = number("The firing that makes it not worth telling.")
    missions = inline_serializer("AlertMission", {"id": text(), "name": text(), "url": text()}, many=True)
    spans = texts()
    errors: Any = inline_serializer("AlertError", {"id": text(), "title": text()}, many=True)
    detail, metric = text(), text()
    window_since_ns, window_until_ns = number(), number()
    change_seq = number()
    url = text()


class StandingSerializer(serializers.Serializer[Any]):
    """How the project stands."""

    firing = inline_serializer("FiringCounts", {severity: count() for severity in SEVERITIES})
    pending = count()
    quiet = count("Firing, but silenced or inhibited.")
    failed_messages = count("Given up.")
    cursor = number("Of the last change, for the live feed.")


class RuleFormSerializer(serializers.Serializer[Any]):
    """A rule as it is said."""

    name = serializers.CharField(max_length=200)
    kind = serializers.ChoiceField(KIND_NAMES)
    condition = anything("In the form of the kind: see docs/alerts.md.")
    group_by = serializers.ListField(child=serializers.CharField(), required=False, max_length=5)
    severity = serializers.ChoiceField(SEVERITIES, required=False)
    for_s = serializers.IntegerField(min_value=0, max_value=604_800, required=False)
    channels = serializers.ListField(child=serializers.IntegerField(min_value=1), required=False, max_length=20)
    repeat_interval_s = serializers.IntegerField(
        min_value=60,
        max_value=2_592_000,
        required=False,
        allow_null=True,
        help_text="What goes on is told again after this; null: as each channel says.",
    )
    note = serializers.CharField(max_length=4000, allow_blank=True, required=False)
    is_enabled = serializers.BooleanField(required=False)


class RuleSerializer(serializers.Serializer[Any]):
    """A rule and how it stands."""

    id, name = text(), text()
    kind = serializers.ChoiceField(KIND_NAMES)
    condition = anything()
    group_by = texts()
    severity = serializers.ChoiceField(SEVERITIES)
    for_s = count()
    channels = serializers.ListField(child=serializers.IntegerField())
    repeat_interval_s = serializers.IntegerField(
        allow_null=True, help_text="What goes on is told again after this; null: as each channel says."
    )
    note = text()
    is_enabled = flag()
    evaluated_ns = number("End of the last window.")
    trouble = text("Why the last evaluation failed.")
    created_ns, created_by, updated_ns = number(), text(), number()
    firing_count, pending_count = count(), count()


class PresetSerializer(serializers.Serializer[Any]):
    """A usual rule."""

    id = text()
    words = text("What it tells.")
    rule = RuleFormSerializer(help_text="What to send to /api/v1/alert-rules/ to have it.")
    rule_id = number("The project's rule of its name or with its condition.")


class EvaluationSerializer(serializers.Serializer[Any]):
    """A window that a rule was evaluated for."""

    window_end_ns = number()
    true_count = count()
    trouble = text()


class PreviewSerializer(serializers.Serializer[Any]):
    """What a rule would have done in the last 24 hours."""

    since_ns, until_ns = number(), number()
    step_s = count("Length of the windows; 0 for rules without numbers.")
    threshold = serializers.FloatField(allow_null=True)
    lines = inline_serializer(
        "PreviewLine", {"labels": labels(), "points": anything("[[end of a window, value or null]]")}, many=True
    )
    firings = inline_serializer(
        "WouldFire",
        {
            "labels": labels(),
            "title": text(),
            "fired_ns": number(),
            "ended_ns": number("Null: it would be firing now."),
            "missions": inline_serializer("WouldFireMission", {"id": text(), "name": text(), "url": text()}, many=True),
        },
        many=True,
    )
    firing_count = count()


class MatcherSerializer(serializers.Serializer[Any]):
    """A wish about one label."""

    label: Any = text()
    op = serializers.ChoiceField(OPS)
    value = text()


class SilenceFormSerializer(serializers.Serializer[Any]):
    """A silence as it is said: `ends_ns` or `lasts_s`."""

    matchers = MatcherSerializer(many=True)
    starts_ns = serializers.CharField(required=False)
    ends_ns = serializers.CharField(required=False)
    lasts_s = serializers.IntegerField(min_value=60, required=False)
    comment = serializers.CharField(max_length=1000)


class SilenceSerializer(serializers.Serializer[Any]):
    """A silence."""

    id = text()
    matchers = MatcherSerializer(many=True, help_text="All must match.")
    starts_ns, ends_ns = number(), number()
    comment = text()
    state = serializers.ChoiceField(("pending", "active", "expired"))
    firing_count = count("Open firings it keeps quiet now.")
    created_ns, created_by = number(), text()


class InhibitionFormSerializer(serializers.Serializer[Any]):
    """An inhibition as it is said."""

    name = serializers.CharField(max_length=200)
    source: Any = MatcherSerializer(many=True)
    target = MatcherSerializer(many=True)
    equal = serializers.ListField(child=serializers.CharField(), required=False, max_length=10)


class InhibitionSerializer(serializers.Serializer[Any]):
    """An inhibition."""

    id, name = text(), text()
    source: Any = MatcherSerializer(many=True)
    target = MatcherSerializer(many=True)
    equal = texts()
    created_ns, created_by = number(), text()


class ChannelFormSerializer(serializers.Serializer[Any]):
    """A channel as it is said."""

    name = serializers.CharField(max_length=200)
    kind = serializers.ChoiceField(CHANNEL_KINDS)
    target = serializers.CharField(max_length=2000, help_text="Mail addresses, or a URL.")
    is_enabled = serializers.BooleanField(required=False)
    group_by = serializers.ListField(child=serializers.CharField(), required=False, max_length=5)
    group_wait_s = serializers.IntegerField(min_value=0, max_value=604_800, required=False)
    group_interval_s = serializers.IntegerField(min_value=0, max_value=604_800, required=False)
    repeat_interval_s = serializers.IntegerField(min_value=60, max_value=2_592_000, required=False)
    send_resolved = serializers.BooleanField(required=False)


class ChannelSerializer(serializers.Serializer[Any]):
    """A channel without its secrets."""

    id, name = text(), text()
    kind = serializers.ChoiceField(CHANNEL_KINDS)
    target = text("Mail addresses, or as much of a URL as is no secret.")
    has_secret, is_enabled = flag(), flag()
    group_by = texts()
    group_wait_s, group_interval_s, repeat_interval_s = count(), count(), count()
    send_resolved = flag()
    waiting_count, failed_count = count("Messages on their way."), count("Messages given up.")
    created_ns, created_by, updated_ns = number(), text(), number()


class NewChannelSerializer(ChannelSerializer):
    """A channel just made."""

    secret = text("That a webhook's messages are signed with: shown now, never again.")


SecretSerializer = inline_serializer("ChannelSecret", {"secret": text("Shown now, never again.")})


class MessageSerializer(serializers.Serializer[Any]):
    """A message and every attempt to deliver it."""

    id, channel_id, channel, key, subject = text(), text(), text(), text(), text()
    firings = texts()
    state = serializers.ChoiceField(MESSAGE_STATES)
    created_ns, due_ns, ended_ns = number(), number(), number()
    attempts = inline_serializer(
        "Attempt",
        {
            "attempt": count(),
            "started_ns": number(),
            "ended_ns": number(),
            "outcome": serializers.ChoiceField(("sending", "sent", "failed", "unknown")),
            "detail": text(),
        },
        many=True,
    )


SentSerializer = inline_serializer("TestMessage", {"message_id": text()})
