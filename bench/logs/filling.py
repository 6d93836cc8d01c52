"""A million log records as the store keeps them, and their words, beside the server whose database it is."""

import random
import time
from typing import Any

LINES, DAYS = 1_000_000, 10
TOGETHER = 10_000
SERVICES = ("brain", "planner", "librarian", "gateway", "tools")
HOSTS = ("node-a", "node-b", "node-c")
SEVERITIES = (5, 9, 9, 9, 9, 9, 9, 9, 13, 17)
TRACED_EVERY, LINES_OF_A_SPAN = 10, 5
EVERYWHERE, SOMEWHERE, SELDOM = "handled", "retried", "quokka"
"""Words that are in every line, in one of twenty, and in one of ten thousand."""


def fill(project_id: int, lines: int = LINES) -> float:
    """Ten days that end now; how long the writing took, in s."""
    from django.db import connection, transaction

    from core.bulk import insert_rows
    from search.log_lines import write_lines
    from search.words import index_words
    from traces.store import LOGS

    chance = random.Random(7)
    step_ns = DAYS * 86_400 * 10**9 // lines
    first_ns = time.time_ns() - DAYS * 86_400 * 10**9
    begun = time.perf_counter()
    for first in range(1, lines + 1, TOGETHER):
        keys = range(first, min(first + TOGETHER, lines + 1))
        rows = [make_line(project_id, pk, first_ns + pk * step_ns, chance) for pk in keys]
        with transaction.atomic(), connection.cursor() as cursor:
            insert_rows(cursor, connection.vendor, LOGS, rows)
            write_lines(cursor, project_id, [(row[0], index_words(f"{row[8]} {row[10]}")) for row in rows])
    return time.perf_counter() - begun


def make_line(project_id: int, pk: int, time_ns: int, chance: Any) -> tuple[Any, ...]:
    """One row of `traces.store.LOGS`."""
    words = f"{SOMEWHERE} " * (pk % 20 == 0) + f"{SELDOM} " * (pk % 10_000 == 0)
    body = f"request {pk} was {EVERYWHERE} {words}in {chance.randrange(900)} ms"
    severity = chance.choice(SEVERITIES)
    trace_id = span_id = None
    if pk % TRACED_EVERY == 0:
        span_id = chance_id(pk // (TRACED_EVERY * LINES_OF_A_SPAN), 8)
        trace_id = chance_id(pk // (TRACED_EVERY * LINES_OF_A_SPAN * 4), 16)
    return (
        pk, project_id, None, trace_id, span_id, time_ns, severity, "", body, False, chance.choice(SERVICES),
        "", "", "", None, 0, None, None, None, chance.choice(HOSTS), pk.to_bytes(16, "big"), 0, 0, 0, 0,
    )  # fmt: skip


def chance_id(number: int, length: int) -> bytes:
    """An id that looks like chance, the same for the same number."""
    return random.Random(number).randbytes(length)
