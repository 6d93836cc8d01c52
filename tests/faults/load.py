"""Load with a ledger: recorded missions many times over, sent by the shared tool, and what was acknowledged."""

import json
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from tests.faults.machine import Machine, SpanIdentity

SOURCES = ("tau2", "whoandwhen", "taubench", "cassettes", "sweagent")
"""Recordings in which a span id stands for one span. (Zipkin's client and server share theirs.)"""
TRIES = 12
ANSWERS_S = 180.0

Message = dict[str, Any]
RequestName = tuple[str, tuple[str, ...]]
"""How the ledger names a request: the trace id of its first span and the ids of all its spans."""


class Workload(NamedTuple):
    """Requests on disk, one a line, and the spans of each."""

    tool: Path
    file: Path
    requests: dict[RequestName, frozenset[SpanIdentity]]

    @property
    def spans(self) -> set[SpanIdentity]:
        """All of them."""
        return {span for spans in self.requests.values() for span in spans}

    def read_acknowledged(self, *ledgers: Path) -> set[SpanIdentity]:
        """The spans of all requests that were answered 200."""
        found: set[SpanIdentity] = set()
        for ledger in ledgers:
            for line in ledger.read_text().splitlines() if ledger.exists() else []:
                entry = json.loads(line)
                assert entry["rejected"] == 0, line
                found |= self.requests[entry["trace"], tuple(entry["spans"])]
        return found


class Sender:
    """The shared tool in a process of its own."""

    def __init__(self, machine: Machine, workload: Workload, ledger: Path, *options: str) -> None:
        self.ledger = ledger
        self.process = subprocess.Popen(
            [sys.executable, str(workload.tool), f"{machine.url}/v1/traces", str(workload.file),
             "--ledger", str(ledger), "--header", f"Authorization:Bearer {machine.key}", "--tries", str(TRIES),
             *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )  # fmt: skip

    def is_sending(self) -> bool:
        """Is there still something to send?"""
        return self.process.poll() is None

    def count_acknowledged(self) -> int:
        """Requests answered 200 by now."""
        return self.ledger.read_bytes().count(b"\n") if self.ledger.exists() else 0

    def wait_for_answers(self, count: int) -> None:
        """Return when so many more requests have been acknowledged, or all is sent."""
        wanted, deadline = self.count_acknowledged() + count, time.monotonic() + ANSWERS_S
        while self.is_sending() and self.count_acknowledged() < wanted:
            assert time.monotonic() < deadline, "the load is not being answered"
            time.sleep(0.005)

    def finish(self, timeout_s: float = 600.0) -> Message:
        """Wait until all is sent; what the tool counted."""
        output, _ = self.process.communicate(timeout=timeout_s)
        text = output.decode()
        assert text.startswith("{"), text[-2000:]
        totals: Message = json.loads(text)
        return totals

    def end(self) -> None:
        """Stop sending."""
        self.process.kill()
        self.process.communicate()


def write_workload(shared_data: Path, file: Path, *, copies: int, size: int) -> Workload:
    """Recorded missions, each `copies` times under other trace ids, cut to requests of at most `size` spans."""
    return _write(
        shared_data, file, (piece for mission in _missions(shared_data, copies) for piece in _pieces(mission, size))
    )


def write_large_workload(shared_data: Path, file: Path, *, bytes_each: int) -> Workload:
    """The same missions, gathered to requests of at least so many bytes."""
    return _write(shared_data, file, _gathered(_missions(shared_data, 1), bytes_each))


def _write(shared_data: Path, file: Path, requests: Iterable[Message]) -> Workload:
    named = {}
    with file.open("w", encoding="utf-8") as lines:
        for request in requests:
            spans = list_spans(request)
            named[_name(spans)] = frozenset(identify(span) for span in spans)
            lines.write(_encode(request) + "\n")
    return Workload(shared_data / "tools" / "post_otlp.py", file, named)


def list_spans(request: Message) -> list[Message]:
    """The spans of a request, in its order."""
    return [span for block in request["resourceSpans"] for group in block["scopeSpans"] for span in group["spans"]]


def identify(span: Message) -> SpanIdentity:
    """What makes this span one and the same."""
    return SpanIdentity(span["traceId"].lower(), span["spanId"].lower())


def _name(spans: list[Message]) -> RequestName:
    return spans[0]["traceId"], tuple(span["spanId"] for span in spans)


def _encode(request: Message) -> str:
    return json.dumps(request, ensure_ascii=False, separators=(",", ":"))


def _missions(shared_data: Path, copies: int) -> Iterable[Message]:
    for source in SOURCES:
        text = (shared_data / "data" / "otlp" / f"{source}.jsonl").read_text(encoding="utf-8")
        for copy in range(copies):
            for line in text.splitlines():
                yield _renamed(json.loads(line), copy)


def _renamed(request: Message, copy: int) -> Message:
    for span in list_spans(request):
        span["traceId"] = f"{int(span['traceId'], 16) ^ copy << 64:032x}"
    return request


def _pieces(request: Message, size: int) -> Iterable[Message]:
    for block in request["resourceSpans"]:
        for group in block["scopeSpans"]:
            for at in range(0, len(group["spans"]), size):
                piece = {**group, "spans": group["spans"][at : at + size]}
                yield {"resourceSpans": [{**block, "scopeSpans": [piece]}]}


def _gathered(requests: Iterable[Message], bytes_each: int) -> Iterable[Message]:
    blocks: list[Message] = []
    size = 0
    for request in requests:
        blocks += request["resourceSpans"]
        size += len(_encode(request))
        if size >= bytes_each:
            yield {"resourceSpans": blocks}
            blocks, size = [], 0
    if blocks:
        yield {"resourceSpans": blocks}
