"""OTLP requests with secrets in every place that can hold a text."""

import base64
import json
import re
from collections.abc import Callable
from typing import Any

from tests.blackbox.wire import JSON, Message, attribute, log, new_span_id, new_trace_id, span, text
from tests.leaks.planting import Planter

MISSION = "leaks"
Plant = Callable[[str], str]
"""A place's name to its text."""


class Maker:
    """Makes requests; every text in them is new, so that a leak tells its place and its way in."""

    def __init__(self, planter: Planter, way: str, encoding: str) -> None:
        self._planter, self._way, self._encoding = planter, way, encoding

    def plant(self, place: str, *kinds: str) -> str:
        """A text for a place of a request of this way in."""
        return self._planter.text(f"{self._way} {place}", *kinds)

    def traces(self) -> Message:
        """A trace whose spans hold secrets wherever a span can."""
        trace = new_trace_id()
        spans = [
            self._everywhere(trace),
            self._model_call(trace),
            self._tool_run(trace),
            self._repaired(trace),
            self._question(trace),
        ]
        spans += self._refused(trace)
        return {"resourceSpans": [self._source() | {"scopeSpans": [self._scope() | {"spans": spans}]}]}

    def logs(self) -> Message:
        """Log records that hold secrets wherever they can."""
        records = [
            log(
                body=text(self.plant("log body")),
                severityText=self.plant("severity text"),
                eventName=self.plant("log event name"),
                attributes=self._attributes("log"),
                traceId=new_trace_id(),
            ),
            log(body=_map({"message": self.plant("log map"), "nested": {"deep": [self.plant("log deep")]}})),
            log(body={"bytesValue": _base64(self.plant("log bytes"))}),
            log(timeUnixNano=str(2**63), body=text(self._planter.one(f"{self._way} refused log", "google"))),
        ]
        if self._encoding == JSON:  # in protobuf an id is bytes and is shown as digits
            secret = self._planter.one(f"{self._way} log trace id", "github")
            records.append(log(body=text("beside a wrong id"), traceId=secret))
        return {"resourceLogs": [self._source() | {"scopeLogs": [self._scope() | {"logRecords": records}]}]}

    def _source(self) -> Message:
        attributes = [
            attribute("mission.id", MISSION),
            attribute("service.name", self.plant("service name")),
            attribute("process.command_line", self.plant("resource attribute")),
            attribute(self.plant("resource attribute name"), "x"),
        ]
        return {"resource": {"attributes": attributes}, "schemaUrl": self.plant("schema url", "url token", "email")}

    def _scope(self) -> Message:
        scope = {
            "name": self.plant("scope name"),
            "version": self.plant("scope version"),
            "attributes": [attribute("note", self.plant("scope attribute"))],
        }
        return {"scope": scope, "schemaUrl": self.plant("scope schema url")}

    def _everywhere(self, trace: str) -> Message:
        stack = f'Traceback (most recent call last):\n  File "a.py", line 1, in f\n{self.plant("stack trace")}'
        error = [attribute("exception.type", "ValueError"), attribute("exception.message", self.plant("exception"))]
        events = [
            {"name": "exception", "attributes": [*error, attribute("exception.stacktrace", stack)]},
            {"name": self.plant("event name"), "attributes": self._attributes("event")},
            {
                "name": "missionscope.state.snapshot",
                "attributes": [attribute("missionscope.state", json.dumps({"seen": [self.plant("state")]}))],
            },
        ]
        link = {
            "traceId": new_trace_id(),
            "spanId": new_span_id(),
            "traceState": self.plant("link trace state"),
            "attributes": self._attributes("link"),
        }
        return span(
            traceId=trace,
            name=self.plant("span name"),
            traceState=self.plant("trace state"),
            status={"code": 2, "message": self.plant("status message")},
            attributes=[
                *self._attributes("span"),
                attribute("missionscope.mission.name", self.plant("mission name", "email", "anthropic", "phone")),
                attribute("gen_ai.agent.name", self.plant("agent name")),
                attribute("missionscope.step.id", self.plant("step")),
                attribute("error.type", self.plant("error type")),
            ],
            events=events,
            links=[link],
        )

    def _attributes(self, of: str) -> list[Message]:
        """One attribute of every shape a value can have."""
        inner = json.dumps({"note": self.plant(f"{of} JSON in a text")})
        written = json.dumps({"escaped": self.plant(f"{of} escaped", "password", "github", "email")})
        return [
            attribute("note", self.plant(f"{of} attribute")),
            attribute(self.plant(f"{of} attribute name"), "x"),
            attribute("list", {"arrayValue": {"values": [text(self.plant(f"{of} list")), {"boolValue": True}]}}),
            attribute("map", _map({"inner": {self.plant(f"{of} inner name"): [self.plant(f"{of} inner value")]}})),
            attribute("bytes", {"bytesValue": _base64(self.plant(f"{of} bytes"))}),
            attribute("json", inner),
            attribute("json.twice", json.dumps([json.dumps({"again": self.plant(f"{of} JSON twice")})])),
            attribute("json.escaped", _escaped(written)),
            attribute("baggage", f"user={self.plant(f'{of} baggage', 'url token', 'email', 'jwt')}"),
            attribute("url.full", self.plant(f"{of} URL", "url token", "url password")),
            attribute(
                "http.request.header.authorization",
                {"arrayValue": {"values": [text(self._bare(f"{of} header"))]}},
            ),
            attribute("api_key", self._bare(f"{of} named")),
            attribute("card_number", {"intValue": self._digits(f"{of} number")}),
        ]

    def _model_call(self, trace: str) -> Message:
        said = [{"role": "user", "parts": [{"type": "text", "content": self.plant("prompt")}]}]
        answered = [{"role": "assistant", "parts": [{"type": "text", "content": self.plant("reply")}]}]
        system = [{"type": "text", "content": self.plant("system")}]
        tools = [{"type": "function", "name": "look", "description": self.plant("tool definition")}]
        return span(
            traceId=trace,
            name="chat gpt-4o",
            attributes=[
                attribute("gen_ai.operation.name", "chat"),
                attribute("gen_ai.provider.name", "openai"),
                attribute("gen_ai.request.model", "gpt-4o"),
                attribute("gen_ai.system_instructions", json.dumps(system)),
                attribute("gen_ai.input.messages", json.dumps(said)),
                attribute("gen_ai.output.messages", json.dumps(answered)),
                attribute("gen_ai.tool.definitions", json.dumps(tools)),
            ],
        )

    def _tool_run(self, trace: str) -> Message:
        return span(
            traceId=trace,
            name="execute_tool look",
            attributes=[
                attribute("gen_ai.operation.name", "execute_tool"),
                attribute("gen_ai.tool.name", self.plant("tool name", "openai", "email")),
                attribute("gen_ai.tool.call.id", self.plant("tool call id", "aws", "ip")),
                attribute("gen_ai.tool.call.arguments", json.dumps({"q": self.plant("tool arguments")})),
                attribute("gen_ai.tool.call.result", json.dumps({"found": self.plant("tool result")})),
            ],
        )

    def _question(self, trace: str) -> Message:
        return span(
            traceId=trace,
            name="ask",
            attributes=[
                attribute("missionscope.span.kind", "HUMAN"),
                attribute("missionscope.human.question", self.plant("question")),
                attribute("missionscope.human.answer", self.plant("answer")),
            ],
        )

    def _repaired(self, trace: str) -> Message:
        """A span that is kept with repairs, which tell what came."""
        note = attribute("note", self._planter.one(f"{self._way} dropped link", "github"))
        link = {"traceId": "00ff", "spanId": "00ff", "attributes": [note]}
        return span(
            traceId=trace,
            name=f"\0{self.plant('repaired name')}",
            attributes=[attribute(f"\0{self.plant('repaired attribute name')}", f"\0{self.plant('repaired value')}")],
            links=[link],
        )

    def _refused(self, trace: str) -> list[Message]:
        """Spans that become rejections, each with other words in the part that the rejection shows."""
        places = ("name", "attributes", "status", "bytes", "names")
        return [
            span(traceId=trace, spanId="00" * 8, kind=1, **self._shown(place), startTimeUnixNano=str(2**63))
            for place in places
        ]

    def _shown(self, place: str) -> dict[str, Any]:
        short = self._planter.one
        where = f"{self._way} refused {place}"
        if place == "name":
            return {"name": f"{short(where, 'github')} {short(where, 'email')}"}
        if place == "attributes":
            return {"name": "a", "attributes": [attribute("a", short(where, "url token"))]}
        if place == "status":
            return {"name": "b", "status": {"message": short(where, "authorization")}}
        if place == "bytes":
            return {"name": "c", "attributes": [attribute("a", {"bytesValue": _base64(short(where, "stripe"))})]}
        return {"name": "d", "attributes": [attribute(short(where, "gitlab"), "x")]}

    def _bare(self, place: str) -> str:
        """A secret that only the name before it tells."""
        return self._planter.one(f"{self._way} {place}", "cookie").removeprefix("Cookie: sid=")

    def _digits(self, place: str) -> str:
        words = self._planter.one(f"{self._way} {place}", "card")
        return "".join(letter for letter in words if letter.isdigit())


