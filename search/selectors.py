"""Finds texts: the missions that hold all the words of a query, and where. The same on both databases."""

from collections.abc import Iterable, Sequence
from itertools import islice
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
FEW_TEXTS, MOST_TEXTS = 2_000, 50_000
"""Up to FEW_TEXTS, or a hundredth of all, texts that match are looked at before they are put in order."""


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


def find_missions_with(
    project_id: int, text: str, limit: int = MOST_MISSIONS, user_id: str | None = None
) -> frozenset[int]:
    """Keys of missions in which some text holds all words; the newest texts first when there are more.

    With `user_id` only that user's.
    """
    words = query_words(text)
    if not words:
        return frozenset()
    with connection.cursor() as cursor:
        found = _find_entries(cursor, _Asked(project_id, words, user_id=user_id), limit * 4)
    return frozenset(islice(dict.fromkeys(row[1] for row in found), limit))


def search(
    project_id: int,
    text: str,
    *,
    fields: Sequence[str] = (),
    mission_pk: int | None = None,
    before: int | None = None,
    limit: int = 50,
    user_id: str | None = None,
) -> SearchPage:
    """The texts that hold all words, newest first. `fields` as in FIELDS; `user_id`: only in that user's missions."""
    words = query_words(text)
    if not words:
        return SearchPage([], None)
    with connection.cursor() as cursor:
        asked = _Asked(project_id, words, tuple(fields), before, mission_pk, user_id)
        rows = _find_entries(cursor, asked, limit + 1)
    hits = _hits(project_id, rows[:limit], text, words)
    return SearchPage(hits, rows[limit - 1][0] if len(rows) > limit else None)


class _Asked(NamedTuple):
    """Which entries; the last word may be a beginning."""

    project_id: int
    words: list[str]
    fields: tuple[str, ...] = ()
    before: int | None = None
    mission_pk: int | None = None
    user_id: str | None = None

    def conditions(self) -> tuple[str, list[Any]]:
        """On `search_entry AS e`."""
        sql, params = "", list[Any](self.fields)
        if self.fields:
            sql += f" AND e.field IN ({', '.join(['%s'] * len(self.fields))})"
        if self.before is not None:
            sql += " AND e.id < %s"
            params.append(self.before)
        if self.mission_pk is not None:
            sql += " AND e.mission_id = %s"
            params.append(self.mission_pk)
        if self.user_id is not None:
            sql += " AND e.mission_id IN (SELECT id FROM traces_mission WHERE project_id = %s AND user_id = %s)"
            params += [self.project_id, self.user_id]
        return sql, params


def _find_entries(cursor: Any, asked: _Asked, limit: int) -> list[tuple[Any, ...]]:
    """(entry, mission, record type, record, field, hash of the text), newest first."""
    if connection.vendor != POSTGRESQL:
        return _walk(cursor, asked, limit, "search_words MATCH %s", " ".join(f'"{w}"' for w in asked.words) + "*")
    query = " & ".join(f"'{word}'" for word in asked.words) + ":*"
    documents = _find_few(cursor, asked.project_id, query)
    if documents is None:
        return _walk(cursor, asked, limit, "search_words.words @@ %s::tsquery", query)
    where, params = asked.conditions()
    cursor.execute(
        f"WITH found AS MATERIALIZED (SELECT {_ENTRY} FROM unnest(%s::bigint[]) AS k(id)"
        " JOIN search_document AS d ON d.id = k.id JOIN search_entry AS e ON e.document_id = d.id"
        f" WHERE true{where}) SELECT * FROM found ORDER BY 1 DESC LIMIT {limit}",
        [documents, *params],
    )
    return list(cursor.fetchall())


_ENTRY = "e.id, e.mission_id, e.record_type, e.record_pk, e.field, d.hash"


def _find_few(cursor: Any, project_id: int, query: str) -> list[int] | None:
    """Texts that match, of which there are few; None when there are many, so that the newest are soon found by walking.

    PostgreSQL guesses how many texts hold a word, and for one that is rare or nowhere it guessed to walk through all.
    """
    cursor.execute("SELECT coalesce(max(id), 0) FROM search_document")
    few = min(max(FEW_TEXTS, cursor.fetchone()[0] // 100), MOST_TEXTS)
    cursor.execute(
        "WITH found AS MATERIALIZED"
        " (SELECT document_id FROM search_words WHERE words @@ %s::tsquery AND project_id = %s)"
        f" SELECT document_id FROM found LIMIT {few + 1}",
        [query, project_id],
    )
    documents = [row[0] for row in cursor.fetchall()]
    return documents if len(documents) <= few else None


def _walk(cursor: Any, asked: _Asked, limit: int, match: str, query: str) -> list[tuple[Any, ...]]:
    key = "document_id" if connection.vendor == POSTGRESQL else "rowid"
    where, params = asked.conditions()
    cursor.execute(
        f"SELECT {_ENTRY} FROM search_words JOIN search_document AS d ON d.id = search_words.{key}"
        f" JOIN search_entry AS e ON e.document_id = d.id WHERE {match} AND d.project_id = %s{where}"
        f" ORDER BY e.id DESC LIMIT {limit}",
        [query, asked.project_id, *params],
    )
    return list(cursor.fetchall())


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
