"""Traces built against a moving clock: spans, events, log records and state, one after another.

The same slug, seed and start give the same bytes. Inside a `with`, what follows belongs to that span; its service,
agent and step are inherited by what it holds.
"""

import contextlib
import dataclasses
import json
import random
from collections.abc import Iterator
from typing import Any

from demo.records import INTERNAL, SERVER, Attributes, Event, Link, Log, Scope, Service, Span

SECOND_NS = 1_000_000_000
OWN_SCOPE = Scope("missionscope.sdk", "1.0.0")


class Failure(Exception):
    """An error in the story: ends every span it passes, as an exception in a real program does."""

    def __init__(self, error_type: str, message: str, stacktrace: str = "") -> None:
        super().__init__(message)
        self.error_type, self.message, self.stacktrace = error_type, message, stacktrace


@dataclasses.dataclass(slots=True)
class _Frame:
    span: Span
    agent_name: str
    step_id: str


class TraceBuilder:
    """One mission's records. `spans` and `logs` hold what has been built so far."""

    def __init__(self, *, slug: str, name: str, goal: str, seed: int, start_ns: int) -> None:
        self.random = random.Random(f"{slug}/{seed}")  # noqa: S311 (repeatable, guards nothing)
        self.mission_id = f"{slug.replace('_', '-')}-{self.hex(3)}"
        self.name, self.goal = name, goal
        self.start_ns = self.now_ns = start_ns
        self.spans: list[Span] = []
        self.logs: list[Log] = []
        self._stack: list[_Frame] = []
        self._trace_id = b""
        self.marks_every_record = True
        """False: only the root of each trace names the mission."""

    def hex(self, size: int) -> str:
        """A random identifier of `size` bytes, hexadecimal."""
        return self.random.randbytes(size).hex()

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now_ns += round(seconds * SECOND_NS * self.random.uniform(0.985, 1.015))

    @property
    def here(self) -> Span:
        """The innermost open span."""
        return self._stack[-1].span

    @property
    def agent_name(self) -> str:
        """Who is at work; empty outside an agent."""
        return self._stack[-1].agent_name if self._stack else ""

    # Spans

    @contextlib.contextmanager
    def trace(self, name: str, service: Service, *, kind: int = SERVER, **attributes: Any) -> Iterator[Span]:
        """A new trace with its root span. A mission may have several."""
        outer, self._stack, outer_id = self._stack, [], self._trace_id
        self._trace_id = self.random.randbytes(16)
        own = {"missionscope.mission.name": self.name, "missionscope.mission.goal": self.goal}
        own["missionscope.mission.id"] = self.mission_id
        try:
            with self.span(name, service=service, kind=kind, attributes=own | dotted(attributes)) as span:
                yield span
        finally:
            self._stack, self._trace_id = outer, outer_id

    @contextlib.contextmanager
    def span(
        self,
        name: str,
        *,
        service: Service | None = None,
        kind: int = INTERNAL,
        attributes: Attributes | None = None,
        agent_name: str = "",
        step_id: str = "",
        scope: Scope = OWN_SCOPE,
    ) -> Iterator[Span]:
        """A span around what follows. A `Failure` inside marks it failed and goes on outwards."""
        above = self._stack[-1] if self._stack else None
        span = Span(
            trace_id=self._trace_id,
            span_id=self.random.randbytes(8),
            parent_span_id=above.span.span_id if above else b"",
            name=name,
            kind=kind,
            service=service or (above.span.service if above else Service("agents", "1.0.0")),
            scope=scope,
            start_ns=self.now_ns,
            attributes=dict(attributes or {}),
        )
        frame = _Frame(
            span, agent_name or (above.agent_name if above else ""), step_id or (above.step_id if above else "")
        )
        span.attributes |= self._belonging(frame)
        self.spans.append(span)
        self._stack.append(frame)
        try:
            yield span
        except Failure as failure:
            self._record_failure(span, failure)
            raise
        finally:
            self._stack.pop()
            if not span.stays_open:
                span.end_ns = max(self.now_ns, span.start_ns)

    def _record_failure(self, span: Span, failure: Failure) -> None:
        if span.status_code == 2:
            return
        span.fail(failure.error_type, failure.message)
        details = {"exception.type": failure.error_type, "exception.message": failure.message}
        if failure.stacktrace:
            details["exception.stacktrace"] = failure.stacktrace
        span.events.append(Event(self.now_ns, "exception", details))

    def _belonging(self, frame: _Frame) -> Attributes:
        found: Attributes = {"missionscope.mission.id": self.mission_id} if self.marks_every_record else {}
        if frame.agent_name:
            found["missionscope.agent.name"] = frame.agent_name
        if frame.step_id:
            found["missionscope.step.id"] = frame.step_id
        return found

    def leave_open(self) -> None:
        """Nobody ever ends the spans that are open now."""
        for frame in self._stack:
            frame.span.stays_open = True

    @contextlib.contextmanager
    def branches(self) -> Iterator["Branches"]:
        """Work done at the same time: each `branch()` inside begins at the same moment."""
        branches = Branches(self)
        yield branches
        self.now_ns = branches.latest_ns

    # What is noted beside the spans

    def log(self, severity: str, body: str, *, event_name: str = "", **attributes: Any) -> None:
        """A log record of the innermost open span."""
        frame = self._stack[-1]
        span, found = frame.span, dotted(attributes) | self._belonging(frame)
        self.logs.append(Log(self.now_ns, severity, body, span.service, span.trace_id, span.span_id, found, event_name))

    def event(self, name: str, **attributes: Any) -> None:
        """An event of the innermost open span."""
        self.here.events.append(Event(self.now_ns, name, dotted(attributes)))

    def state(self, state: dict[str, Any], *, as_log: bool = False) -> None:
        """The whole state of the agent at this moment."""
        self._note_state("missionscope.state.snapshot", state, as_log)

    def patch(self, *operations: tuple[str, str, Any], as_log: bool = False) -> None:
        """What changed in the agent's state since: (operation, JSON pointer, value) of RFC 6902."""
        changes = [
            {"op": op, "path": path} | ({} if op == "remove" else {"value": value}) for op, path, value in operations
        ]
        self._note_state("missionscope.state.patch", changes, as_log)

    def _note_state(self, name: str, value: Any, as_log: bool) -> None:
        frame = self._stack[-1]
        text = json.dumps(value, ensure_ascii=False)
        if as_log:
            span = frame.span
            found = self._belonging(frame)
            self.logs.append(Log(self.now_ns, "INFO", text, span.service, span.trace_id, span.span_id, found, name))
        else:
            agent = {"missionscope.agent.name": frame.agent_name}
            self.here.events.append(Event(self.now_ns, name, {name: text} | agent))

    def link(self, target: Span, **attributes: Any) -> None:
        """A link from the innermost open span to another one."""
        self.here.links.append(Link(target.trace_id, target.span_id, dotted(attributes)))


class Branches:
    """Pieces of work that begin together."""

    def __init__(self, builder: TraceBuilder) -> None:
        self._builder = builder
        self._begun_ns = self.latest_ns = builder.now_ns

    @contextlib.contextmanager
    def branch(self, *, after: float = 0.0) -> Iterator[None]:
        """One piece of work, begun `after` seconds."""
        self._builder.now_ns = self._begun_ns + round(after * SECOND_NS)
        try:
            yield
        finally:
            self.latest_ns = max(self.latest_ns, self._builder.now_ns)


def dotted(attributes: Attributes) -> Attributes:
    return {name.replace("__", "."): value for name, value in attributes.items()}
