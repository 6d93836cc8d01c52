"""A span's or log record's whole content as one compact item, long texts held by reference.

The layout is msgpack. A long text is replaced by the hash of its body, so a prompt that agents resend
at every call is stored once per project. A text that is a JSON array is cut at its elements first: a
conversation that grows by a message adds one body. Reading gives back exactly what was stored.
"""

from collections.abc import Callable, Iterable, Mapping
from hashlib import blake2b
from typing import Any

import msgspec

from telemetry.records import (
    EventRecord,
    LinkRecord,
    LogRecord,
    Repair,
    Resource,
    Scope,
    SpanRecord,
)

LONG = 200
"""Texts above this many characters become bodies."""
TEXT, SPLIT, VALUE, LIST = 1, 2, 3, 4
"""Extension codes: a text, a text cut at array elements, an encoded value, a list of encoded values."""

_encode = msgspec.msgpack.Encoder().encode
_Ext = msgspec.msgpack.Ext
_raw_array = msgspec.json.Decoder(list[msgspec.Raw]).decode

Bodies = dict[bytes, bytes]
"""Hash to content, collected while encoding."""


def _hash(data: bytes) -> bytes:
    return blake2b(data, digest_size=16).digest()


class PayloadWriter:
    """Encodes the records of one request and collects the bodies they refer to."""

    def __init__(self) -> None:
        self.bodies: Bodies = {}
        self._shared: dict[int, tuple[object, Any]] = {}
        self._texts: dict[str, Any] = {}

    def span(self, record: SpanRecord) -> bytes:
        """The whole span."""
        links = [
            [link.trace_id, link.span_id, self._mapping(link.attributes), link.trace_state,
             link.dropped_attributes_count, link.flags]
            for link in record.links
        ]  # fmt: skip
        return _encode(
            [
                record.name, record.otel_kind, record.parent_span_id, record.start_ns, record.end_ns,
                record.status_code, self._value(record.status_message), self._mapping(record.attributes),
                [self._event(event) for event in record.events], links,
                self._whole(record.resource), self._whole(record.scope), record.trace_state, record.flags,
                record.dropped_attributes_count, record.dropped_events_count, record.dropped_links_count,
                [[r.field, r.reason, r.old, r.new] for r in record.repairs], record.redactions,
            ]
        )  # fmt: skip

    def log(self, record: LogRecord) -> bytes:
        """The whole log record."""
        return _encode(
            [
                record.time_ns, record.observed_ns, record.severity_number, record.severity_text,
                self._value(record.body), self._mapping(record.attributes), record.trace_id, record.span_id,
                record.event_name, self._whole(record.resource), self._whole(record.scope), record.flags,
                record.dropped_attributes_count, [[r.field, r.reason, r.old, r.new] for r in record.repairs],
                record.redactions,
            ]
        )  # fmt: skip

    def value_body(self, value: Any) -> bytes:
        """Store a decoded value as one body; gives its hash."""
        return self._add(_encode(value))

    def _add(self, data: bytes) -> bytes:
        hashed = _hash(data)
        self.bodies[hashed] = data
        return hashed

    def _event(self, event: EventRecord) -> list[Any]:
        return [event.time_ns, event.name, self._mapping(event.attributes), event.dropped_attributes_count]

    def _mapping(self, attributes: Mapping[str, Any]) -> dict[str, Any]:
        kept = dict(attributes)
        for key, value in attributes.items():
            kind = type(value)
            if kind is str:
                if len(value) > LONG:
                    kept[key] = self._text(value)
            elif kind is list or kind is dict:
                kept[key] = self._value(value)
        return kept

    def _value(self, value: Any) -> Any:
        kind = type(value)
        if kind is str:
            return self._text(value) if len(value) > LONG else value
        if kind is list:
            return self._list(value)
        if kind is dict:
            data = _encode(value)
            return value if len(data) <= LONG else _Ext(VALUE, self._add(data))
        if kind is bytes and len(value) > LONG:
            return _Ext(VALUE, self._add(_encode(value)))
        return value

    def _list(self, values: list[Any]) -> Any:
        data = _encode(values)
        if len(data) <= LONG:
            return values
        parts = [_encode(value) for value in values]
        if max(map(len, parts)) <= LONG:
            return _Ext(VALUE, self._add(data))
        return _Ext(LIST, b"".join(self._add(part) for part in parts))

    def _text(self, text: str) -> Any:
        known = self._texts.get(text)
        if known is None:
            known = self._texts[text] = self._split(text) or _Ext(TEXT, self._add(text.encode()))
        return known

    def _split(self, text: str) -> Any:
        if text[0] != "[" or text[-1] != "]":
            return None
        try:
            parts = [str(bytes(part), "utf-8") for part in _raw_array(text)]
        except msgspec.DecodeError:
            return None
        for separator in (",", ", "):
            if "[" + separator.join(parts) + "]" == text:
                held = [part if len(part) <= LONG else self._add(part.encode()) for part in parts]
                return _Ext(SPLIT, _encode([separator, held]))
        return None

    def _whole(self, shared: Resource | Scope) -> Any:
        known = self._shared.get(id(shared))
        if known is None:
            if isinstance(shared, Resource):
                fields = [dict(shared.attributes), shared.dropped_attributes_count, shared.schema_url]
            else:
                fields = [shared.name, shared.version, dict(shared.attributes), shared.schema_url]
            known = self._shared[id(shared)] = (shared, _Ext(VALUE, self._add(_encode(fields))))
        return known[1]


