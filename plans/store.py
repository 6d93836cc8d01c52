"""Writes the facts of log records that a transaction stored."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from core.bulk import Table, insert_missing, insert_rows
from telemetry.meaning import POOL
from traces.store import StoredLog

FACTS = Table(
    "plans_fact",
    ("log_pk", "project_id", "mission_id", "trace_id", "time_ns", "is_inferred", "data", "change_seq"),
    ("int8", "int8", "int8", "bytea", "int8", "bool", "bytea", "int8"),
)
WORK = Table("plans_attributionwork", ("mission_id", "project_id"), ("int8", "int8"))


def store_facts(cursor: Any, project_id: int, stored: Sequence[StoredLog]) -> None:
    """Write what stored log records say about plans, with the record's own number."""
    told = [item for item in stored if item.log.meaning.facts and item.mission_pk is not None]
    rows = [
        (item.pk, project_id, item.mission_pk, item.log.trace_id or None, item.log.time_ns, False,
         item.log.meaning.facts, item.seq)
        for item in told
    ]  # fmt: skip
    insert_rows(cursor, connection.vendor, FACTS, rows)


def note_pools(cursor: Any, project_id: int, pools: Iterable[int]) -> None:
    """Have the missions of records that name none looked at by the job."""
    insert_missing(cursor, connection.vendor, WORK, [(pk, project_id) for pk in sorted(pools)], "mission_id")


def pools_of(stored: Sequence[StoredLog]) -> set[int]:
    """The missions that records came to for want of a name of their own."""
    return {
        item.mission_pk
        for item in stored
        if item.mission_pk is not None and item.is_pooled and item.log.meaning.mission_key is not None
        and item.log.meaning.mission_key.strength == POOL
    }  # fmt: skip
