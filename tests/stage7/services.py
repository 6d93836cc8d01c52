"""Tiny services that play stage7's Librarian, Brain, CapabilitiesManager and PostOffice."""

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

import uvicorn

from tests.servers import find_free_port
from tests.tap.missionscope import wait_until
from tests.tap.process import PlainService, Reply

FAILURE = {
    "error_id": "e-1", "trace_id": "t-1", "error_code": "CM005_PLUGIN_EXECUTION_FAILED", "severity": "ERROR",
    "message_human_readable": "The harbour is closed", "source_component": "CapabilitiesManager",
    "contextual_info": {"plugin_id": "plugin-FETCH"},
}  # fmt: skip


class Services(NamedTuple):
    """Started services."""

    ports: dict[str, int]
    """By the tap's word for each."""
    stored: PlainService
    """What reached Librarian."""


@contextmanager
def start_services() -> Iterator[Services]:
    """All four, on free ports."""
    with ExitStack() as stack:
        plain = {kind: PlainService() for kind in ("librarian", "brain", "capabilitiesmanager")}
        for service in plain.values():
            stack.callback(service.close)
        plain["librarian"].reply = lambda *_: _json(200, {"status": "Data stored", "id": None})
        plain["brain"].reply = BrainOfTwoMinds()
        plain["capabilitiesmanager"].reply = lambda *_: _json(500, [_failed_output()])
        office = stack.enter_context(_start_postoffice())
        yield Services(
            {**{kind: service.port for kind, service in plain.items()}, "postoffice": office}, plain["librarian"]
        )


def _json(status: int, value: Any) -> Reply:
    return Reply(status, json.dumps(value).encode())


def _failed_output() -> dict[str, Any]:
    return {"success": False, "name": FAILURE["error_code"], "resultType": "error", "result": FAILURE,
            "resultDescription": "The harbour is closed", "error": "The harbour is closed"}  # fmt: skip


class BrainOfTwoMinds:
    """No model is there at the first time, one is at the second."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, _method: str, _path: str, _body: bytes) -> Reply:
        self.asked += 1
        if self.asked == 1:
            return _json(503, {"error": "No model is available", "requestId": "r-1"})
        answer = {"result": "Go by boat", "confidence": 0.9, "model": "small-model", "requestId": f"r-{self.asked}"}
        return _json(200, answer)


class PostOffice:
    """Takes questions and answers; a socket is sent the frames that wait for it."""

    def __init__(self) -> None:
        self.frames: list[str] = []

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            await self._talk(receive, send)
        elif scope["type"] == "http":
            body = b""
            while True:
                message = await receive()
                body += message.get("body", b"")
                if not message.get("more_body"):
                    break
            answer = self._answer(scope["path"], json.loads(body or b"{}"))
            head = [(b"content-type", b"application/json")]
            await send({"type": "http.response.start", "status": 200, "headers": head})
            await send({"type": "http.response.body", "body": json.dumps(answer).encode()})

    def _answer(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        if path == "/sendUserInputRequest":
            return {"request_id": f"question of {body['missionId']}"}
        if path == "/broadcast":
            self.frames.append(json.dumps(body))
        return {"status": "ok"}

    async def _talk(self, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        for frame in self.frames:
            await send({"type": "websocket.send", "text": frame})
        await send({"type": "websocket.close"})


@contextmanager
def _start_postoffice() -> Iterator[int]:
    port = find_free_port()
    # Compression off, as the library that stage7 takes has it.
    config = uvicorn.Config(PostOffice(), port=port, log_level="critical", lifespan="off", ws_per_message_deflate=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_until(lambda: server.started)
    yield port
    server.should_exit = True
    thread.join(20)
