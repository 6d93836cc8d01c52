"""What happened when: missions, the traces bound to them, spans, logs, state snapshots, rejections.

Rows are narrow; payloads lie in packs (`bodies`). Machines' rows are written by `store`, never saved one by one.
"""

from django.db import models


class Mission(models.Model):
    """A mission of a project, by the sender's own key, or a trace nobody has named a mission for."""

    id = models.BigAutoField(primary_key=True)
    project_id = models.BigIntegerField()
    key = models.TextField()
    """The sender's text; for an inferred mission the trace id in hex."""
    key_hash = models.BinaryField(max_length=16)
    is_inferred = models.BooleanField(db_default=False)
    change_seq = models.BigIntegerField(db_default=0)
    """The last sequence number given out; allocated under this row's lock."""
    resync_seq = models.BigIntegerField(db_default=0)
    """Cursors below this must read everything again: rows have left the mission."""
    name = models.TextField(db_default="")
    name_rank = models.SmallIntegerField(db_default=0)
    """What the name is worth: telemetry.meaning.OWN_NAME ... The highest wins, then the earliest span's."""
    named_by_ns = models.BigIntegerField(null=True)
    """Start of the span that gave the name."""
    user_id = models.TextField(null=True)
    """Whose mission it is, as the earliest record that names a user says: see `traces.users`."""
    user_said_ns = models.BigIntegerField(null=True)
    """Time of that record."""
    created_ns = models.BigIntegerField(db_default=0)

    computed_seq = models.BigIntegerField(db_default=-1)
    """Number of the last recompute in this mission's sequence; behind `change_seq` when rows came after it."""
    computed_ns = models.BigIntegerField(db_default=0)
    title = models.TextField(db_default="")
    """A name derived from the spans, for a mission that nobody has named."""
    list_seq = models.BigIntegerField(db_default=0)
    status = models.CharField(max_length=10, db_default="active")
    reported_status = models.CharField(max_length=40, db_default="")
    start_ns = models.BigIntegerField(null=True)
    end_ns = models.BigIntegerField(null=True)
    last_activity_ns = models.BigIntegerField(null=True)
    span_count = models.IntegerField(db_default=0)
    error_count = models.IntegerField(db_default=0)
    llm_call_count = models.IntegerField(db_default=0)
    tool_call_count = models.IntegerField(db_default=0)
    log_count = models.IntegerField(db_default=0)
    snapshot_count = models.IntegerField(db_default=0)
    step_count = models.IntegerField(db_default=0)
    """Of its plan, every occurrence."""
    step_done_count = models.IntegerField(db_default=0)
    """Those that are over, whatever became of them."""
    input_tokens = models.BigIntegerField(null=True)
    output_tokens = models.BigIntegerField(null=True)
    cost_usd = models.TextField(null=True)
    """Decimal text, exact."""
    agents = models.TextField(db_default="[]")
    """JSON list of names."""
    services = models.TextField(db_default="[]")
    model_names = models.TextField(db_default="[]")
    """Of its model calls, as asked for and as answered. Lists before `analysis`: that is long, and read past."""
    tool_names = models.TextField(db_default="[]")
    verdict = models.TextField(db_default="")
    analysis = models.TextField(db_default="{}")
    """Verdict with evidence, findings, completeness: what the mission page's first screen shows."""

    class Meta:
        db_table = "traces_mission"
        constraints = [models.UniqueConstraint(fields=["project_id", "key_hash"], name="traces_mission_key")]
        indexes = [
            models.Index(fields=["project_id", "-last_activity_ns", "-id"], name="traces_mission_recent"),
            models.Index(fields=["project_id", "list_seq"], name="traces_mission_list_seq"),
            models.Index(
                fields=["project_id", "user_id", "-last_activity_ns"],
                condition=models.Q(user_id__isnull=False),
                name="traces_mission_of_user",
            ),
            models.Index(
                fields=["project_id", "last_activity_ns"],
                condition=models.Q(status__in=("active", "waiting")),
                name="traces_mission_open",
            ),
        ]


class MissionWork(models.Model):
    """A mission whose totals are behind. Written with the rows, taken by the recompute job."""

    mission_id = models.BigIntegerField(primary_key=True)

    class Meta:
        db_table = "traces_missionwork"


