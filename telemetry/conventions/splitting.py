"""The messages inside a JSON array attribute, as slices of its own text.

A conversation is sent again with every call; stored by message, each text is kept once. The
slices are the sender's bytes: put together with the separator they are the value again.
"""

from typing import NamedTuple

import msgspec

SPLIT_NAMES = frozenset({
    "gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.system_instructions", "gen_ai.tool.definitions",
    "ai.prompt.messages", "ai.response.toolCalls", "all_messages_events", "pydantic_ai.all_messages",
    "pydantic_ai.new_messages", "events", "langfuse.observation.input", "mlflow.chat.tools", "gen_ai.prompt",
    "input.value", "lmnr.span.input", "mlflow.spanInputs", "traceloop.entity.input", "llm.input_messages",
})  # fmt: skip
"""Attributes whose text may be a JSON array of messages or definitions."""

_SEPARATORS = (", ", ",")
_LEAST_CHARACTERS = 256
_MOST_ELEMENTS = 10_000
_decoder = msgspec.json.Decoder(list[msgspec.Raw])


class Split(NamedTuple):
    """`"[" + separator.join(parts) + "]"` is the value, character for character."""

    parts: list[str]
    separator: str


def split_messages(key: str, value: str) -> Split | None:
    """The elements of an array attribute; None when it is no such array, or only other bytes would come back.

    Short values and arrays of one element are not worth splitting and give None as well.
    """
    if key not in SPLIT_NAMES or len(value) < _LEAST_CHARACTERS or value[0] != "[" or value[-1] != "]":
        return None
    try:
        raws = _decoder.decode(value.encode())
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return None
    if not 2 <= len(raws) <= _MOST_ELEMENTS:
        return None
    parts = [str(memoryview(raw), "utf-8") for raw in raws]
    inner = value[1:-1]
    for separator in _SEPARATORS:
        if separator.join(parts) == inner:
            return Split(parts, separator)
    return None
