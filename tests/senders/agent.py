"""A small agent on the OpenAI client: asks, runs the tool it is told to, asks again, streams, and meets an error."""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import openai

from tests.senders.model_server import BUSY_MODEL, MODEL

QUESTION = "What is the weather in Oslo?"
INSTRUCTIONS = "You are a weather assistant."
WEATHER = {"degrees": 21, "sky": "light rain"}
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "description": "The weather of a city",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
        },
    }
]

RunTool = Callable[[str, str, str], str]
"""Tool call id, name and arguments to the result: how a tool run is recorded is the caller's matter."""


def run_agent(model_url: str, run_tool: RunTool) -> None:
    """Four model calls: one asks for a tool, one answers in words, one streams, one fails."""
    with openai.OpenAI(base_url=model_url, api_key="sk-none", max_retries=0) as client:
        messages: list[Any] = [
            {"role": "system", "content": INSTRUCTIONS},
            {"role": "user", "content": QUESTION},
        ]
        asked = client.chat.completions.create(model=MODEL, messages=messages, tools=TOOLS, temperature=0.2)
        reply = asked.choices[0].message
        messages.append(reply.model_dump(exclude_none=True))
        for call in reply.tool_calls or []:
            result = run_tool(call.id, call.function.name, call.function.arguments)
            messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
        client.chat.completions.create(model=MODEL, messages=messages, tools=TOOLS, temperature=0.2)
        stream = client.chat.completions.create(
            model=MODEL,
            messages=[{"role": "user", "content": "And what should I take with me?"}],
            stream=True,
            stream_options={"include_usage": True},
        )
        for _ in stream:
            pass
        with suppress(openai.RateLimitError):
            client.chat.completions.create(model=BUSY_MODEL, messages=[{"role": "user", "content": "And tomorrow?"}])


def get_weather(arguments: str) -> str:
    """What the tool does."""
    assert json.loads(arguments) == {"city": "Oslo"}
    return json.dumps(WEATHER)
