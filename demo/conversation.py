"""What an agent says to a model and hears back, independent of any telemetry convention."""

import dataclasses
from typing import Any, NamedTuple

from demo.records import Attributes


class ToolCall(NamedTuple):
    """A tool run a model asked for."""

    id: str
    name: str
    arguments: dict[str, Any]


class Message(NamedTuple):
    """One message. A tool's answer has `answers` (the id of the call) and its result in `text`."""

    role: str
    text: str = ""
    reasoning: str = ""
    calls: tuple[ToolCall, ...] = ()
    answers: str = ""

    @property
    def size(self) -> int:
        """Roughly how many tokens it takes."""
        written = self.text + self.reasoning + "".join(f"{call.name}{call.arguments}" for call in self.calls)
        return estimate_tokens(written) + 4


class Tool(NamedTuple):
    """A tool a model may ask for: `parameters` maps a name to its JSON type."""

    name: str
    description: str
    parameters: dict[str, str]

    @property
    def schema(self) -> dict[str, Any]:
        """JSON Schema of the arguments."""
        properties = {name: {"type": kind} for name, kind in self.parameters.items()}
        return {"type": "object", "properties": properties, "required": list(self.parameters)}


class Model(NamedTuple):
    """A model as its provider names it."""

    provider: str
    asked: str
    answered: str


@dataclasses.dataclass(slots=True)
class Conversation:
    """An agent's conversation. Every call sends all of it again, as agents do."""

    model: Model
    system: str
    tools: tuple[Tool, ...] = ()
    messages: list[Message] = dataclasses.field(default_factory=list)
    parameters: Attributes = dataclasses.field(default_factory=lambda: {"temperature": 0.2, "max_tokens": 4096})

    def user(self, text: str) -> None:
        """Add what a person, or the agent in front of this one, asks."""
        self.messages.append(Message("user", text))

    @property
    def input_tokens(self) -> int:
        """Roughly how many tokens the next call will send."""
        tools = sum(estimate_tokens(f"{tool.name}{tool.description}{tool.schema}") + 12 for tool in self.tools)
        return estimate_tokens(self.system) + tools + sum(message.size for message in self.messages) + 7


class Call(NamedTuple):
    """One finished model call: what was sent and what came."""

    model: Model
    system: str
    tools: tuple[Tool, ...]
    sent: tuple[Message, ...]
    parameters: Attributes
    reply: Message | None
    """None when the call failed."""
    response_id: str
    finish_reason: str
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    reasoning_tokens: int
    first_token_s: float | None


def estimate_tokens(text: str) -> int:
    """How many tokens a text takes: a quarter of its Latin characters, most of the others."""
    wide = sum(1 for character in text if ord(character) > 0x2FFF)
    other = sum(1 for character in text if 0x24F < ord(character) <= 0x2FFF)
    return (len(text) - wide - other + 3) // 4 + (other * 2) // 5 + (wide * 9) // 10
