"""The words of each log record: finds lines where `selectors` finds texts, also lines of no mission and repeated ones.

A record never changes, so words written twice are the same words: PostgreSQL leaves the second out, FTS5 gives the row
once.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from core.bulk import POSTGRESQL, Table, insert_rows
from search.models import QueueItem
from search.words import query_words
from traces.project_logs import MOST_PKS, TextMatch

MOST_ITEMS = 1_000
"""Of the queue that are looked at for the first record that waits."""
_INCOMING = Table("search_incoming_lines", ("log_pk", "project_id", "words"), ("int8", "int8", "text[]"))


def find_lines(project_id: int, text: str) -> TextMatch:
    """Which records hold all words, the last of which may be a beginning. A text without words is nowhere."""
    words = query_words(text)
    if not words:
        return TextMatch(())
    parameters: tuple[Any, ...]
    if connection.vendor == POSTGRESQL:
        parameters = (" & ".join(f"'{word}'" for word in words) + ":*", project_id)
        found = "SELECT log_pk FROM search_logwords WHERE words @@ %s::tsquery AND project_id = %s"
        few = f"WITH found AS MATERIALIZED ({found}) SELECT log_pk FROM found"
    else:
        parameters = (" ".join(f'"{word}"' for word in words) + "*",)
        few = found = "SELECT rowid FROM search_logwords WHERE search_logwords MATCH %s"
    with connection.cursor() as cursor:
        cursor.execute(f"{few} LIMIT {MOST_PKS + 1}", parameters)
        pks = tuple(row[0] for row in cursor.fetchall())
    # The sign: SQLite is to gather the keys and ask for each record it comes to, not to look up a record for each.
    return TextMatch(pks) if len(pks) <= MOST_PKS else TextMatch(None, f"+l.id IN ({found})", parameters)


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
