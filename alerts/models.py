"""Rules, what they found, who is told, and every message on its way."""

from django.db import models


class Rule(models.Model):
    """What is to be watched, and who is told."""

    id = models.BigAutoField(primary_key=True)
    project_id = models.BigIntegerField()
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=24)
    """A name of `alerts.conditions.KINDS`."""
    condition = models.TextField()
    """JSON in the form of the kind."""
    group_by = models.TextField(db_default="[]")
    """JSON list of labels: each combination of their values fires by itself."""
    severity = models.CharField(max_length=10)
    for_s = models.IntegerField(db_default=0)
    """The condition must hold this long."""
    channels = models.TextField(db_default="[]")
    """JSON list of keys of channels."""
    repeat_interval_s = models.IntegerField(null=True)
    """Instead of the channels' own."""
    note = models.TextField(db_default="")
    """What to do about it: goes with every message."""
    is_enabled = models.BooleanField(db_default=True)
    version = models.IntegerField(db_default=1)
    """Counts changes: what was measured under another version is thrown away."""
    seen_seq = models.BigIntegerField(db_default=0)
    """How far it has looked: the last change of the project's list of missions, or the key of an error group."""
    evaluated_ns = models.BigIntegerField(db_default=0)
    """End of the last window that was evaluated."""
    trouble = models.TextField(db_default="")
    """Why the last evaluation failed; empty when it did not."""
    created_ns = models.BigIntegerField()
    created_by = models.BigIntegerField(null=True)
    updated_ns = models.BigIntegerField()

    class Meta:
        db_table = "alerts_rule"
        constraints = [models.UniqueConstraint(fields=["project_id", "name"], name="alerts_rule_name")]


class Evaluation(models.Model):
    """A window that a rule was evaluated for: there is never a second row for the same."""

    id = models.BigAutoField(primary_key=True)
    rule_id = models.BigIntegerField()
    window_end_ns = models.BigIntegerField()
    true_count = models.IntegerField()
    """Groups for which the condition held."""
    trouble = models.TextField(db_default="")

    class Meta:
        db_table = "alerts_evaluation"
        constraints = [models.UniqueConstraint(fields=["rule_id", "window_end_ns"], name="alerts_evaluation_window")]
        indexes = [models.Index(fields=["window_end_ns"], name="alerts_evaluation_time")]


class Firing(models.Model):
    """One time that a rule's condition held for one group: from pending to resolved."""

    id = models.BigAutoField(primary_key=True)
    project_id = models.BigIntegerField()
    rule_id = models.BigIntegerField()
    rule_name = models.CharField(max_length=200)
    kind = models.CharField(max_length=24)
    key = models.BinaryField(max_length=16)
    """Hash of the labels."""
    labels = models.TextField()
    """JSON object of texts."""
    state = models.CharField(max_length=10)
    """pending, firing, resolved, or inactive: it never held for long enough."""
    severity = models.CharField(max_length=10)
    value = models.TextField(null=True)
    """As of the last window in which it held."""
    threshold = models.TextField(db_default="")
    title = models.TextField()
    evidence = models.TextField(db_default="{}")
    mission_id = models.BigIntegerField(null=True)
    """The mission, when it is about one."""
    since_ns = models.BigIntegerField()
    """End of the first window in which it held."""
    seen_ns = models.BigIntegerField()
    """End of the last one."""
    fired_ns = models.BigIntegerField(null=True)
    ended_ns = models.BigIntegerField(null=True)
    ended_why = models.CharField(max_length=16, db_default="")
    """over, rule_changed, rule_disabled or rule_deleted."""
    silence_id = models.BigIntegerField(null=True)
    inhibited_by = models.BigIntegerField(null=True)
    """The firing that makes this one not worth telling."""
    change_seq = models.BigIntegerField()

    class Meta:
        db_table = "alerts_firing"
        constraints = [
            models.UniqueConstraint(
                fields=["rule_id", "key"],
                condition=models.Q(state__in=("pending", "firing")),
                name="alerts_firing_open",
            )
        ]
        indexes = [
            models.Index(fields=["project_id", "state", "-id"], name="alerts_firing_state"),
            models.Index(fields=["project_id", "change_seq"], name="alerts_firing_change"),
            models.Index(fields=["rule_id", "key", "-id"], name="alerts_firing_history"),
            models.Index(
                fields=["mission_id", "-id"], condition=models.Q(mission_id__isnull=False), name="alerts_firing_mission"
            ),
        ]


class Sequence(models.Model):
    """Per project, the last number given to a change of a firing."""

    project_id = models.BigIntegerField(primary_key=True)
    last = models.BigIntegerField(db_default=0)

    class Meta:
        db_table = "alerts_sequence"


class Silence(models.Model):
    """For a time nobody is told of what matches."""

    id = models.BigAutoField(primary_key=True)
    project_id = models.BigIntegerField()
    matchers = models.TextField()
    """JSON list of {label, op, value}; all must match."""
    starts_ns = models.BigIntegerField()
    ends_ns = models.BigIntegerField()
    comment = models.TextField()
    created_ns = models.BigIntegerField()
    created_by = models.BigIntegerField(null=True)

    class Meta:
        db_table = "alerts_silence"
        indexes = [models.Index(fields=["project_id", "ends_ns"], name="alerts_silence_ends")]


