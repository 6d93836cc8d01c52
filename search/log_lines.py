"""The words of each log record: finds lines where `selectors` finds texts, also lines of no mission and repeated ones.

A record never changes, so words written twice are the same words: PostgreSQL leaves the second out, FTS5 gives the row
once.
"""

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection

from core.bulk import POSTGRESQL, Table, insert_rows
from search.models import QueueItem
from search.words import query_words
from traces.project_logs import MOST_PKS, TextMatch

MOST_ITEMS = 1_000
"""Of the queue that are looked at for the first record that waits."""
NEWEST_PKS = 100_000
"""Keys that are read at once where there are many."""
_INCOMING = Table("search_incoming_lines", ("log_pk", "project_id", "words"), ("int8", "int8", "text[]"))


def find_lines(project_id: int, text: str) -> TextMatch:
    """Which records hold all words, the last of which may be a beginning. A text without words is nowhere."""
    words = query_words(text)
    if not words:
        return TextMatch(())
    return _find_postgresql(project_id, words) if connection.vendor == POSTGRESQL else _find_sqlite(words)


def _find_postgresql(project_id: int, words: Sequence[str]) -> TextMatch:
    """Where there are many, each record that one comes to is asked for its words (OFFSET 0: by its key)."""
    query = " & ".join(f"'{word}'" for word in words) + ":*"
    pks = _read_keys(
        "WITH found AS MATERIALIZED ("
        "SELECT log_pk FROM search_logwords WHERE words @@ %s::tsquery AND project_id = %s"
        f") SELECT log_pk FROM found LIMIT {MOST_PKS + 1}",
        (query, project_id),
    )
    if len(pks) <= MOST_PKS:
        return TextMatch(tuple(pks))
    one = "SELECT 1 FROM search_logwords AS w WHERE w.log_pk = l.id AND w.words @@ %s::tsquery OFFSET 0"
    return TextMatch(None, f"EXISTS ({one})", (query,))


def _find_sqlite(words: Sequence[str]) -> TextMatch:
    """Where there are many, the keys of the newest are read once: FTS5 puts all that begin with a word together each
    time it is asked. It is asked for older ones only when one comes to such a record.

    The signs: SQLite is to gather the keys and ask for each record it comes to, not to look up a record for each.
    """
    query = " ".join(f'"{word}"' for word in words) + "*"
    found = "SELECT rowid FROM search_logwords WHERE search_logwords MATCH %s"
    pks = _read_keys(f"{found} ORDER BY rowid DESC LIMIT {NEWEST_PKS + 1}", (query,))
    if len(pks) <= MOST_PKS:
        return TextMatch(tuple(pks))
    newest = json.dumps(pks)
    known = f"+l.id >= {pks[-1]} AND +l.id IN (SELECT value FROM json_each(%s))"
    if len(pks) <= NEWEST_PKS:
        return TextMatch(None, f"({known})", (newest,))
    older = f"+l.id < {pks[-1]} AND +l.id IN ({found} AND rowid < {pks[-1]})"
    return TextMatch(None, f"({known} OR {older})", (newest, query))


def _read_keys(sql: str, parameters: tuple[Any, ...]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [row[0] for row in cursor.fetchall()]


def write_lines(cursor: Any, project_id: int, lines: Sequence[tuple[int, list[str]]]) -> None:
    """Keep the words of records (key, words), in the caller's transaction."""
    if connection.vendor != POSTGRESQL:
        rows = [(pk, " ".join(words)) for pk, words in lines]
        cursor.executemany("INSERT INTO search_logwords (rowid, words) VALUES (%s, %s)", rows)
        return
    cursor.execute(
        "CREATE TEMP TABLE IF NOT EXISTS search_incoming_lines (log_pk bigint, project_id bigint, words text[])"
        " ON COMMIT DELETE ROWS"
    )
    insert_rows(cursor, POSTGRESQL, _INCOMING, [(pk, project_id, words) for pk, words in sorted(lines)])
    cursor.execute(
        "INSERT INTO search_logwords SELECT log_pk, project_id, array_to_tsvector(words) FROM search_incoming_lines"
        " ON CONFLICT DO NOTHING"
    )
    cursor.execute("TRUNCATE search_incoming_lines")


def find_first_waiting(project_id: int) -> int | None:
    """The key of the first record that is not indexed yet; None when none waits."""
    waiting = QueueItem.objects.filter(project_id=project_id, record_type="log").order_by("id")
    packed = waiting.values_list("record_pks", flat=True)[:MOST_ITEMS]
    return min((int.from_bytes(bytes(pks)[:8], "big") for pks in packed), default=None)
