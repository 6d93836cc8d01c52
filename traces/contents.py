"""Reads the whole content of spans and log records: payloads from packs, their texts from bodies.

Sizes are known before anything is opened, so a reader may say how many bytes are enough. Packs are opened in steps:
what is held at a time is bounded by the packs of one step.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, islice
from typing import Any, NamedTuple

from bodies.packs import Place
from bodies.selectors import PackReader
from core.bulk import chunked
from telemetry.records import LogRecord, SpanRecord
from traces.models import Log, Span
from traces.payload import list_references, read_log, read_span

STEP = 200
"""Records whose packs are opened together."""
KEYS_OF_A_QUERY = 10_000
"""In one query: databases take only so many values."""


class _Stored(NamedTuple):
    pk: int
    place: Place
    trace_id: bytes
    span_id: bytes


class _Opened(NamedTuple):
    stored: _Stored
    payload: bytes
    bodies: Mapping[bytes, bytes]


def iterate_spans(
    project_id: int, pks: Sequence[int], most_bytes: int | None = None
) -> Iterator[tuple[int, SpanRecord]]:
    """Spans by key in the order of `pks`, but those that are gone: at least one, then while within `most_bytes`."""
    for stored, payload, bodies in _open(project_id, _find(project_id, Span, pks), most_bytes):
        yield stored.pk, read_span(stored.trace_id, stored.span_id, payload, bodies)


def iterate_logs(project_id: int, pks: Sequence[int], most_bytes: int | None = None) -> Iterator[tuple[int, LogRecord]]:
    """The same for log records."""
    for stored, payload, bodies in _open(project_id, _find(project_id, Log, pks), most_bytes):
        yield stored.pk, read_log(payload, bodies)


def read_spans(project_id: int, pks: Iterable[int]) -> dict[int, SpanRecord]:
    """The whole content of several spans, by key."""
    return dict(iterate_spans(project_id, list(pks)))


def read_logs(project_id: int, pks: Iterable[int]) -> dict[int, LogRecord]:
    """The whole content of several log records, by key."""
    return dict(iterate_logs(project_id, list(pks)))


def _find(project_id: int, model: Any, pks: Sequence[int]) -> list[_Stored]:
    columns = ("id", "pack_id", "pack_start", "pack_length", "trace_id", "span_id")
    found: dict[int, _Stored] = {}
    for part in chunked(pks, KEYS_OF_A_QUERY):
        for row in model.objects.filter(project_id=project_id, id__in=part).values_list(*columns):
            found[row[0]] = _Stored(row[0], Place(*row[1:4]), bytes(row[4] or b""), bytes(row[5] or b""))
    return [found[pk] for pk in pks if pk in found]


def _open(project_id: int, found: Sequence[_Stored], most_bytes: int | None) -> Iterator[_Opened]:
    reader = PackReader(project_id)
    waiting = iter(found)
    is_first, left = True, most_bytes
    while step := list(islice(waiting, STEP)):
        fitting = step[: _count_fitting([stored.place.length for stored in step], left, least=is_first)]
        reader.prefetch(stored.place for stored in fitting)
        payloads = [reader.read(stored.place) for stored in fitting]
        references = [list_references(payload) for payload in payloads]
        places = reader.find_places({hashed for several in references for hashed in several})
        sizes = [
            stored.place.length + sum(places[hashed].length for hashed in several if hashed in places)
            for stored, several in zip(fitting, references, strict=True)
        ]
        fitting = fitting[: _count_fitting(sizes, left, least=is_first)]
        wanted = {hashed for several in references[: len(fitting)] for hashed in several}
        bodies = reader.read_places({hashed: place for hashed, place in places.items() if hashed in wanted})
        for stored, payload in zip(fitting, payloads, strict=False):
            yield _Opened(stored, payload, bodies)
        if len(fitting) < len(step):
            return
        is_first, left = False, None if left is None else left - sum(sizes)


def _count_fitting(sizes: Sequence[int], left: int | None, *, least: int) -> int:
    """How many of the first are within what is left; `least` at the least."""
    if left is None:
        return len(sizes)
    return max(least, sum(total <= left for total in accumulate(sizes)))
