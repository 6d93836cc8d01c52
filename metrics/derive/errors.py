"""The errors of a mission as samples: each failure once, where it began. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator

from metrics.derive import catalogue as known
from metrics.derive.measuring import FROM_LOG
from metrics.derive.rows import Sample
from traces.records import ErrorLogs, SpanRow

SOURCES = {"LLM": "llm", "TOOL": "tool", "STEP": "step", "AGENT": "agent", "HTTP": "http", "DB": "db"}
"""By the kind of the span."""
SOURCES_BY_SIDE = {"SERVER": "request", "CONSUMER": "message"}


def sample_errors(mission_pk: int, spans: Iterable[SpanRow], logs: Iterable[ErrorLogs]) -> list[Sample]:
    """Of spans and log records that are errors of their own: their labels are the service and the source."""
    return [*_of_spans(mission_pk, spans), *_of_logs(mission_pk, logs)]


def _of_spans(mission_pk: int, spans: Iterable[SpanRow]) -> Iterator[Sample]:
    for span in spans:
        if span.end_ns is not None:
            source = SOURCES.get(span.span_kind, SOURCES_BY_SIDE.get(span.otel_kind, "span"))
            labels = (span.service_name, source)
            yield Sample(mission_pk, known.ERRORS.name, str(span.pk), span.end_ns, 1.0, True, labels)


def _of_logs(mission_pk: int, logs: Iterable[ErrorLogs]) -> Iterator[Sample]:
    counts: Counter[tuple[int, str]] = Counter()
    for log in logs:
        counts[log.minute_ns, log.service_name] += log.count
    for (minute_ns, service_name), count in sorted(counts.items()):
        labels = (service_name, FROM_LOG)
        yield Sample(mission_pk, known.ERRORS.name, "", minute_ns, float(count), False, labels)
