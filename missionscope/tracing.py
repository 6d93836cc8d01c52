"""Our own traces by OpenTelemetry, when OTEL_EXPORTER_OTLP_ENDPOINT names who takes them; it may be ourselves.

The SDK reads its other variables (`OTEL_SERVICE_NAME`, `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_TRACES_SAMPLER` ...) itself.
"""

import os
import socket
import threading
from collections.abc import Callable, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db.backends.signals import connection_created
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind

from core.logs import SERVICE
from core.spans import OWN_RESOURCE, TRACER

STOP_S = 3.0
"""What was not sent by then is lost: the server that would take it may be this one, which has just ended."""
MOST_STATEMENTS = 200
"""Of one span; further ones are counted in `missionscope.statements_not_shown`."""
LONGEST_STATEMENT = 2000

_statement_counts: WeakKeyDictionary[Span, int] = WeakKeyDictionary()
_provider: TracerProvider | None = None


def start_tracing(process: str) -> None:
    """Begin, in a process that serves or works; nothing without an exporter, and nothing the second time."""
    global _provider
    if not settings.OTEL_EXPORTER_OTLP_ENDPOINT or _provider is not None:
        return
    resource = Resource.create(
        {
            "service.name": os.environ.get("OTEL_SERVICE_NAME") or SERVICE,
            "service.instance.id": f"{socket.gethostname()}:{os.getpid()}",
            "host.name": socket.gethostname(),
            "process.pid": os.getpid(),
            OWN_RESOURCE: process,
        }
    )
    _provider = TracerProvider(resource=resource)
    _provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(_provider)
    connection_created.connect(_watch_statements, dispatch_uid="missionscope.tracing")


def stop_tracing() -> None:
    """Send what has ended, for STOP_S at most."""
    if _provider is not None:
        ending = threading.Thread(target=_provider.shutdown, name="missionscope-tracing", daemon=True)
        ending.start()
        ending.join(STOP_S)


def _watch_statements(connection: Any, **_: Any) -> None:
    if _trace_statement not in connection.execute_wrappers:
        connection.execute_wrappers.append(_trace_statement)


def _trace_statement(
    execute: Callable[..., Any], sql: Any, parameters: Any, many: bool, context: Mapping[str, Any]
) -> Any:
    """A span of one SQL statement inside of a traced request or job. Values are never part of it."""
    parent = trace.get_current_span()
    if not parent.is_recording() or not _has_room(parent):
        return execute(sql, parameters, many, context)
    text = str(sql).strip()
    with trace.get_tracer(TRACER).start_as_current_span(
        text.partition(" ")[0].upper()[:20] or "SQL",
        kind=SpanKind.CLIENT,
        attributes={
            "db.system.name": context["connection"].vendor,
            "db.query.text": text[:LONGEST_STATEMENT],
        },
    ):
        return execute(sql, parameters, many, context)


def _has_room(parent: Span) -> bool:
    count = _statement_counts.get(parent, 0) + 1
    _statement_counts[parent] = count
    if count > MOST_STATEMENTS:
        parent.set_attribute("missionscope.statements_not_shown", count - MOST_STATEMENTS)
    return count <= MOST_STATEMENTS
