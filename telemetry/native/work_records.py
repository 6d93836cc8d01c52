"""Native records of work: spans, model calls and their attempts, tool calls."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from telemetry.native.fields import Attributes, Count, Id, TimeNs, Work


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A moment inside a span."""

    name: Annotated[str, Meta(description="What happened.")]
    time_ns: TimeNs = None
    attributes: Attributes = None


class Span(Work, frozen=True, kw_only=True, tag="span"):
    """Any piece of work that is neither a model call nor a tool call."""

    name: Annotated[str | None, Meta(description="What is done. Needed at its start.")] = None
    kind: Annotated[
        str | None,
        Meta(
            description="The kind of work: agent, chain, step, retriever, reranker, embedding, guardrail, evaluator, "
            "prompt, memory, human, queue, http, db, rpc, other."
        ),
    ] = None
    events: Annotated[
        Annotated[list[Event], Meta(max_length=1000)] | None,
        Meta(description="Moments inside it, e.g. an `exception`."),
    ] = None


class _Call(Work, frozen=True, kw_only=True):
    """What a model call and an attempt at one have in common."""

    operation: Annotated[str | None, Meta(description="chat (the default), text_completion, embeddings ...")] = None
    provider: Annotated[
        str | None, Meta(description="Who runs the model, e.g. `openai`. Needed to know its price.")
    ] = None
    model: Annotated[str | None, Meta(description="The model that was asked for.")] = None
    response_model: Annotated[str | None, Meta(description="The model that answered.")] = None
    response_id: Annotated[str | None, Meta(description="The provider's id of the answer.")] = None
    system_instructions: Annotated[Any, Meta(description="Text or parts that are no message of their own.")] = None
    input_messages: Annotated[
        Any,
        Meta(
            description="What the model was given: a text, or a list of messages `{role, content}` in OpenAI's, "
            "Anthropic's, Gemini's or OpenTelemetry's shape. Send the whole conversation: what was sent before is "
            "stored once."
        ),
    ] = None
    output_messages: Annotated[Any, Meta(description="What it answered, in the same shapes; tool calls included.")] = (
        None
    )
    tool_definitions: Annotated[
        list[Any] | None, Meta(description="Tools it was offered, as the provider got them.")
    ] = None
    parameters: Annotated[
        dict[str, Any] | None,
        Meta(description="Settings such as `temperature` and `max_tokens`, by the provider's names."),
    ] = None
    input_tokens: Annotated[Count | None, Meta(description="All input tokens, those from a cache included.")] = None
    output_tokens: Annotated[Count | None, Meta(description="All output tokens, those of reasoning included.")] = None
    cache_read_input_tokens: Annotated[Count | None, Meta(description="Of these, read from a cache.")] = None
    cache_creation_input_tokens: Annotated[Count | None, Meta(description="Of these, written to a cache.")] = None
    reasoning_output_tokens: Annotated[Count | None, Meta(description="Of the output, spent on reasoning.")] = None
    cost_usd: Annotated[
        str | float | int | None,
        Meta(description="In US dollars, best as a decimal text. Default: from the price table."),
    ] = None
    finish_reasons: Annotated[list[str] | None, Meta(description='E.g. `["stop"]`.')] = None
    time_to_first_token_ns: Annotated[
        Count | None, Meta(description="How long the first piece took, in nanoseconds.")
    ] = None


class LlmCall(_Call, frozen=True, kw_only=True, tag="llm_call"):
    """A call of a language model, as the agent sees it: however often it was tried."""


class LlmAttempt(_Call, frozen=True, kw_only=True, tag="llm_attempt"):
    """One of several tries at a model call, e.g. on another model. Its tokens count, those of its call then do not."""

    call_id: Annotated[Id | None, Meta(description="Your `id` of the llm_call that this is a try at.")] = None
    attempt: Annotated[Count | None, Meta(description="Which try it is, from 1.")] = None


class ToolCall(Work, frozen=True, kw_only=True, tag="tool_call"):
    """One run of a tool or plugin."""

    tool_name: Annotated[str | None, Meta(description="The tool's name. Needed at its start.")] = None
    tool_call_id: Annotated[
        str | None, Meta(description="The id by which the model asked for it: joins the run with the model's request.")
    ] = None
    arguments: Annotated[Any, Meta(description="What it was given: an object, or JSON in a text.")] = None
    result: Annotated[Any, Meta(description="What it returned: any JSON.")] = None
