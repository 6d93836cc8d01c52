"""Finds out which incoming spans are new, which are known, and which complete one that is there."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from bodies.packs import Place
from bodies.selectors import PackReader
from bodies.store import store_items
from core.bulk import Table, find_by_keys, insert_missing
from core.hashing import digest8
from telemetry.records import SpanRecord
from traces.incoming import IncomingSpan, prepare_span
from traces.merge import merge_records
from traces.payload import PayloadReader, PayloadWriter

VERSIONS = Table(
    "traces_spanversion",
    ("span_pk", "content_hash", "pack_id", "pack_start", "pack_length"),
    ("int8", "bytea", "int8", "int4", "int4"),
)
_IDENTITY = ("trace_id", "span_id", "side")


class Found(NamedTuple):
    """A span that is stored already."""

    pk: int
    content_hash: bytes
    place: Place
    mission_pk: int
    end_ns: int | None


class Settled(NamedTuple):
    """A span to write: new, or the merge of what was there with what came."""

    span: IncomingSpan
    content_hash: bytes
    found: Found | None
    kept: dict[bytes, Place]
    """Versions that are stored, by content hash; empty for a span that came in one form only."""
    added: dict[bytes, bytes]
    """Payloads of versions that came now; empty for a span that came in one form only."""


def settle_spans(
    cursor: Any,
    vendor: str,
    project_id: int,
    spans: Sequence[IncomingSpan],
    bodies: dict[bytes, bytes],
    new_traces: set[bytes],
) -> list[Settled]:
    """The spans that must be written. What is known to the last byte is left out. Adds to `bodies`."""
    groups: dict[tuple[bytes, bytes, int], dict[bytes, IncomingSpan]] = {}
    for span in spans:
        groups.setdefault(span.identity, {})[span.content_hash] = span
    found = _find(cursor, vendor, project_id, [key for key in groups if key[0] not in new_traces])
    settled: list[Settled] = []
    for identity, contents in groups.items():
        before = found.get(identity)
        if before is None and len(contents) == 1:
            [(content_hash, span)] = contents.items()
            settled.append(Settled(span, content_hash, None, {}, {}))
        elif before is None or set(contents) != {before.content_hash}:
            merged = _merge(cursor, project_id, identity, contents, before, bodies)
            if merged is not None:
                settled.append(merged)
    return settled


def _find(
    cursor: Any, vendor: str, project_id: int, identities: Sequence[tuple[bytes, bytes, int]]
) -> dict[tuple[bytes, bytes, int], Found]:
    rows = find_by_keys(
        cursor,
        vendor,
        "traces_span",
        wanted=(*_IDENTITY, "id", "content_hash", "pack_id", "pack_start", "pack_length", "mission_id", "end_ns"),
        keys=_IDENTITY,
        key_types=("bytea", "bytea", "int2"),
        values=identities,
        fixed=("project_id", project_id),
    )
    return {
        (bytes(row[0]), bytes(row[1]), row[2]): Found(row[3], bytes(row[4]), Place(*row[5:8]), row[8], row[9])
        for row in rows
    }


def _merge(
    cursor: Any,
    project_id: int,
    identity: tuple[bytes, bytes, int],
    contents: dict[bytes, IncomingSpan],
    before: Found | None,
    bodies: dict[bytes, bytes],
) -> Settled | None:
    kept = {} if before is None else _kept_versions(cursor, before)
    added = {content: span for content, span in contents.items() if content not in kept}
    if not added:
        return None
    reader = PackReader(project_id)
    payloads = [reader.read(place) for place in kept.values()] + [item.payload for item in added.values()]
    writer = PayloadWriter()
    span = prepare_span(merge_records(_read(reader, identity, payloads, bodies)), writer)
    bodies |= writer.bodies
    return Settled(
        span,
        digest8(*sorted([*kept, *added])),
        before,
        kept,
        {content: item.payload for content, item in added.items()},
    )


def _kept_versions(cursor: Any, before: Found) -> dict[bytes, Place]:
    cursor.execute(
        "SELECT content_hash, pack_id, pack_start, pack_length FROM traces_spanversion WHERE span_pk = %s", [before.pk]
    )
    kept = {bytes(row[0]): Place(*row[1:4]) for row in cursor.fetchall()}
    return kept or {before.content_hash: before.place}


def _read(
    reader: PackReader, identity: tuple[bytes, bytes, int], payloads: Sequence[bytes], bodies: Mapping[bytes, bytes]
) -> list[SpanRecord]:
    """Payloads to records; texts that came with this request are not stored yet."""

    def fetch(hashes: Iterable[bytes]) -> Mapping[bytes, bytes]:
        wanted = set(hashes)
        here = {hashed: bodies[hashed] for hashed in wanted if hashed in bodies}
        return {**reader.read_hashed(wanted - set(here)), **here}

    return PayloadReader(fetch).spans([(identity[0], identity[1], payload) for payload in payloads])


def write_versions(cursor: Any, vendor: str, project_id: int, settled: Sequence[tuple[int, Settled]]) -> None:
    """Keep every distinct record of the spans (by key) that came in more than one form."""
    added = [(pk, content, payload) for pk, item in settled for content, payload in sorted(item.added.items())]
    if not added:
        return
    places = store_items(cursor, project_id, [(b"", payload) for _, _, payload in added])
    rows = [(pk, content, *place) for (pk, content, _), place in zip(added, places, strict=True)]
    rows += [(pk, content, *place) for pk, item in settled for content, place in item.kept.items()]
    insert_missing(cursor, vendor, VERSIONS, sorted(rows), "span_pk, content_hash")
