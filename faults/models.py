"""Error groups, what tells of failures, and the records that have not been looked at yet.

Every row here is derived from records of the packages below and can be made again from them, but for what people
decided about a group (`actions`).
"""

from django.db import models

from faults.sourcemaps.models import SourceMap

__all__ = ["Event", "Group", "SourceMap", "Work"]

UNRESOLVED, RESOLVED, IGNORED = "unresolved", "resolved", "ignored"


class Group(models.Model):
    """Failures with the same fingerprint. Counts and texts are computed from its events."""

    id = models.BigAutoField(primary_key=True)
    project_id = models.BigIntegerField()
    fingerprint = models.BinaryField(max_length=16)
    fingerprint_version = models.SmallIntegerField()
    """By which rules it was made (grouping.fingerprint.VERSION): a group keeps its events when the rules change."""
    title = models.TextField(db_default="")
    """Type and message of the newest event."""
    error_type = models.TextField(db_default="")
    message = models.TextField(db_default="")
    """Without what differs between its events: numbers, ids, paths, quoted values."""
    culprit = models.TextField(db_default="")
    """Where the newest event happened: the innermost frame of the sender's own code, else the span, tool or step."""
    source = models.CharField(max_length=10, db_default="")
    """Of the newest event: records.SOURCES."""
    level = models.CharField(max_length=8, db_default="error")
    service_name = models.TextField(db_default="")
    agent_name = models.TextField(db_default="")
    tool_name = models.TextField(db_default="")
    step_verb = models.TextField(db_default="")
    status = models.CharField(max_length=10, db_default=UNRESOLVED)
    assignee_id = models.BigIntegerField(null=True)
    """Key of a user who is a member."""
    first_seen_ns = models.BigIntegerField(db_default=0)
    last_seen_ns = models.BigIntegerField(db_default=0)
    event_count = models.IntegerField(db_default=0)
    mission_count = models.IntegerField(db_default=0)
    resolved_ns = models.BigIntegerField(null=True)
    """Kept when it comes back: what came after this moment reopened it."""
    resolved_release = models.TextField(null=True)
    """Resolved in the next release: the newest one when that was said. None: resolved at once."""
    regressed_ns = models.BigIntegerField(null=True)
    """Time of the first event that came after it was resolved."""
    ignore_until_ns = models.BigIntegerField(null=True)
    ignore_until_count = models.IntegerField(null=True)
    """Ignored until it has so many events in all."""

    class Meta:
        db_table = "faults_group"
        constraints = [models.UniqueConstraint(fields=["project_id", "fingerprint"], name="faults_group_fingerprint")]
        indexes = [
            models.Index(fields=["project_id", "status", "-last_seen_ns", "-id"], name="faults_group_recent"),
            models.Index(
                fields=["ignore_until_ns"],
                condition=models.Q(ignore_until_ns__isnull=False),
                name="faults_group_sleeping",
            ),
        ]


class Event(models.Model):
    """What one record tells of one failure. Of several that tell of the same, one counts."""

    id = models.BigAutoField(primary_key=True)
    project_id = models.BigIntegerField()
    group_id = models.BigIntegerField()
    identity = models.BinaryField(max_length=16)
    """Of the record and what it tells: the same whenever it is looked at."""
    is_counted = models.BooleanField(db_default=True)
    stands_for = models.BigIntegerField(null=True)
    """Key of the event that counts instead: it tells of the same failure, and more, or of the one passed on here."""
    fingerprint = models.BinaryField(max_length=16)
    """Its own. Its group is that of the event that counts."""
    fingerprint_version = models.SmallIntegerField()
    content_hash = models.BinaryField(max_length=8)
    """Over everything that was read of it: unchanged, nothing is written."""
    time_ns = models.BigIntegerField()
    received_ns = models.BigIntegerField()
    """When it was first looked at."""
    source = models.CharField(max_length=10)
    level = models.CharField(max_length=8)
    richness = models.SmallIntegerField()
    """How much its record tells: the richest counts."""
    span_pk = models.BigIntegerField(null=True)
    log_pk = models.BigIntegerField(null=True)
    step_key = models.TextField(db_default="")
    """Of a step of a plan: plans.records.PlanStep.key."""
    evidence = models.BinaryField(null=True)
    """Of a step: the log records that tell of it, 8 bytes a key, big-endian."""
    mission_id = models.BigIntegerField(null=True)
    trace_id = models.BinaryField(max_length=16, null=True)
    span_id = models.BinaryField(max_length=8, null=True)
    parent_span_id = models.BinaryField(max_length=8, null=True)
    match_key = models.BinaryField(max_length=16)
    """Of type and message: equal when the same exception is told twice. Empty when neither is told."""
    error_type = models.TextField()
    message = models.TextField()
    """As told, the first characters."""
    culprit = models.TextField()
    service_name = models.TextField()
    agent_name = models.TextField()
    tool_name = models.TextField()
    step_id = models.TextField()
    step_verb = models.TextField()
    release = models.TextField()
    environment = models.TextField()
    user_id = models.TextField(null=True)
    request_id = models.TextField()
    handled = models.BooleanField(null=True)
    """The sender's code caught it and went on. None: it does not say."""

    class Meta:
        db_table = "faults_event"
        constraints = [models.UniqueConstraint(fields=["project_id", "identity"], name="faults_event_identity")]
        indexes = [
            models.Index(
                fields=["group_id", "-time_ns", "-id"], condition=models.Q(is_counted=True), name="faults_event_recent"
            ),
            models.Index(
                fields=["group_id", "mission_id"], condition=models.Q(is_counted=True), name="faults_event_missions"
            ),
            models.Index(fields=["project_id", "time_ns"], name="faults_event_time"),
            models.Index(
                fields=["project_id", "trace_id"],
                condition=models.Q(trace_id__isnull=False),
                name="faults_event_trace",
            ),
            models.Index(
                fields=["mission_id"], condition=models.Q(mission_id__isnull=False), name="faults_event_mission"
            ),
            models.Index(
                fields=["stands_for"], condition=models.Q(stands_for__isnull=False), name="faults_event_standing"
            ),
            models.Index(fields=["span_pk"], condition=models.Q(span_pk__isnull=False), name="faults_event_span"),
            models.Index(fields=["log_pk"], condition=models.Q(log_pk__isnull=False), name="faults_event_log"),
            models.Index(
                fields=["project_id", "release", "time_ns"],
                condition=~models.Q(release=""),
                name="faults_event_release",
            ),
        ]


class Steps(models.Model):
    """A mission's failed steps as they were last looked at."""

    mission_id = models.BigIntegerField(primary_key=True)
    digest = models.BinaryField(max_length=8)
    """reading.steps.digest_steps"""

    class Meta:
        db_table = "faults_steps"


class Turn(models.Model):
    """Who writes a project's events: held by locking the row. `number`: of its last change of a group."""

    project_id = models.BigIntegerField(primary_key=True)
    number = models.BigIntegerField()

    class Meta:
        db_table = "faults_turn"


class Work(models.Model):
    """A record that tells of a failure, or told of one, to be looked at. Written with it, deleted once it was."""

    id = models.BigAutoField(primary_key=True)
    project_id = models.BigIntegerField()
    kind = models.CharField(max_length=4)
    """span, log, or step: every failed step of the mission."""
    record_pk = models.BigIntegerField()
    """Key of the span, log record or mission."""
    is_failing = models.BooleanField()
    """It tells of a failure itself. False: it changed or moved, and may have told of one."""

    class Meta:
        db_table = "faults_work"
