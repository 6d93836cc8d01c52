"""A batch with its redacted texts in place; what has none stays the same object."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

import msgspec

from telemetry.records import (
    AttributeValue,
    Decoded,
    EventRecord,
    LinkRecord,
    LogRecord,
    Metric,
    PointRecord,
    RefusedRecord,
    Repair,
    Resource,
    Scope,
    SpanRecord,
)
from telemetry.redaction.counting import Counts, Redacted, add
from telemetry.redaction.excerpts import without_cut_words
from telemetry.redaction.verdicts import Verdicts

Record = TypeVar("Record", SpanRecord, LogRecord, PointRecord, RefusedRecord, EventRecord, LinkRecord, Repair)
Shared = TypeVar("Shared", Resource, Scope, Metric)
Struct = TypeVar("Struct", bound=msgspec.Struct)

_SCHEMA_WORDS = frozenset({"string", "object", "array", "integer", "number", "boolean", "null"})


class Rewriter:
    """Rewrites the records of one batch. One for each batch: it remembers the shared resources and scopes."""

    def __init__(self, verdicts: Verdicts) -> None:
        self._verdicts = verdicts
        self._counts: Counts = {}
        self._shared: dict[int, tuple[Any, Counts]] = {}

    def batch(self, decoded: Decoded) -> Decoded:
        """The decoded request, redacted; the same object when nothing in it changes."""
        spans = self._each(decoded.spans, self._span)
        logs = self._each(decoded.logs, self._log)
        points = self._each(decoded.points, self._point)
        refused = self._each(decoded.refused, self._refused)
        notes = tuple(self._text(note) for note in decoded.notes)
        return _changed(
            decoded,
            spans=spans,
            logs=logs,
            points=points,
            refused=refused,
            notes=decoded.notes if notes == decoded.notes else notes,
        )

    def value(self, value: AttributeValue, name: str) -> tuple[AttributeValue, Counts]:
        """One value, redacted, and what was taken out."""
        self._counts = {}
        return self._value(value, name), self._counts

    def _each(self, records: list[Record], rewrite: Callable[[Record], Record]) -> list[Record]:
        rewritten = [rewrite(record) for record in records]
        return records if _is_same(rewritten, records) else rewritten

    def _span(self, span: SpanRecord) -> SpanRecord:
        self._counts = {}
        new = _changed(
            span,
            name=self._text(span.name),
            status_message=self._text(span.status_message),
            trace_state=self._text(span.trace_state),
            attributes=self._attributes(span.attributes),
            events=self._all(span.events, self._event),
            links=self._all(span.links, self._link),
            repairs=self._all(span.repairs, self._repair),
            resource=self._resource(span.resource),
            scope=self._scope(span.scope),
        )
        return self._counted(new)

    def _log(self, log: LogRecord) -> LogRecord:
        self._counts = {}
        new = _changed(
            log,
            severity_text=self._text(log.severity_text),
            event_name=self._text(log.event_name),
            body=self._value(log.body, ""),
            attributes=self._attributes(log.attributes),
            repairs=self._all(log.repairs, self._repair),
            resource=self._resource(log.resource),
            scope=self._scope(log.scope),
        )
        return self._counted(new)

    def _point(self, point: PointRecord) -> PointRecord:
        self._counts = {}
        new = _changed(
            point,
            attributes=self._attributes(point.attributes),
            repairs=self._all(point.repairs, self._repair),
            metric=self._metric(point.metric),
        )
        return self._counted(new)

    def _counted(self, record: Record) -> Record:
        return msgspec.structs.replace(record, redactions=self._counts) if self._counts else record

    def _refused(self, refused: RefusedRecord) -> RefusedRecord:
        return _changed(
            refused,
            reason=self._text(refused.reason),
            detail=self._text(refused.detail),
            excerpt=self._excerpt(refused.excerpt),
        )

    def _excerpt(self, excerpt: str) -> str:
        whole = without_cut_words(excerpt)
        return self._text(excerpt if whole == excerpt else whole)

    def _event(self, event: EventRecord) -> EventRecord:
        return _changed(event, name=self._text(event.name), attributes=self._attributes(event.attributes))

    def _link(self, link: LinkRecord) -> LinkRecord:
        return _changed(link, trace_state=self._text(link.trace_state), attributes=self._attributes(link.attributes))

    def _repair(self, repair: Repair) -> Repair:
        return _changed(repair, field=self._text(repair.field), old=self._text(repair.old), new=self._text(repair.new))

    def _all(self, records: tuple[Record, ...], rewrite: Callable[[Record], Record]) -> tuple[Record, ...]:
        if not records:
            return records
        rewritten = tuple(rewrite(record) for record in records)
        return records if _is_same(rewritten, records) else rewritten

    def _resource(self, resource: Resource) -> Resource:
        return self._once(
            resource,
            lambda: _changed(
                resource,
                attributes=self._attributes(resource.attributes),
                schema_url=self._text(resource.schema_url),
            ),
        )

    def _scope(self, scope: Scope) -> Scope:
        return self._once(
            scope,
            lambda: _changed(
                scope,
                name=self._text(scope.name),
                version=self._text(scope.version),
                attributes=self._attributes(scope.attributes),
                schema_url=self._text(scope.schema_url),
            ),
        )

    def _metric(self, metric: Metric) -> Metric:
        return self._once(
            metric,
            lambda: _changed(
                metric,
                name=self._text(metric.name),
                unit=self._text(metric.unit),
                description=self._text(metric.description),
                resource=self._resource(metric.resource),
                scope=self._scope(metric.scope),
            ),
        )

    def _once(self, source: Shared, rewrite: Callable[[], Shared]) -> Shared:
        """A resource, scope or metric, rewritten once for the batch; what it holds counts in each of its records."""
        known = self._shared.get(id(source))
        if known is None:
            outer, self._counts = self._counts, {}
            known = self._shared[id(source)] = (rewrite(), self._counts)
            self._counts = outer
        rewritten, counts = known
        add(self._counts, counts)
        return cast("Shared", rewritten)

    def _text(self, text: str) -> str:
        redacted = self._verdicts.text(text, "")
        if redacted is None:
            return text
        add(self._counts, redacted.counts)
        return redacted.text

    def _take(self, redacted: Redacted | None, old: Any) -> Any:
        if redacted is None:
            return old
        add(self._counts, redacted.counts)
        return redacted.text

    def _value(self, value: AttributeValue, name: str) -> AttributeValue:
        if isinstance(value, str):
            return self._take(self._verdicts.text(value, name), value)
        if isinstance(value, dict):
            return self._attributes(value, self._verdicts.inherited(name) if name and not _is_schema(value) else "")
        if isinstance(value, list | tuple):
            return self._list(value, name)
        if isinstance(value, bytes):
            raw = self._verdicts.raw(value, name)
            return value if raw is None else self._take_raw(raw)
        if name and isinstance(value, int | float) and not isinstance(value, bool):
            return self._take(self._verdicts.number(value, name), value)
        return value

    def _take_raw(self, raw: tuple[bytes, Counts]) -> bytes:
        add(self._counts, raw[1])
        return raw[0]

    def _list(self, values: Sequence[AttributeValue], name: str) -> AttributeValue:
        rewritten = [self._value(value, self._row_name(values, place) or name) for place, value in enumerate(values)]
        return values if _is_same(rewritten, values) else rewritten

    def _row_name(self, values: Sequence[AttributeValue], place: int) -> str:
        """The name a value has in a row `["Authorization", "Bearer x"]`."""
        if place != 1 or len(values) != 2 or not isinstance(values[0], str):
            return ""
        return values[0] if self._verdicts.is_header(values[0], values[1]) else ""

    def _attributes(self, attributes: dict[str, AttributeValue], inherited: str = "") -> dict[str, AttributeValue]:
        verdicts = self._verdicts
        listed = _listed_name(attributes)
        changed: dict[str, AttributeValue] = {}
        renamed = False
        for name, value in attributes.items():
            told = name if not inherited or verdicts.inherited(name) else inherited
            if listed and name.lower() == "value" and verdicts.inherited(listed):
                told = listed
            if name == "token" and ("logprob" in attributes or "logprobs" in attributes):
                told = ""
            new = self._take(verdicts.text(value, told), value) if value.__class__ is str else self._value(value, told)
            if new is not value:
                changed[name] = new
            renamed = renamed or verdicts.name(name) is not None
        if renamed:
            return self._renamed({**attributes, **changed})
        return {**attributes, **changed} if changed else attributes

    def _renamed(self, attributes: dict[str, AttributeValue]) -> dict[str, AttributeValue]:
        """Names that held something replaced too. Two that become one keep apart by a number."""
        renamed: dict[str, AttributeValue] = {}
        for name, value in attributes.items():
            new = stem = self._text(name)
            number = 1
            while new in renamed:
                number += 1
                new = f"{stem} ({number})"
            renamed[new] = value
        return renamed


def _changed(record: Struct, **fields: Any) -> Struct:
    """The record with these fields, or itself when they are the ones it has."""
    different = {name: value for name, value in fields.items() if value is not getattr(record, name)}
    return msgspec.structs.replace(record, **different) if different else record


def _is_same(new: Sequence[Any], old: Sequence[Any]) -> bool:
    return all(one is other for one, other in zip(new, old, strict=True))


def _is_schema(value: dict[str, AttributeValue]) -> bool:
    """Whether this is a JSON Schema, which describes a secret and holds none."""
    kind = value.get("type")
    return (
        (isinstance(kind, str) and kind in _SCHEMA_WORDS)
        or "$ref" in value
        or "anyOf" in value
        or "properties" in value
    )


def _listed_name(attributes: dict[str, AttributeValue]) -> str:
    """The header's name in `{"name": "Authorization", "value": "Bearer x"}`; else empty."""
    if len(attributes) > 6 or not ("value" in attributes or "Value" in attributes):
        return ""
    for key in ("name", "key", "Name", "Key", "inputName"):
        name = attributes.get(key)
        if isinstance(name, str):
            return name
    return ""
