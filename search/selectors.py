"""Finds texts: the missions that hold all the words of a query, and where. The same on both databases."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db import connection

from core.bulk import POSTGRESQL
from core.hashing import digest16
from search.models import QueueItem
from search.texts import FoundText, log_texts, span_texts
from search.words import query_words
from traces.models import Log, Mission, Span
from traces.selectors import read_logs, read_spans

FIELDS = ("name", "prompt", "reply", "arguments", "result", "state", "error", "log", "attribute")
EXCERPT = 240
"""Characters of an excerpt."""
MOST_MISSIONS = 1_000


class SearchHit(NamedTuple):
    """One text that holds all words."""

    mission_id: str
    mission_name: str
    type: str
    """span or log"""
    id: str
    """`trace.span` in hex for a span, the log's key for a log."""
    name: str
    field: str
    excerpt: str
    marks: tuple[tuple[int, int], ...]
    """Where words begin and end in the excerpt."""


class SearchPage(NamedTuple):
    """Hits, newest texts first."""

    hits: list[SearchHit]
    next_before: int | None
    """Ask for the hits before this one."""


def find_missions_with(project_id: int, text: str, limit: int = MOST_MISSIONS) -> frozenset[int]:
    """Keys of missions in which some text holds all words; the newest texts first when there are more."""
    words = query_words(text)
    if not words:
        return frozenset()
    sql, params = _sql(project_id, words, (), None)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT mission_id FROM ({sql} LIMIT {limit * 4}) AS found LIMIT {limit}", params)
        return frozenset(row[0] for row in cursor.fetchall())


def search(
    project_id: int,
    text: str,
    *,
    fields: Sequence[str] = (),
    mission_pk: int | None = None,
    before: int | None = None,
    limit: int = 50,
) -> SearchPage:
    """The texts that hold all words, newest first. `fields` as in FIELDS."""
    words = query_words(text)
    if not words:
        return SearchPage([], None)
    sql, params = _sql(project_id, words, fields, before, mission_pk)
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} LIMIT {limit + 1}", params)
        rows = cursor.fetchall()
    hits = _hits(project_id, rows[:limit], text, words)
    return SearchPage(hits, rows[limit - 1][0] if len(rows) > limit else None)


def _sql(
    project_id: int, words: list[str], fields: Sequence[str], before: int | None, mission_pk: int | None = None
) -> tuple[str, list[Any]]:
    if connection.vendor == POSTGRESQL:
        matches, match = "search_words AS w", "w.words @@ %s::tsquery"
        query = " & ".join(f"'{word}'" for word in words) + ":*"
        key = "w.document_id"
    else:
        matches, match = "search_words", "search_words MATCH %s"
        query = " ".join(f'"{word}"' for word in words) + "*"
        key = "search_words.rowid"
    sql = (
        "SELECT e.id, e.mission_id, e.record_type, e.record_pk, e.field, d.hash"
        f" FROM {matches} JOIN search_document AS d ON d.id = {key} JOIN search_entry AS e ON e.document_id = d.id"
        f" WHERE {match} AND d.project_id = %s"
    )
    params: list[Any] = [query, project_id]
    if fields:
        sql += f" AND e.field IN ({', '.join(['%s'] * len(fields))})"
        params += list(fields)
    if before is not None:
        sql += " AND e.id < %s"
        params.append(before)
    if mission_pk is not None:
        sql += " AND e.mission_id = %s"
        params.append(mission_pk)
    return sql + " ORDER BY e.id DESC", params


def _hits(project_id: int, rows: list[tuple[Any, ...]], text: str, words: list[str]) -> list[SearchHit]:
    named = Mission.objects.filter(project_id=project_id, id__in={row[1] for row in rows})
    missions = {pk: (key, name) for pk, key, name in named.values_list("id", "key", "name")}
    spans = read_spans(project_id, {row[3] for row in rows if row[2] == "span"})
    logs = read_logs(project_id, {row[3] for row in rows if row[2] == "log"})
    placed = Span.objects.filter(id__in=list(spans)).values_list("id", "mission_id", "span_kind")
    homes: dict[tuple[str, int], tuple[int | None, str]] = {("span", pk): (home, kind) for pk, home, kind in placed}
    written = Log.objects.filter(id__in=list(logs)).values_list("id", "mission_id")
    homes |= {("log", pk): (home, "") for pk, home in written}
    hits: list[SearchHit] = []
    for _, mission_pk, record_type, pk, field, hashed in rows:
        record: Any = spans.get(pk) if record_type == "span" else logs.get(pk)
        home, kind = homes.get((record_type, pk), (None, ""))
        if record is None or mission_pk not in missions or home != mission_pk:
            continue  # gone, or moved to another mission, where it was found again
        texts = span_texts(record, kind) if record_type == "span" else log_texts(record)
        excerpt, marks = _excerpt(_text_of(texts, bytes(hashed)), text)
        place = f"{record.trace_id.hex()}.{record.span_id.hex()}" if record_type == "span" else str(pk)
        name = record.name if record_type == "span" else (record.severity_text or "log")
        hits.append(SearchHit(*missions[mission_pk], record_type, place, name[:EXCERPT], field, excerpt, marks))
    return hits


def _text_of(texts: Iterable[FoundText], hashed: bytes) -> str:
    return next((found.text for found in texts if digest16(found.text.encode(errors="replace")) == hashed), "")


def _excerpt(text: str, asked: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    lowered = text.casefold() if len(text.casefold()) == len(text) else text
    terms = [term for term in (part.strip("\"'.,:;()[]{}").casefold() for part in asked.split()) if term]
    places = [at for at in (lowered.find(term) for term in terms) if at >= 0]
    first = max(0, min(places) - EXCERPT // 4) if places else 0
    piece, low = text[first : first + EXCERPT], lowered[first : first + EXCERPT]
    marks: list[tuple[int, int]] = []
    for term in terms:
        at = low.find(term)
        while at >= 0 and len(marks) < 50:
            marks.append((at, at + len(term)))
            at = low.find(term, at + len(term))
    return piece, tuple(_joined(sorted(marks)))


def _joined(marks: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in marks:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def get_index_lag_ns(now_ns: int) -> int:
    """How long the oldest record that is not indexed has waited."""
    oldest = QueueItem.objects.order_by("id").values_list("created_ns", flat=True).first()
    return 0 if oldest is None else max(0, now_ns - oldest)
