"""What a sender is told of records that were kept with less than it sent."""

from collections import Counter
from collections.abc import Sequence

from core.limits import MAX_ATTRIBUTES, MAX_EVENTS, MAX_EXEMPLARS, MAX_LINKS, MAX_VALUE_BYTES
from telemetry.records import LogRecord, PointRecord, SpanRecord

_LOSSES = {
    "value_cut": f"values over {MAX_VALUE_BYTES} bytes were cut",
    "attributes_dropped": f"attributes beyond {MAX_ATTRIBUTES} were dropped",
    "events_dropped": f"events beyond {MAX_EVENTS} were dropped",
    "links_dropped": f"links beyond {MAX_LINKS} were dropped",
    "link_empty": "empty links were dropped",
    "link_id_invalid": "links with invalid ids were dropped",
    "exemplars_dropped": f"exemplars beyond {MAX_EXEMPLARS} were dropped",
    "exemplars_without_trace": "exemplars that name no trace were left out",
    "number_rounded": "whole numbers beyond 2^53 were rounded",
    "id_invalid": "invalid trace or span ids were left out",
    "invalid_utf8": "texts that were not UTF-8 had bytes replaced",
    "lone_surrogate": "lone surrogates in texts were replaced",
}
"""Repairs that lose something. Others (a flagged time, a visible mark for NUL) are not worth a sender's warning."""


def list_notes(records: Sequence[SpanRecord | LogRecord | PointRecord]) -> tuple[str, ...]:
    """One sentence for each kind of loss, with how many records it touched."""
    counts: Counter[str] = Counter()
    for record in records:
        if record.repairs:
            counts.update({repair.reason for repair in record.repairs})
    return tuple(f"In {counts[reason]} record(s), {text}." for reason, text in _LOSSES.items() if counts[reason])
