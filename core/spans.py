"""Our own traces, as far as packages below the composition root need them: spans around work, and where it came from.

Without an exporter (missionscope.tracing) nothing records and all of this costs next to nothing. Work that nobody
traces causes no traced work: so our own traces, sent to ourselves, make no further ones.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

from opentelemetry import context, propagate, trace
from opentelemetry.trace import Link, NonRecordingSpan, Span, SpanContext, SpanKind

from core.logs import get_logged_id, logged_ids

TRACER = "missionscope"
OWN_RESOURCE = "missionscope.process"
"""An attribute of the resource of every span that a MissionScope makes of itself, this one or another."""
MOST_LINKS = 32

Value = str | int | float | bool


class Origin(NamedTuple):
    """Where work came from that another thread or process does."""

    span: SpanContext | None = None
    """None when nobody traces it."""
    request_id: str = ""


class HeldSpan:
    """A span that begins now, and is made only once it is known that it is wanted."""

    def __init__(self, name: str, links: Sequence[Link], attributes: Mapping[str, Value]) -> None:
        self._name, self._links, self._attributes = name, links, attributes
        self._start_ns = time.time_ns()
        self.span: Span = trace.INVALID_SPAN

    def open(self) -> Span:
        """Make it; whoever holds it ends it."""
        self.span = trace.get_tracer(TRACER).start_span(
            self._name,
            context=context.Context(),
            kind=SpanKind.SERVER,
            links=self._links,
            attributes=self._attributes,
            start_time=self._start_ns,
        )
        return self.span


held_span: ContextVar[HeldSpan | None] = ContextVar("held_span", default=None)
"""That of the request which is being answered."""


@contextmanager
def held_span_opened(*, unless: bool) -> Iterator[None]:
    """Inside, what is done is below the held span; `unless`: there is none, and what is done is not traced."""
    held = None if unless else held_span.get()
    if held is None:
        yield
        return
    with trace.use_span(held.open(), record_exception=False, set_status_on_exception=False):
        yield


def get_origin() -> Origin:
    """The origin of what is done here."""
    here = trace.get_current_span()
    return Origin(here.get_span_context() if here.is_recording() else None, get_logged_id("request_id"))


@contextmanager
def span_for(name: str, origins: Sequence[Origin], **attributes: Value) -> Iterator[None]:
    """A span of work that several origins wait for: below the first that is traced, linked to the others.

    When none is traced there is no span. Lines of the log name their requests.
    """
    traced = [origin.span for origin in origins if origin.span is not None]
    with logged_ids(**_ids_of(origins)):
        if not traced:
            yield
            return
        with trace.get_tracer(TRACER).start_as_current_span(
            name,
            context=trace.set_span_in_context(NonRecordingSpan(traced[0]), context.Context()),
            kind=SpanKind.CONSUMER,
            attributes=attributes,
            links=[Link(other) for other in traced[1 : MOST_LINKS + 1]],
        ):
            yield


def _ids_of(origins: Sequence[Origin]) -> dict[str, object]:
    requests = list(dict.fromkeys(origin.request_id for origin in origins if origin.request_id))
    return {"request_id": requests[0]} if len(requests) == 1 else {"request_ids": requests[:MOST_LINKS]}


def write_origin(origin: Origin) -> dict[str, str]:
    """As headers of a message that another process reads."""
    headers: dict[str, str] = {"request_id": origin.request_id} if origin.request_id else {}
    if origin.span is not None:
        propagate.inject(headers, trace.set_span_in_context(NonRecordingSpan(origin.span), context.Context()))
    return headers


def read_origin(headers: Mapping[str, str]) -> Origin:
    """What `write_origin` wrote."""
    carrier = {name: headers[name] for name in ("traceparent", "tracestate") if headers.get(name)}
    span = trace.get_current_span(propagate.extract(carrier, context.Context())).get_span_context()
    return Origin(span if span.is_valid else None, str(headers.get("request_id") or ""))
