"""A story in the words of its scenario: agents, steps, model calls, tool runs, requests to other services."""

import contextlib
import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

from demo.conversation import Call, Conversation, Message, ToolCall, estimate_tokens
from demo.dialects import Dialect, to_json
from demo.records import CLIENT, INTERNAL, SERVER, Scope, Service, Span
from demo.trace_builder import Failure, TraceBuilder, dotted

HTTP_SCOPE = Scope("opentelemetry.instrumentation.httpx", "0.60b0")


@dataclasses.dataclass(slots=True)
class ToolRun:
    """What a tool run gives in the end."""

    span: Span
    result: Any = ""
    error: str = ""


class Story(TraceBuilder):
    """One mission being told, in the convention `dialect`."""

    def __init__(self, *, slug: str, name: str, goal: str, seed: int, start_ns: int, dialect: Dialect) -> None:
        super().__init__(slug=slug, name=name, goal=goal, seed=seed, start_ns=start_ns)
        self.dialect = dialect

    @contextlib.contextmanager
    def agent(self, name: str, description: str, *, service: Service | None = None) -> Iterator[Span]:
        """An agent at work."""
        named = self.dialect.agent(name, description)
        scope = self.dialect.scope
        with self.span(named.name, service=service, attributes=named.attributes, agent_name=name, scope=scope) as span:
            yield span

    @contextlib.contextmanager
    def step(self, step_id: str, title: str) -> Iterator[Span]:
        """A step of the mission's plan."""
        attributes = {"missionscope.span.kind": "STEP", "missionscope.step.name": title}
        with self.span(title, attributes=attributes, step_id=step_id) as span:
            yield span

    def chat(
        self,
        talk: Conversation,
        *,
        seconds: float,
        says: str = "",
        asks: Sequence[tuple[str, dict[str, Any]]] = (),
        thinks: str = "",
        cached: float = 0.0,
        first_token: float | None = None,
        fails: Failure | None = None,
    ) -> list[ToolCall]:
        """A model call with everything said so far; gives the tool calls it asks for. `cached`: share of the input."""
        calls = tuple(ToolCall(f"call_{self.hex(6)}", name, arguments) for name, arguments in asks)
        reply = None if fails else Message("assistant", says, thinks, calls)
        call = self._finished_call(talk, reply, cached, first_token)
        named = self.dialect.chat(call, self.agent_name)
        with self.span(named.name, kind=CLIENT, attributes=named.attributes, scope=self.dialect.scope):
            self.wait(seconds)
            if fails:
                raise fails
        if reply is not None:
            talk.messages.append(reply)
        return list(calls)

    def _finished_call(
        self, talk: Conversation, reply: Message | None, cached: float, first_token: float | None
    ) -> Call:
        sent = talk.input_tokens
        return Call(
            model=talk.model,
            system=talk.system,
            tools=talk.tools,
            sent=tuple(talk.messages),
            parameters=talk.parameters,
            reply=reply,
            response_id=f"resp_{self.hex(8)}",
            finish_reason="tool_calls" if reply and reply.calls else "stop",
            input_tokens=sent,
            cached_tokens=int(sent * cached) // 64 * 64,
            output_tokens=reply.size if reply else 0,
            reasoning_tokens=estimate_tokens(reply.reasoning) if reply else 0,
            first_token_s=first_token,
        )

    @contextlib.contextmanager
    def running(self, talk: Conversation, call: ToolCall) -> Iterator["ToolRun"]:
        """A tool run with other work inside it; set `result` (or `error`) before it ends."""
        named = self.dialect.tool(call, self.agent_name)
        with self.span(named.name, attributes=named.attributes, scope=self.dialect.scope) as span:
            run = ToolRun(span)
            yield run
            if span.stays_open:
                return
            answer = to_json(run.result)
            span.attributes |= self.dialect.tool_result(answer)
            if run.error:
                span.fail(run.error, answer)
            talk.messages.append(Message("tool", answer, answers=call.id))

    def tool(self, talk: Conversation, call: ToolCall, result: Any, *, seconds: float, error: str = "") -> None:
        """A tool run that takes some time and returns `result` to the conversation."""
        with self.running(talk, call) as run:
            self.wait(seconds)
            run.result, run.error = result, error

    @contextlib.contextmanager
    def http(
        self, method: str, url: str, *, to: Service, route: str = "", status: int = 200, latency: float = 0.004
    ) -> Iterator[Span]:
        """A request to another service: a CLIENT span here, a SERVER span there, and what happens there inside."""
        path = route or ("/" + url.split("/", 3)[3] if url.count("/") > 2 else url)
        sent = {"http.request.method": method, "url.full": url, "http.response.status_code": status}
        taken = {"http.request.method": method, "http.route": path.split("?")[0], "http.response.status_code": status}
        with self.span(method, kind=CLIENT, attributes=sent, scope=HTTP_SCOPE) as client:
            self.wait(latency)
            with self.span(
                f"{method} {path.split('?')[0]}", service=to, kind=SERVER, attributes=taken, scope=HTTP_SCOPE
            ) as span:
                yield span
            self.wait(latency)
            if status >= 400:
                client.fail(str(status), f"{method} {url} answered {status}")
                if status >= 500:
                    span.fail(str(status), "")

    def work(self, name: str, *, seconds: float, kind: int = INTERNAL, **attributes: Any) -> Span:
        """A plain span: a query, a file, a computation. `db__system__name` is written `db.system.name`."""
        with self.span(name, kind=kind, attributes=dotted(attributes)) as span:
            self.wait(seconds)
        return span
