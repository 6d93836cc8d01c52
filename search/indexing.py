"""The job that indexes what was stored: off the way of ingest, a moment behind it."""

import logging
import time
from collections.abc import Iterable

from django.db import connection, transaction

from core.bulk import POSTGRESQL, Table, allocate_ids, find_by_keys, insert_missing, insert_rows
from core.conflicts import retry_conflicts
from core.hashing import digest16
from core.jobs import wake
from core.pressure import giving_way
from search.log_lines import write_lines
from search.models import QueueItem
from search.texts import FoundText, line_text, log_texts, span_texts
from search.words import index_words
from traces.models import Log, Span
from traces.selectors import read_logs, read_spans

log = logging.getLogger(__name__)

BATCH_RECORDS = 500
"""Records indexed in one transaction."""
RUN_S = 0.5
"""One run of the job ends after this time, rests included, and asks for another: other jobs have their turn between."""
DOCUMENTS = Table("search_document", ("id", "project_id", "hash"), ("int8", "int8", "bytea"))
ENTRIES = Table(
    "search_entry",
    ("document_id", "mission_id", "record_type", "record_pk", "field"),
    ("int8", "int8", "varchar", "int8", "varchar"),
)


_Places = dict[tuple[bytes, int], tuple[str, int, FoundText]]
"""A text's hash and its mission, to the record (type, key) it was first seen in."""
_Lines = list[tuple[int, list[str]]]
"""Log records and all their words."""


def index_pending() -> None:
    """Index what waits, oldest first. Idempotent; two at once do some work twice and agree."""
    until = time.monotonic() + RUN_S
    while items := _take():
        with giving_way():
            index_items(items)
        if time.monotonic() > until:
            wake("search.index")
            return


def _take() -> list[QueueItem]:
    taken: list[QueueItem] = []
    size = 0
    for item in QueueItem.objects.order_by("id")[:64]:
        size += len(bytes(item.record_pks)) // 8
        if taken and size > BATCH_RECORDS:
            break
        taken.append(item)
    return taken


def index_items(items: list[QueueItem]) -> None:
    """Index these and take them off the queue, in one transaction."""
    found: dict[int, _Places] = {}
    lines: dict[int, _Lines] = {}
    for item in items:
        places = found.setdefault(item.project_id, {})
        for mission_pk, record_pk, text in _texts(item, lines.setdefault(item.project_id, [])):
            place = (digest16(text.text.encode(errors="replace")), mission_pk)
            places.setdefault(place, (item.record_type, record_pk, text))
    words: dict[bytes, list[str]] = {}
    for project_id, places in found.items():
        texts = {hashed: text.text for (hashed, _), (_, _, text) in places.items()}
        with connection.cursor() as cursor:
            known = _documents(cursor, project_id, list(texts))
        words |= {hashed: index_words(text) for hashed, text in texts.items() if hashed not in known}

    def write() -> None:
        with transaction.atomic():
            for project_id, places in sorted(found.items()):
                _write(project_id, places, words)
                with connection.cursor() as cursor:
                    write_lines(cursor, project_id, lines[project_id])
            QueueItem.objects.filter(id__in=[item.id for item in items]).delete()

    retry_conflicts(write)


def _texts(item: QueueItem, lines: _Lines) -> Iterable[tuple[int, int, FoundText]]:
    """The texts of records that have a mission; log records with all their words go into `lines`."""
    raw = bytes(item.record_pks)
    pks = [int.from_bytes(raw[at : at + 8], "big") for at in range(0, len(raw), 8)]
    if item.record_type == "span":
        homes = {
            row[0]: row[1:] for row in Span.objects.filter(id__in=pks).values_list("id", "mission_id", "span_kind")
        }
        for pk, span in read_spans(item.project_id, pks).items():
            if pk in homes:
                for text in span_texts(span, homes[pk][1]):
                    yield homes[pk][0], pk, text
        return
    homes_of_logs = dict(Log.objects.filter(id__in=pks).values_list("id", "mission_id"))
    for pk, record in read_logs(item.project_id, homes_of_logs).items():
        lines.append((pk, index_words(line_text(record))))
        mission_pk = homes_of_logs[pk]
        if mission_pk is not None:
            for text in log_texts(record):
                yield mission_pk, pk, text


def _write(project_id: int, places: _Places, words: dict[bytes, list[str]]) -> None:
    texts = {hashed for hashed, _ in places}
    with connection.cursor() as cursor:
        known = _documents(cursor, project_id, list(texts))
        new = sorted(hashed for hashed in texts if hashed not in known)
        if new:
            ids = allocate_ids(cursor, connection.vendor, DOCUMENTS.name, len(new))
            rows = [(pk, project_id, hashed) for pk, hashed in zip(ids, new, strict=True)]
            insert_missing(cursor, connection.vendor, DOCUMENTS, rows, "project_id, hash")
            known |= _documents(cursor, project_id, new)
            mine = {hashed: pk for pk, _, hashed in rows}
            _write_words(cursor, project_id, [(known[h], words[h]) for h in new if known[h] == mine[h]])
        entries = [
            (known[hashed], mission_pk, record_type, record_pk, text.field)
            for (hashed, mission_pk), (record_type, record_pk, text) in places.items()
        ]
        insert_missing(cursor, connection.vendor, ENTRIES, sorted(entries), "document_id, mission_id")


def _documents(cursor: object, project_id: int, hashes: list[bytes]) -> dict[bytes, int]:
    rows = find_by_keys(
        cursor,
        connection.vendor,
        DOCUMENTS.name,
        wanted=("hash", "id"),
        keys=("hash",),
        key_types=("bytea",),
        values=[(hashed,) for hashed in hashes],
        fixed=("project_id", project_id),
    )
    return {bytes(row[0]): row[1] for row in rows}


def _write_words(cursor: object, project_id: int, documents: list[tuple[int, list[str]]]) -> None:
    if connection.vendor == POSTGRESQL:
        with connection.cursor() as copying:
            copying.execute(
                "CREATE TEMP TABLE IF NOT EXISTS search_incoming (document_id bigint, project_id bigint, words text[])"
                " ON COMMIT DELETE ROWS"
            )
            table = Table("search_incoming", ("document_id", "project_id", "words"), ("int8", "int8", "text[]"))
            insert_rows(copying, POSTGRESQL, table, [(pk, project_id, words) for pk, words in documents])
            copying.execute(
                "INSERT INTO search_words SELECT document_id, project_id, array_to_tsvector(words) FROM search_incoming"
                " ON CONFLICT DO NOTHING"
            )
            copying.execute("TRUNCATE search_incoming")
        return
    rows = [(pk, " ".join(words)) for pk, words in documents]
    with connection.cursor() as writing:
        writing.executemany("INSERT INTO search_words (rowid, words) VALUES (%s, %s)", rows)
