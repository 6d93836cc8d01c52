"""Every text and every name in a batch, each once."""

from typing import Any

from telemetry.records import (
    AttributeValue,
    Decoded,
    LogRecord,
    Metric,
    PointRecord,
    RefusedRecord,
    Repair,
    Resource,
    Scope,
    SpanRecord,
)
from telemetry.redaction.excerpts import without_cut_words


class Gathered:
    """The distinct texts and names of a batch, to be searched in one pass."""

    def __init__(self) -> None:
        self.texts: set[str] = set()
        self.names: set[str] = set()
        self.raw: set[bytes] = set()
        self.is_cut = False
        """Whether an excerpt loses words it was cut in, so that the batch changes whatever is found."""
        self._seen: set[int] = set()
        self._nested: list[Any] = []

    def batch(self, decoded: Decoded) -> None:
        """Takes in all of a decoded request."""
        for span in decoded.spans:
            self._span(span)
        for log in decoded.logs:
            self._log(log)
        for point in decoded.points:
            self._point(point)
        for refused in decoded.refused:
            self._refused(refused)
        self.texts.update(decoded.notes)
        self._finish()

    def value(self, value: AttributeValue) -> None:
        """Takes in one value and all inside it."""
        self._nested.append(value)
        self._finish()

    def _span(self, span: SpanRecord) -> None:
        texts = self.texts
        texts.add(span.name)
        texts.add(span.status_message)
        texts.add(span.trace_state)
        self._attributes(span.attributes)
        for event in span.events:
            texts.add(event.name)
            self._attributes(event.attributes)
        for link in span.links:
            texts.add(link.trace_state)
            self._attributes(link.attributes)
        self._source(span.resource, span.scope)
        if span.repairs:
            self._repairs(span.repairs)

    def _log(self, log: LogRecord) -> None:
        self.texts.update((log.severity_text, log.event_name))
        self._nested.append(log.body)
        self._attributes(log.attributes)
        self._source(log.resource, log.scope)
        self._repairs(log.repairs)

    def _point(self, point: PointRecord) -> None:
        self._metric(point.metric)
        self._attributes(point.attributes)
        if point.repairs:
            self._repairs(point.repairs)

    def _metric(self, metric: Metric) -> None:
        if id(metric) not in self._seen:
            self._seen.add(id(metric))
            self.texts.update((metric.name, metric.unit, metric.description))
            self._source(metric.resource, metric.scope)

    def _refused(self, refused: RefusedRecord) -> None:
        whole = without_cut_words(refused.excerpt)
        self.is_cut = self.is_cut or whole != refused.excerpt
        self.texts.update((refused.reason, refused.detail, whole))

    def _repairs(self, repairs: tuple[Repair, ...]) -> None:
        for repair in repairs:
            self.texts.update((repair.field, repair.old, repair.new))

    def _source(self, resource: Resource, scope: Scope) -> None:
        if id(resource) not in self._seen:
            self._seen.add(id(resource))
            self.texts.add(resource.schema_url)
            self._attributes(resource.attributes)
        if id(scope) not in self._seen:
            self._seen.add(id(scope))
            self.texts.update((scope.name, scope.version, scope.schema_url))
            self._attributes(scope.attributes)

    def _attributes(self, attributes: dict[str, AttributeValue]) -> None:
        self.names.update(attributes)
        add = self.texts.add
        for value in attributes.values():
            kind = value.__class__
            if kind is str:
                add(value)
            elif kind is list or kind is dict or kind is bytes:
                self._nested.append(value)

    def _finish(self) -> None:
        """Takes in what is nested, with a stack: the depth is the sender's."""
        stack = self._nested
        while stack:
            value = stack.pop()
            if isinstance(value, str):
                self.texts.add(value)
            elif isinstance(value, dict):
                self._attributes(value)
            elif isinstance(value, list | tuple):
                stack.extend(value)
            elif isinstance(value, bytes):
                self.raw.add(value)
