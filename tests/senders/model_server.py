"""A model provider on the loopback interface that speaks OpenAI's chat completions: words, tools, streams, errors."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ANSWER = "It is 21 degrees in Oslo, with light rain."
TOOL_CALL_ID = "call_9f31"
ARGUMENTS = '{"city":"Oslo"}'
STREAMED = ("Take ", "an ", "umbrella.")
MODEL, ANSWERING_MODEL, BUSY_MODEL = "gpt-4o-mini", "gpt-4o-mini-2024-07-18", "gpt-4o"
"""What is asked for, what says it answered, and the model that is always too busy."""
BUSY = "Rate limit reached for gpt-4o"


class _Provider(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path != "/v1/chat/completions":
            self._answer(404, {"error": {"message": "no such resource", "type": "invalid_request_error"}})
        elif asked["model"] == BUSY_MODEL:
            self._answer(429, {"error": {"message": BUSY, "type": "tokens", "code": "rate_limit_exceeded"}})
        elif asked.get("stream"):
            self._stream(asked)
        else:
            self._answer(200, _completion(asked))

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _stream(self, asked: dict[str, Any]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        for chunk in _chunks(asked):
            self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
            self.wfile.flush()
        self.wfile.write(b"data: [DONE]\n\n")
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def _completion(asked: dict[str, Any]) -> dict[str, Any]:
    """The first question with tools is answered by a tool call, everything else by words."""
    wants_tool = bool(asked.get("tools")) and asked["messages"][-1]["role"] != "tool"
    call = {"id": TOOL_CALL_ID, "type": "function", "function": {"name": "get_weather", "arguments": ARGUMENTS}}
    message: dict[str, Any] = {"role": "assistant", "content": None if wants_tool else ANSWER}
    if wants_tool:
        message["tool_calls"] = [call]
    prompt, reply = (52, 14) if wants_tool else (81, 12)
    return {
        "id": "chatcmpl-tool" if wants_tool else "chatcmpl-words",
        "object": "chat.completion",
        "created": 1_750_000_000,
        "model": ANSWERING_MODEL,
        "choices": [
            {"index": 0, "message": message, "finish_reason": "tool_calls" if wants_tool else "stop", "logprobs": None}
        ],
        "usage": {
            "prompt_tokens": prompt,
            "completion_tokens": reply,
            "total_tokens": prompt + reply,
            "prompt_tokens_details": {"cached_tokens": 16},
            "completion_tokens_details": {"reasoning_tokens": 0},
        },
    }


def _chunks(asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    base = {
        "id": "chatcmpl-stream",
        "object": "chat.completion.chunk",
        "created": 1_750_000_001,
        "model": ANSWERING_MODEL,
    }
    for number, text in enumerate(STREAMED):
        delta = {"role": "assistant", "content": text} if number == 0 else {"content": text}
        yield {**base, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    yield {**base, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    if (asked.get("stream_options") or {}).get("include_usage"):
        usage = {"prompt_tokens": 30, "completion_tokens": 5, "total_tokens": 35}
        yield {**base, "choices": [], "usage": usage}


@contextmanager
def model_server() -> Iterator[str]:
    """Its address, as clients of OpenAI want it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Provider)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
