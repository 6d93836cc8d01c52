"""One span from all the records that were sent about it, whatever the order they came in.

Records are ranked by how much they know: ended before open, later end, more attributes, then content.
A field is taken from the highest-ranked record that has it; attributes, events and links are united.
Every distinct record is kept (SpanVersion), so the merge is always of the whole set: commutative,
associative, idempotent.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from telemetry.records import EventRecord, LinkRecord, Repair, SpanRecord


def merge_records(records: Sequence[SpanRecord]) -> SpanRecord:
    """The merge of at least one record of the same span."""
    ranked = sorted(records, key=_rank)
    best = ranked[-1]
    attributes: dict[str, Any] = {}
    for record in ranked:
        attributes.update(record.attributes)
    starts = [record.start_ns for record in ranked if record.start_ns is not None]
    return SpanRecord(
        trace_id=best.trace_id,
        span_id=best.span_id,
        parent_span_id=next((r.parent_span_id for r in reversed(ranked) if r.parent_span_id), b""),
        name=next((r.name for r in reversed(ranked) if r.name != "(unknown)"), best.name),
        otel_kind=next((r.otel_kind for r in reversed(ranked) if r.otel_kind), best.otel_kind),
        start_ns=min(starts) if starts else None,
        end_ns=best.end_ns,
        status_code=max(record.status_code for record in ranked) if best.end_ns is None else best.status_code,
        status_message=next((r.status_message for r in reversed(ranked) if r.status_message), ""),
        attributes=attributes,
        events=_united_events(ranked),
        links=_united_links(ranked),
        resource=best.resource,
        scope=best.scope,
        trace_state=next((r.trace_state for r in reversed(ranked) if r.trace_state), ""),
        flags=best.flags,
        dropped_attributes_count=max(record.dropped_attributes_count for record in ranked),
        dropped_events_count=max(record.dropped_events_count for record in ranked),
        dropped_links_count=max(record.dropped_links_count for record in ranked),
        repairs=_united_repairs([r for r in ranked if r.end_ns is not None] or ranked),
        redactions={
            kind: max(record.redactions.get(kind, 0) for record in ranked)
            for kind in sorted({kind for record in ranked for kind in record.redactions})
        },
    )


def _rank(record: SpanRecord) -> tuple[bool, int, int, bytes]:
    return record.end_ns is not None, record.end_ns or 0, len(record.attributes), _content(record)


def _content(value: Any) -> bytes:
    return msgspec.msgpack.encode(value, order="deterministic")


def _united_events(records: Sequence[SpanRecord]) -> tuple[EventRecord, ...]:
    events = {_content(event): event for record in records for event in record.events}
    return tuple(sorted(events.values(), key=lambda event: (event.time_ns or 0, _content(event))))


def _united_links(records: Sequence[SpanRecord]) -> tuple[LinkRecord, ...]:
    links = {_content(link): link for record in records for link in record.links}
    return tuple(links[content] for content in sorted(links))


def _united_repairs(records: Sequence[SpanRecord]) -> tuple[Repair, ...]:
    repairs = {_content(repair): repair for record in records for repair in record.repairs}
    return tuple(repairs[content] for content in sorted(repairs))