class TraceBinding(models.Model):
    """Which mission a trace belongs to, by the earliest span that said so, else by what was delivered in it."""

    id = models.BigAutoField(primary_key=True)
    project_id = models.BigIntegerField()
    trace_id = models.BinaryField(max_length=16)
    strong_key = models.TextField(null=True)
    strong_start_ns = models.BigIntegerField(null=True)
    weak_key = models.TextField(null=True)
    weak_start_ns = models.BigIntegerField(null=True)
    delivered_key = models.TextField(null=True)
    """Empty: of several missions."""

    class Meta:
        db_table = "traces_tracebinding"
        constraints = [models.UniqueConstraint(fields=["project_id", "trace_id"], name="traces_tracebinding_trace")]


class Span(models.Model):
    """A span as the sender's records together tell it."""

    id = models.BigAutoField(primary_key=True)
    project_id = models.BigIntegerField()
    mission_id = models.BigIntegerField()
    trace_id = models.BinaryField(max_length=16)
    span_id = models.BinaryField(max_length=8)
    side = models.SmallIntegerField()
    """1 for a SERVER span, which may share its id with the CLIENT span that called it; else 0."""
    parent_span_id = models.BinaryField(max_length=8, null=True)
    name = models.TextField()
    otel_kind = models.IntegerField()
    span_kind = models.CharField(max_length=12)
    service_name = models.TextField()
    agent_name = models.TextField()
    step_id = models.TextField()
    start_ns = models.BigIntegerField(null=True)
    end_ns = models.BigIntegerField(null=True)
    status_code = models.SmallIntegerField()
    status_message = models.TextField()
    error_type = models.TextField()
    outcome = models.CharField(max_length=10, null=True)
    """What became of it among the others, as of the last recompute; None: what its own record says."""
    links = models.BinaryField(null=True)
    """24 bytes a link: trace id, span id."""
    warnings = models.TextField()
    """Codes separated by spaces."""
    has_messages = models.BooleanField(db_default=False)
    """An agent's or a step's span that carries what was said: a turn of the conversation, where no call inside is."""
    own_key = models.TextField(null=True)
    own_strength = models.SmallIntegerField()
    mission_name = models.TextField()
    """What the span calls its mission; empty when it does not."""
    mission_name_rank = models.SmallIntegerField()
    user_id = models.TextField(null=True)
    """The user it names."""
    content_hash = models.BinaryField(max_length=8)
    """Of the one record, or of the sorted set of records once there are several."""
    pack_id = models.BigIntegerField()
    pack_start = models.IntegerField()
    pack_length = models.IntegerField()
    change_seq = models.BigIntegerField()

    class Meta:
        db_table = "traces_span"
        constraints = [
            models.UniqueConstraint(fields=["project_id", "trace_id", "span_id", "side"], name="traces_span_identity")
        ]
        indexes = [
            models.Index(fields=["mission_id", "change_seq"], name="traces_span_mission"),
            models.Index(fields=["mission_id"], condition=models.Q(mission_name_rank__gt=0), name="traces_span_naming"),
            models.Index(fields=["mission_id"], condition=models.Q(has_messages=True), name="traces_span_speakers"),
            models.Index(
                fields=["mission_id", "start_ns"],
                condition=models.Q(user_id__isnull=False),
                name="traces_span_users",
            ),
            models.Index(fields=["project_id", "end_ns"], name="traces_span_ended"),
        ]


class SpanVersion(models.Model):
    """Every distinct record of a span that came in more than one form. The span is their merge."""

    id = models.BigAutoField(primary_key=True)
    span_pk = models.BigIntegerField()
    content_hash = models.BinaryField(max_length=8)
    pack_id = models.BigIntegerField()
    pack_start = models.IntegerField()
    pack_length = models.IntegerField()

    class Meta:
        db_table = "traces_spanversion"
        constraints = [models.UniqueConstraint(fields=["span_pk", "content_hash"], name="traces_spanversion_content")]


TOLD_OF_MISSIONS = (
    "missionscope.mission",
    "stage7.message.createMission",
    "stage7.message.statusUpdate",
    "stage7.mission",
    "stage7.statistics",
)
"""Names of log records that tell of their mission itself: found without reading past all its others."""


