"""What was said: model calls and tool runs. Each row belongs to a span and shares its key."""

from django.db import models


class LlmCall(models.Model):
    """A model call. Its texts are the span's."""

    span_pk = models.BigIntegerField(primary_key=True)
    project_id = models.BigIntegerField()
    mission_id = models.BigIntegerField()
    operation = models.TextField()
    provider_name = models.TextField()
    request_model = models.TextField()
    response_model = models.TextField()
    response_id = models.TextField(db_default="")
    """The provider's or gateway's id of the answer: two calls that share it saw the same answer."""
    call_id = models.TextField(db_default="")
    """The sender's id of a logical call: of the call and of its attempts."""
    is_attempt = models.BooleanField(db_default=False)
    """One attempt at a logical call."""
    from_cache = models.BooleanField(db_default=False)
    """Its answer is an earlier one, kept."""
    is_invalid_json = models.BooleanField(db_default=False)
    """JSON was asked for, and its answer is none."""
    finish_reasons = models.TextField()
    """Separated by newlines."""
    time_to_first_token_ns = models.BigIntegerField(null=True)
    input_tokens = models.BigIntegerField(null=True)
    output_tokens = models.BigIntegerField(null=True)
    cache_read_input_tokens = models.BigIntegerField(null=True)
    cache_creation_input_tokens = models.BigIntegerField(null=True)
    reasoning_output_tokens = models.BigIntegerField(null=True)
    cost_usd = models.TextField(null=True)
    cost_source = models.TextField()
    counts_usage = models.BooleanField()
    is_counted = models.BooleanField()
    """Whether its usage is in the mission's totals: `counts_usage`, until a recompute finds a call inside it."""
    duration_ns = models.BigIntegerField(null=True)
    """Of its span; never negative, None while open."""
    error = models.TextField()
    message_hashes = models.BinaryField()
    """8 bytes a message of the prompt, in order."""
    new_message_count = models.IntegerField(null=True)
    attempt_count = models.IntegerField(db_default=1)
    """Which attempt it is, or how many it took (analysis.algorithms.attempts)."""
    tool_call_ids = models.TextField()
    """Separated by newlines."""
    change_seq = models.BigIntegerField()
    started_ns = models.BigIntegerField(null=True)
    """Of its span."""
    conversation_type = models.TextField(db_default="")
    """What was turned into what: TextToText, TextToJSON ..."""

    class Meta:
        db_table = "llmlog_llmcall"
        indexes = [
            models.Index(fields=["mission_id", "change_seq"], name="llmlog_llmcall_mission"),
            models.Index(fields=["project_id", "started_ns"], name="llmlog_llmcall_started"),
        ]


class ToolCall(models.Model):
    """A tool run. Its texts are the span's."""

    span_pk = models.BigIntegerField(primary_key=True)
    project_id = models.BigIntegerField()
    mission_id = models.BigIntegerField()
    tool_name = models.TextField()
    tool_call_id = models.TextField()
    arguments_hash = models.BinaryField(max_length=8)
    """Equal arguments have equal hashes: what a loop is recognised by. Empty when there are none."""
    requested_by = models.BigIntegerField(null=True)
    error = models.TextField()
    change_seq = models.BigIntegerField()

    class Meta:
        db_table = "llmlog_toolcall"
        indexes = [models.Index(fields=["mission_id", "change_seq"], name="llmlog_toolcall_mission")]
