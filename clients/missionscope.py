"""Sends what an agent program does to MissionScope, in the background. One file, standard library, Python 3.9 or newer.

    import missionscope                        # reads MISSIONSCOPE_URL and MISSIONSCOPE_KEY
    missionscope.mission("m-1", name="Write the weekly report")
    missionscope.llm_call(mission_id="m-1", id="call-1", model="gpt-4o", input_messages=messages, start_ns=began)
    missionscope.llm_call(mission_id="m-1", id="call-1", output_messages=reply, end_ns=missionscope.now_ns())

Without these two variables every function does nothing. No function raises or waits for the network. What does not fit
the queue is left out, counted (`dropped_count`) and told to MissionScope. All fields: GET /api/v1/ingest/schema.
"""

from __future__ import annotations

import atexit
import gzip
import json
import logging
import os
import random
import threading
import time
import urllib.error
import urllib.request
import weakref
from collections import deque
from typing import Any

__all__ = [
    "Client", "agent", "close", "configure", "error", "flush", "human_request", "llm_attempt", "llm_call", "log",
    "mission", "now_ns", "plan_revision", "record", "snapshot", "snapshot_patch", "span", "stage7", "step", "step_edge",
    "tool_call",
]  # fmt: skip

log_of_client = logging.getLogger("missionscope")

NATIVE_PATH = "/api/v1/ingest"
STAGE7_PATH = "/api/v1/stage7/"
BATCH_RECORDS = 500
BATCH_BYTES = 4 << 20
ANSWER_BYTES = 1 << 20
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
TOO_LARGE = 413
WORK = frozenset({"span", "llm_call", "llm_attempt", "tool_call"})
"""Records that tell their own beginning and end; the others get the time at which they were made."""

Entry = tuple[str, bytes]
"""Path and one line of JSON."""


def now_ns() -> int:
    """The time in nanoseconds since 1970, as records want it."""
    return time.time_ns()


