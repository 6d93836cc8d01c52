"""Shapes of model calls, turns and tool runs, for the schema."""

from typing import Any

from rest_framework import serializers

from api.fields import EFFECTIVE, STATUSES, anything, count, flag, number, text, texts


class LlmCallSerializer(serializers.Serializer[Any]):
    """A model call without its texts."""

    id, trace_id, span_id = text(), text(), text()
    agent_name, step_id, operation = text(), text(), text()
    provider_name, request_model, response_model = text(), text(), text()
    start_ns, end_ns, time_to_first_token_ns = number(), number(), number()
    finish_reasons = texts()
    input_tokens, output_tokens = count(null=True), count(null=True)
    cache_read_input_tokens, cache_creation_input_tokens = count(null=True), count(null=True)
    reasoning_output_tokens = count(null=True)
    cost_usd = number("Decimal.")
    cost_source = text("sender, or the price table and its version.")
    counts_usage = flag()
    is_counted = flag("In the totals of its mission: it repeats no usage of a call inside it.")
    status = serializers.ChoiceField(STATUSES, help_text=EFFECTIVE)
    error = text()
    attempt_count, message_count = count(), count()
    new_message_count = count(null=True)
    response_id = text("The sender's or provider's id of the answer.")
    call_id = text("The sender's id of a logical call: of the call and of the attempts at it.")
    is_attempt = flag("One attempt at a logical call.")
    change_seq = number()


class LlmCallDetailSerializer(LlmCallSerializer):
    """A model call with what was said."""

    system_instructions = anything()
    input_messages = anything("[{role, parts[]}]")
    output_messages = anything("[{role, parts[]}]")
    tool_definitions = anything()
    parameters = anything()
    attempts = anything(
        "Up to this one, itself last, or all at a logical call: id, trace_id, span_id, request_model, response_model,"
        " status, error, start_ns, end_ns, brain."
    )
    replay_of = number("Id of the earlier call whose answer came again, with its id.")
    brain = anything("What stage7's Brain tells beside the messages: sent, raw, repaired, returned, json_valid ...")
    redactions = anything()
    provenance = anything()


class TurnSerializer(serializers.Serializer[Any]):
    """A turn of an agent, or of a step where no agent speaks, without its texts."""

    id, trace_id, span_id = text(), text(), text()
    name = text("Of its span.")
    span_kind = text("AGENT, or CHAIN for a step.")
    agent_name, step_id = text(), text()
    start_ns, end_ns = number(), number()
    status = serializers.ChoiceField(STATUSES)
    error = text()
    change_seq = number()


class TurnDetailSerializer(TurnSerializer):
    """A turn with what was said."""

    system_instructions = anything()
    input_messages = anything("[{role, parts[]}]")
    output_messages = anything("[{role, parts[]}]")
    redactions = anything()
    provenance = anything()


class ToolCallSerializer(serializers.Serializer[Any]):
    """A tool run without its texts."""

    id, trace_id, span_id = text(), text(), text()
    agent_name, step_id, tool_name, tool_call_id = text(), text(), text(), text()
    requested_by = text("Id of the model call that asked for it.", null=True)
    start_ns, end_ns = number(), number()
    status = text()
    effective_status = serializers.ChoiceField(STATUSES, help_text=EFFECTIVE)
    error = text()
    change_seq = number()


class ToolCallDetailSerializer(ToolCallSerializer):
    """A tool run with its input and output."""

    arguments = anything()
    result = anything()
    execution = anything("Of a plugin of stage7: inputs as planned, resolved and sent, outputs, process; else null.")
    redactions = anything()
    provenance = anything()