class Inhibition(models.Model):
    """While something fires that matches the source, nobody is told of what matches the target."""

    id = models.BigAutoField(primary_key=True)
    project_id = models.BigIntegerField()
    name = models.CharField(max_length=200)
    source = models.TextField()
    target = models.TextField()
    """JSON lists of matchers."""
    equal = models.TextField(db_default="[]")
    """JSON list of labels whose values must be the same in both."""
    created_ns = models.BigIntegerField()
    created_by = models.BigIntegerField(null=True)

    class Meta:
        db_table = "alerts_inhibition"
        indexes = [models.Index(fields=["project_id"], name="alerts_inhibition_project")]


class Channel(models.Model):
    """A way to somebody: mail addresses, a webhook."""

    id = models.BigAutoField(primary_key=True)
    project_id = models.BigIntegerField()
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=10)
    """email, webhook or slack."""
    target = models.TextField()
    """Addresses separated by spaces, or a URL."""
    secret = models.TextField(db_default="")
    """That a webhook's messages are signed with."""
    is_enabled = models.BooleanField(db_default=True)
    group_by = models.TextField(db_default='["rule"]')
    group_wait_s = models.IntegerField(db_default=15)
    group_interval_s = models.IntegerField(db_default=300)
    repeat_interval_s = models.IntegerField(db_default=14_400)
    send_resolved = models.BooleanField(db_default=True)
    created_ns = models.BigIntegerField()
    created_by = models.BigIntegerField(null=True)
    updated_ns = models.BigIntegerField()

    class Meta:
        db_table = "alerts_channel"
        constraints = [models.UniqueConstraint(fields=["project_id", "name"], name="alerts_channel_name")]


class NoticeGroup(models.Model):
    """Firings that one channel is told of together, and what it has been told."""

    id = models.BigAutoField(primary_key=True)
    channel_id = models.BigIntegerField()
    key = models.BinaryField(max_length=16)
    """Hash of the values of the channel's `group_by`."""
    begun_ns = models.BigIntegerField()
    sent_ns = models.BigIntegerField(null=True)
    """When it was last told."""
    told = models.TextField(db_default="[]")
    """JSON list of keys of firings that the channel knows to be firing."""
    owed = models.TextField(db_default="[]")
    """JSON list of keys of firings that it is still to be told of, also when they have ended since."""

    class Meta:
        db_table = "alerts_noticegroup"
        constraints = [models.UniqueConstraint(fields=["channel_id", "key"], name="alerts_noticegroup_key")]


class OutboxMessage(models.Model):
    """A message to a channel. Written with the change it tells of; delivered by a job; kept as a log."""

    id = models.BigAutoField(primary_key=True)
    project_id = models.BigIntegerField()
    channel_id = models.BigIntegerField()
    channel_name = models.CharField(max_length=200)
    key = models.CharField(max_length=32)
    """Goes with every attempt: whoever knows it has the message already."""
    content = models.TextField()
    """JSON of `alerts.messages.Message`."""
    state = models.CharField(max_length=8)
    """waiting, sending, sent or failed."""
    attempt_count = models.IntegerField(db_default=0)
    created_ns = models.BigIntegerField()
    due_ns = models.BigIntegerField()
    lease_ns = models.BigIntegerField(null=True)
    """Until then it belongs to the process that is sending it."""
    ended_ns = models.BigIntegerField(null=True)

    class Meta:
        db_table = "alerts_outbox"
        constraints = [models.UniqueConstraint(fields=["key"], name="alerts_outbox_key")]
        indexes = [
            models.Index(
                fields=["due_ns"], condition=models.Q(state__in=("waiting", "sending")), name="alerts_outbox_due"
            ),
            models.Index(fields=["project_id", "-id"], name="alerts_outbox_recent"),
            models.Index(fields=["channel_id", "state"], name="alerts_outbox_channel"),
        ]


class MessageFiring(models.Model):
    """A firing that a message tells of. Written and forgotten with the message."""

    id = models.BigAutoField(primary_key=True)
    firing_id = models.BigIntegerField()
    message_id = models.BigIntegerField()

    class Meta:
        db_table = "alerts_messagefiring"
        constraints = [models.UniqueConstraint(fields=["firing_id", "message_id"], name="alerts_messagefiring_pair")]
        indexes = [models.Index(fields=["message_id"], name="alerts_messagefiring_message")]


class Delivery(models.Model):
    """One attempt to deliver a message."""

    id = models.BigAutoField(primary_key=True)
    message_id = models.BigIntegerField()
    attempt = models.IntegerField()
    started_ns = models.BigIntegerField()
    ended_ns = models.BigIntegerField(null=True)
    outcome = models.CharField(max_length=8)
    """sending, sent, failed, or unknown: the process died in it."""
    detail = models.TextField(db_default="")

    class Meta:
        db_table = "alerts_delivery"
        constraints = [models.UniqueConstraint(fields=["message_id", "attempt"], name="alerts_delivery_attempt")]


class Clock(models.Model):
    """The clock that windows are cut by: one row. See `alerts.clock`."""

    id = models.SmallIntegerField(primary_key=True)
    boot_id = models.TextField()
    steady_ns = models.BigIntegerField()
    now_ns = models.BigIntegerField()
    apart_since_ns = models.BigIntegerField(null=True)
    """On the steady clock: since when the machine's clock has told another time."""
    trusted_since_ns = models.BigIntegerField()
    """Since when this clock has gone without a jump."""

    class Meta:
        db_table = "alerts_clock"