class Client:
    """A bounded queue and one background thread that empties it. Safe to use from any thread, and after a fork."""

    def __init__(
        self,
        url: str | None = None,
        key: str | None = None,
        *,
        service_name: str | None = None,
        flush_every_s: float = 1.0,
        timeout_s: float = 5.0,
        exit_timeout_s: float = 3.0,
        most_records: int = 10_000,
        most_bytes: int = 64 << 20,
    ) -> None:
        """Unset arguments come from MISSIONSCOPE_URL, MISSIONSCOPE_KEY and MISSIONSCOPE_SERVICE."""
        self.url = (os.environ.get("MISSIONSCOPE_URL", "") if url is None else url).rstrip("/")
        self.key = os.environ.get("MISSIONSCOPE_KEY", "") if key is None else key
        self.service_name = os.environ.get("MISSIONSCOPE_SERVICE") if service_name is None else service_name
        self.is_enabled = bool(self.url and self.key)
        self.dropped_count = 0
        """Records that were left out: the queue was full, or they could not be sent or written as JSON."""
        self.rejected_count = 0
        """Records that MissionScope refused; the logger `missionscope` says why."""
        self._flush_every_s, self._timeout_s, self._exit_timeout_s = flush_every_s, timeout_s, exit_timeout_s
        self._most_records, self._most_bytes = most_records, most_bytes
        self._begin()
        if self.is_enabled:
            _clients.add(self)

    def record(self, type_: str, **fields: Any) -> None:
        """A typed record; fields that are None are left out."""
        if not self.is_enabled:
            return
        whole: dict[str, Any] = {"type": type_, "service_name": self.service_name, **fields}
        if type_ not in WORK and whole.get("time_ns") is None:
            whole["time_ns"] = now_ns()
        self._put(NATIVE_PATH, {name: value for name, value in whole.items() if value is not None})

    def stage7(self, door: str, item: Any) -> None:
        """An object in stage7's own shape. `door`: storeData, statistics, brain, plugins or messages."""
        if self.is_enabled:
            self._put(STAGE7_PATH + str(door), item)

    def flush(self, timeout_s: float = 5.0) -> bool:
        """Wait until all is sent, at most so long; whether it is. The one function that waits."""
        deadline = time.monotonic() + timeout_s
        with self._changed:
            self._hurry = True
            self._now.set()
            self._changed.notify_all()
            while self._queue or self._sending:
                left = deadline - time.monotonic()
                if left <= 0 or self._thread is None or not self._thread.is_alive():
                    return False
                self._changed.wait(left)
        return True

    def close(self, timeout_s: float | None = None) -> bool:
        """Send what waits, and end. Called at the end of the process."""
        self._closing = True
        is_sent = self.flush(self._exit_timeout_s if timeout_s is None else timeout_s)
        self.is_enabled = False
        return is_sent

    def _begin(self) -> None:
        self._changed = threading.Condition()
        self._now = threading.Event()
        self._queue: deque[Entry] = deque()
        self._queued_bytes = 0
        self._sending = 0
        self._untold = 0
        self._hurry = self._closing = False
        self._thread: threading.Thread | None = None

    def _put(self, path: str, item: Any) -> None:
        try:
            line = _encode(item)
            with self._changed:
                is_full = len(self._queue) >= self._most_records or self._queued_bytes + len(line) > self._most_bytes
                if is_full:
                    self._drop(1)
                    return
                was_empty = not self._queue
                self._queue.append((path, line))
                self._queued_bytes += len(line)
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="missionscope", daemon=True)
                    self._thread.start()
                if was_empty or len(self._queue) >= BATCH_RECORDS:
                    self._changed.notify_all()
        except Exception as failure:  # the program that is watched must not notice
            self._drop(1)
            log_of_client.debug("a record was left out: %s", type(failure).__name__)

    def _drop(self, count: int) -> None:
        self.dropped_count += count
        self._untold += count

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._queue or not (self._hurry or len(self._queue) >= BATCH_RECORDS):
                    if not self._changed.wait(self._flush_every_s if self._queue else None) and self._queue:
                        break
                path, lines = self._take()
            try:
                self._deliver(path, lines)
            except Exception as failure:  # the thread must live on
                self._lose(len(lines), type(failure).__name__)
            with self._changed:
                self._sending = 0
                if not self._queue:
                    self._hurry = False
                self._changed.notify_all()

    def _take(self) -> tuple[str, list[bytes]]:
        """The next lines for one path; the first alone may be larger than a batch."""
        path, size = self._queue[0][0], 0
        lines: list[bytes] = []
        while self._queue and self._queue[0][0] == path and len(lines) < BATCH_RECORDS:
            if lines and size + len(self._queue[0][1]) > BATCH_BYTES:
                break
            line = self._queue.popleft()[1]
            size += len(line)
            lines.append(line)
        self._queued_bytes -= size
        self._sending = len(lines)
        if self._untold and path == NATIVE_PATH:
            lines.append(_encode(self._tell()))
        return path, lines

    def _tell(self) -> dict[str, Any]:
        body = f"The sender left out {self._untold} record(s): more came than could be sent."
        self._untold = 0
        service = {"service_name": self.service_name} if self.service_name else {}
        return {"type": "log", "severity": "warn", "body": body, "time_ns": now_ns(), **service}

    def _deliver(self, path: str, lines: list[bytes]) -> None:
        """Send until it is taken or refused for good."""
        pause_s = FIRST_PAUSE_S
        while True:
            status, retry_after_s = self._post(path, gzip.compress(b"\n".join(lines), 1))
            if status == TOO_LARGE and len(lines) > 1:
                half = len(lines) // 2
                self._deliver(path, lines[:half])
                self._deliver(path, lines[half:])
                return
            if status is not None and status not in TRY_AGAIN:
                if status >= 300:
                    self._lose(len(lines), f"status {status}")
                return
            wait_s = max(retry_after_s, pause_s * random.uniform(0.7, 1.3))  # noqa: S311
            if self._closing:  # the process waits for the end
                wait_s = min(wait_s, self._exit_timeout_s / 4)
            self._now.wait(min(wait_s, LONGEST_PAUSE_S))
            self._now.clear()
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    def _post(self, path: str, body: bytes) -> tuple[int | None, float]:
        """Status (None: no answer) and how many seconds the server asks to wait."""
        headers = {
            "Authorization": f"Bearer {self.key}",
            "Content-Type": "application/x-ndjson",
            "Content-Encoding": "gzip",
        }
        request = urllib.request.Request(self.url + path, data=body, headers=headers, method="POST")  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=self._timeout_s) as answer:  # noqa: S310
                self._read_answer(answer.read(ANSWER_BYTES))
                return answer.status, 0.0
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, _read_seconds(refusal.headers.get("Retry-After"))
        except Exception as failure:
            log_of_client.debug("no answer from %s: %s", self.url, type(failure).__name__)
            return None, 0.0

    def _read_answer(self, body: bytes) -> None:
        """Tell the developer which records were refused, and why."""
        try:
            rejected = json.loads(body)["rejected"]
        except (ValueError, KeyError, TypeError):
            return
        if rejected:
            self.rejected_count += len(rejected)
            log_of_client.warning("%s record(s) were refused, e.g.: %s", len(rejected), rejected[0].get("detail"))

    def _lose(self, count: int, reason: str) -> None:
        with self._changed:
            self._drop(count)
        log_of_client.warning("%s record(s) were not taken: %s", count, reason)


def _encode(item: Any) -> bytes:
    """One line of JSON. What JSON cannot hold is written as text."""
    try:
        return json.dumps(item, default=_as_plain, separators=(",", ":")).encode("utf-8", "replace")
    except (TypeError, ValueError, RecursionError):
        return json.dumps(_shallow(item)).encode("utf-8", "replace")