def clear_text(request: Message) -> str:
    """Every text of a request with its disguises taken off."""
    waiting: list[Any] = [request]
    texts: list[str] = []
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            encoded = item.get("bytesValue")
            waiting += [*item, *item.values()] if encoded is None else [base64.b64decode(encoded).decode()]
        elif isinstance(item, list):
            waiting += item
        else:
            texts.append(re.sub(r"\\u00(..)", lambda found: chr(int(found[1], 16)), str(item)))
    return "\n".join(texts)


def _map(entries: dict[str, Any]) -> Message:
    return {"kvlistValue": {"values": [{"key": key, "value": _any(value)} for key, value in entries.items()]}}


def _any(value: Any) -> Message:
    if isinstance(value, dict):
        return _map(value)
    if isinstance(value, list):
        return {"arrayValue": {"values": [_any(item) for item in value]}}
    return text(value)


def _base64(value: str) -> str:
    return base64.b64encode(value.encode()).decode()


def _escaped(written: str) -> str:
    r"""A JSON text with every third letter or digit as `\u0041`, but for its first words."""
    begun = written.index(" ", len('{"escaped": '))
    escaped = (f"\\u{ord(each):04x}" if each.isalnum() and ord(each) % 3 == 0 else each for each in written[begun:])
    return written[:begun] + "".join(escaped)
