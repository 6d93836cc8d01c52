"""Spans as they were known at a moment. No Django here."""

from collections.abc import Iterable

import msgspec

from traces.records import SpanRow

_WAITING_KINDS = ("HUMAN", "QUEUE")


def spans_at(spans: Iterable[SpanRow], at_ns: int) -> list[SpanRow]:
    """What began later is not there, what ended later is open."""
    known = []
    for span in spans:
        if (span.start_ns if span.start_ns is not None else span.end_ns or at_ns) > at_ns:
            continue
        if span.end_ns is not None and span.end_ns > at_ns:
            status = "waiting" if span.span_kind in _WAITING_KINDS else "active"
            span = msgspec.structs.replace(
                span, end_ns=None, status_code="UNSET", status_message="", effective_status=status, error_type=""
            )
        known.append(span)
    return known