def _as_plain(value: Any) -> Any:
    if isinstance(value, (set, frozenset, tuple, deque)):
        return list(value)
    for name in ("model_dump", "to_dict", "_asdict", "dict"):
        method = getattr(value, name, None)
        if callable(method) and not isinstance(value, type):
            return method()
    return repr(value)[:10_000]


def _shallow(item: Any) -> Any:
    """A record that is circular or has odd keys: its own fields as text, so that something of it is seen."""
    if not isinstance(item, dict):
        return {"text": repr(item)[:10_000]}
    plain = (str, int, float, bool, type(None))
    return {str(name): value if isinstance(value, plain) else repr(value)[:10_000] for name, value in item.items()}


def _read_seconds(text: str | None) -> float:
    return float(text) if text and text.strip().isdigit() else 0.0


_clients: weakref.WeakSet[Client] = weakref.WeakSet()
_default: Client | None = None
_lock = threading.Lock()


def configure(url: str | None = None, key: str | None = None, **options: Any) -> Client:
    """Make the client that the functions below use; what it had before is sent first. Options are Client's."""
    global _default
    with _lock:
        before, _default = _default, Client(url, key, **options)
    if before is not None:
        before.close()
    return _default


def _client() -> Client:
    global _default
    if _default is None:
        with _lock:
            if _default is None:
                _default = Client()
    return _default


def record(type_: str, **fields: Any) -> None:
    """A record of any type."""
    _client().record(type_, **fields)


def mission(mission_id: Any, **fields: Any) -> None:
    """What is known of a mission now: name, goal, status, user_id."""
    record("mission", mission_id=mission_id, **fields)


def agent(agent_id: Any, **fields: Any) -> None:
    """What is known of an agent now: mission_id, agent_name, role, status, parent_agent_id."""
    record("agent", agent_id=agent_id, **fields)


def step(step_id: Any, **fields: Any) -> None:
    """What is known of a step now: mission_id, agent_id, verb, description, status, dependencies, inputs, result."""
    record("step", step_id=step_id, **fields)


def step_edge(source_step_id: Any, target_step_id: Any, **fields: Any) -> None:
    """A connection of two steps: mission_id, kind, output_name, input_name."""
    record("step_edge", source_step_id=source_step_id, target_step_id=target_step_id, **fields)


def plan_revision(plan: Any, **fields: Any) -> None:
    """A plan at one stage: mission_id, agent_id, step_id, stage, errors, warnings, transformations."""
    record("plan_revision", plan=plan, **fields)


def llm_call(**fields: Any) -> None:
    """A model call, or its start or end: mission_id, id, model, input_messages, output_messages, input_tokens ..."""
    record("llm_call", **fields)


def llm_attempt(**fields: Any) -> None:
    """One try at a model call: call_id, attempt, and what a model call has."""
    record("llm_attempt", **fields)


def tool_call(tool_name: str | None = None, **fields: Any) -> None:
    """A run of a tool, or its start or end: mission_id, id, tool_call_id, arguments, result, error."""
    record("tool_call", tool_name=tool_name, **fields)


def span(name: str | None = None, **fields: Any) -> None:
    """Any other work, or its start or end: mission_id, id, parent_id, kind, start_ns, end_ns, error."""
    record("span", name=name, **fields)


def snapshot(state: Any, **fields: Any) -> None:
    """The whole state of an agent now: mission_id, agent_name, step_id."""
    record("snapshot", state=state, **fields)


def snapshot_patch(operations: Any, **fields: Any) -> None:
    """What changed in it, as RFC 6902 operations."""
    record("snapshot_patch", operations=operations, **fields)


def log(body: Any, **fields: Any) -> None:
    """A log line: mission_id, severity, parent_id."""
    record("log", body=body, **fields)


def error(message: Any, **fields: Any) -> None:
    """Something that went wrong: mission_id, error_type, stacktrace, parent_id."""
    record("error", message=str(message), **fields)


def human_request(id: Any, **fields: Any) -> None:
    """A question to a person, or its answer: mission_id, step_id, question, answer, asked_ns, answered_ns."""
    record("human_request", id=id, **fields)


def stage7(door: str, item: Any) -> None:
    """An object in stage7's own shape; see Client.stage7."""
    _client().stage7(door, item)


def flush(timeout_s: float = 5.0) -> bool:
    """Wait until all is sent, at most so long; whether it is."""
    return _client().flush(timeout_s)


def close(timeout_s: float | None = None) -> bool:
    """Send what waits, and end."""
    return _client().close(timeout_s)


def _close_all() -> None:
    for client in list(_clients):
        client.close()


def _begin_again() -> None:
    """In a forked child: the thread is not there, and what waits is the parent's to send."""
    global _lock
    _lock = threading.Lock()
    for client in list(_clients):
        client._begin()


atexit.register(_close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_again)
