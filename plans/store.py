"""Writes the facts of log records that a transaction stored."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from core.bulk import Table, insert_missing, insert_rows
from telemetry.meaning import POOL, SpanMeaning
from traces.store import StoredLog, StoredSpan

FACTS = Table(
    "plans_fact",
    ("log_pk", "project_id", "mission_id", "trace_id", "time_ns", "is_inferred", "data", "change_seq"),
    ("int8", "int8", "int8", "bytea", "int8", "bool", "bytea", "int8"),
)
WORK = Table("plans_attributionwork", ("mission_id", "project_id"), ("int8", "int8"))


def store_facts(cursor: Any, project_id: int, stored: Sequence[StoredLog], spans: Sequence[StoredSpan]) -> None:
    """Write what stored log records say about plans, with the record's own number; note what waits for its mission."""
    told = [item for item in stored if item.log.meaning.facts and item.mission_pk is not None]
    rows = [
        (item.pk, project_id, item.mission_pk, item.log.trace_id or None, item.log.time_ns, False,
         item.log.meaning.facts, item.seq)
        for item in told
    ]  # fmt: skip
    insert_rows(cursor, connection.vendor, FACTS, rows)
    pools = {item.mission_pk for item in stored if item.is_pooled}
    pools |= {item.mission_pk for item in spans if is_pooled(item.span.meaning)}
    # A span's mission may be its trace's by now: the job finds nothing that waits there.
    insert_missing(
        cursor, connection.vendor, WORK, [(pk, project_id) for pk in sorted(filter(None, pools))], "mission_id"
    )


def is_pooled(meaning: SpanMeaning) -> bool:
    """The record names no mission itself and waits in a pool."""
    return meaning.mission_key is not None and meaning.mission_key.strength == POOL