Fetch = Callable[[Iterable[bytes]], Mapping[bytes, bytes]]
"""Hashes to the bodies' contents."""


class Missing(msgspec.Struct, frozen=True):
    """Stands where a body could not be read."""

    hash: str


class PayloadReader:
    """Decodes payloads; bodies are fetched once for many payloads."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch

    def spans(self, payloads: list[tuple[bytes, bytes, bytes]]) -> list[SpanRecord]:
        """(trace id, span id, payload) to spans."""
        read = self.values([payload for _, _, payload in payloads])
        return [_span(trace, span, fields) for (trace, span, _), fields in zip(payloads, read, strict=True)]

    def values(self, payloads: list[bytes]) -> list[Any]:
        """Payloads to plain values, references resolved."""
        wanted = {hashed for payload in payloads for hashed in list_references(payload)}
        bodies = self._fetch(wanted) if wanted else {}
        return [_resolve(payload, bodies) for payload in payloads]


def read_span(trace_id: bytes, span_id: bytes, payload: bytes, bodies: Mapping[bytes, bytes]) -> SpanRecord:
    """A span; `bodies` holds what its payload refers to."""
    return _span(trace_id, span_id, _resolve(payload, bodies))


def read_log(payload: bytes, bodies: Mapping[bytes, bytes]) -> LogRecord:
    """A log record; `bodies` holds what its payload refers to."""
    return _log(_resolve(payload, bodies))


def list_references(payload: bytes) -> list[bytes]:
    """The hashes of the bodies a payload refers to, each as often as it does."""
    found: list[bytes] = []

    def hook(code: int, data: memoryview) -> None:
        raw = bytes(data)
        if code == SPLIT:
            found.extend(part for part in msgspec.msgpack.decode(raw)[1] if isinstance(part, bytes))
        else:
            found.extend(raw[at : at + 16] for at in range(0, len(raw), 16))

    msgspec.msgpack.decode(payload, ext_hook=hook)
    return found


def _resolve(payload: bytes, bodies: Mapping[bytes, bytes]) -> Any:
    def value(hashed: bytes) -> Any:
        data = bodies.get(hashed)
        return Missing(hashed.hex()) if data is None else msgspec.msgpack.decode(data)

    def text(hashed: bytes) -> str:
        data = bodies.get(hashed)
        return f"[missing text {hashed.hex()}]" if data is None else str(data, "utf-8")

    def hook(code: int, data: memoryview) -> Any:
        raw = bytes(data)
        if code == TEXT:
            return text(raw)
        if code == SPLIT:
            separator, parts = msgspec.msgpack.decode(raw)
            return "[" + separator.join(part if isinstance(part, str) else text(part) for part in parts) + "]"
        if code == LIST:
            return [value(raw[at : at + 16]) for at in range(0, len(raw), 16)]
        return value(raw)

    return msgspec.msgpack.decode(payload, ext_hook=hook)


def _resource(fields: Any) -> Resource:
    if isinstance(fields, Missing):
        return Resource({"missing": fields.hash})
    return Resource(fields[0], fields[1], fields[2])


def _scope(fields: Any) -> Scope:
    return Scope("missing") if isinstance(fields, Missing) else Scope(*fields)


def _span(trace_id: bytes, span_id: bytes, f: list[Any]) -> SpanRecord:
    return SpanRecord(
        trace_id=trace_id,
        span_id=span_id,
        parent_span_id=f[2],
        name=f[0],
        otel_kind=f[1],
        start_ns=f[3],
        end_ns=f[4],
        status_code=f[5],
        status_message=f[6],
        attributes=f[7],
        events=tuple(EventRecord(*event) for event in f[8]),
        links=tuple(LinkRecord(*link) for link in f[9]),
        resource=_resource(f[10]),
        scope=_scope(f[11]),
        trace_state=f[12],
        flags=f[13],
        dropped_attributes_count=f[14],
        dropped_events_count=f[15],
        dropped_links_count=f[16],
        repairs=tuple(Repair(*repair) for repair in f[17]),
        redactions=f[18],
    )


def _log(f: list[Any]) -> LogRecord:
    return LogRecord(
        time_ns=f[0],
        observed_ns=f[1],
        severity_number=f[2],
        severity_text=f[3],
        body=f[4],
        attributes=f[5],
        trace_id=f[6],
        span_id=f[7],
        event_name=f[8],
        resource=_resource(f[9]),
        scope=_scope(f[10]),
        flags=f[11],
        dropped_attributes_count=f[12],
        repairs=tuple(Repair(*repair) for repair in f[13]),
        redactions=f[14],
    )