class Log(models.Model):
    """A log record with a preview of its body."""

    id = models.BigAutoField(primary_key=True)
    project_id = models.BigIntegerField()
    mission_id = models.BigIntegerField(null=True)
    """None: it names no mission and no trace."""
    trace_id = models.BinaryField(max_length=16, null=True)
    span_id = models.BinaryField(max_length=8, null=True)
    time_ns = models.BigIntegerField()
    severity_number = models.SmallIntegerField()
    severity_text = models.TextField()
    body = models.TextField()
    is_cut = models.BooleanField()
    service_name = models.TextField()
    agent_name = models.TextField()
    step_id = models.TextField()
    event_name = models.TextField()
    own_key = models.TextField(null=True)
    own_strength = models.SmallIntegerField()
    user_id = models.TextField(null=True)
    """The user it names."""
    request_id = models.TextField(null=True)
    conversation_id = models.TextField(null=True)
    """The request and the conversation it names; None, as of the user, so that both databases use the indexes."""
    host_name = models.TextField(db_default="")
    content_hash = models.BinaryField(max_length=16)
    pack_id = models.BigIntegerField()
    pack_start = models.IntegerField()
    pack_length = models.IntegerField()
    change_seq = models.BigIntegerField()

    class Meta:
        db_table = "traces_log"
        constraints = [models.UniqueConstraint(fields=["project_id", "content_hash"], name="traces_log_content")]
        indexes = [
            models.Index(fields=["mission_id", "change_seq"], name="traces_log_mission"),
            models.Index(
                fields=["project_id", "trace_id"], name="traces_log_trace", condition=models.Q(trace_id__isnull=False)
            ),
            models.Index(
                fields=["project_id", "span_id"], name="traces_log_span", condition=models.Q(span_id__isnull=False)
            ),
            models.Index(
                fields=["mission_id", "time_ns"], condition=models.Q(user_id__isnull=False), name="traces_log_users"
            ),
            models.Index(
                fields=["mission_id", "time_ns"],
                condition=models.Q(event_name__in=TOLD_OF_MISSIONS),
                name="traces_log_told",
            ),
            # With what most lists and the counts by time ask for, so that these need no row.
            models.Index(
                fields=["project_id", "time_ns", "id", "severity_number", "service_name", "host_name", "agent_name"],
                name="traces_log_recent",
            ),
            models.Index(
                fields=["project_id", "step_id", "time_ns"],
                condition=models.Q(step_id__gt=""),
                name="traces_log_step",
            ),
            models.Index(
                fields=["project_id", "request_id", "time_ns"],
                condition=models.Q(request_id__isnull=False),
                name="traces_log_request",
            ),
            models.Index(
                fields=["project_id", "conversation_id", "time_ns"],
                condition=models.Q(conversation_id__isnull=False),
                name="traces_log_conversation",
            ),
            models.Index(
                fields=["project_id", "user_id", "time_ns"],
                condition=models.Q(user_id__isnull=False),
                name="traces_log_of_user",
            ),
        ]


class Snapshot(models.Model):
    """A base or an RFC 6902 patch of an agent's state. The value is a body."""

    id = models.BigAutoField(primary_key=True)
    project_id = models.BigIntegerField()
    mission_id = models.BigIntegerField()
    span_pk = models.BigIntegerField(null=True)
    log_pk = models.BigIntegerField(null=True)
    agent_name = models.TextField()
    step_id = models.TextField()
    time_ns = models.BigIntegerField()
    ordinal = models.SmallIntegerField()
    """Place among the snapshots of its record: order at equal times."""
    kind = models.CharField(max_length=5)
    source = models.TextField()
    body_hash = models.BinaryField(max_length=16)
    change_seq = models.BigIntegerField()

    class Meta:
        db_table = "traces_snapshot"
        indexes = [
            models.Index(fields=["mission_id", "change_seq"], name="traces_snapshot_mission"),
            models.Index(fields=["span_pk"], name="traces_snapshot_span"),
        ]


class Rejection(models.Model):
    """A record that was refused, and why."""

    id = models.BigAutoField(primary_key=True)
    project_id = models.BigIntegerField()
    time_ns = models.BigIntegerField()
    door = models.CharField(max_length=40)
    reason = models.CharField(max_length=60)
    detail = models.TextField()
    excerpt = models.TextField()

    class Meta:
        db_table = "traces_rejection"
        indexes = [models.Index(fields=["project_id", "-id"], name="traces_rejection_recent")]


class ListSequence(models.Model):
    """Per project, the last number given to a change of a mission's row in the list."""

    project_id = models.BigIntegerField(primary_key=True)
    last = models.BigIntegerField(db_default=0)

    class Meta:
        db_table = "traces_listsequence"
