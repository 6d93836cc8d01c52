"""Notes what is to be indexed, in the transaction that stored it."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from core.bulk import Table, allocate_ids, insert_rows

QUEUE = Table(
    "search_queueitem",
    ("id", "project_id", "created_ns", "record_type", "record_pks"),
    ("int8", "int8", "int8", "varchar", "bytea"),
)


def enqueue(cursor: Any, project_id: int, record_type: str, pks: Sequence[int], now_ns: int) -> None:
    """Have these records indexed soon."""
    if pks:
        [key] = allocate_ids(cursor, connection.vendor, QUEUE.name, 1)
        packed = b"".join(pk.to_bytes(8, "big") for pk in pks)
        insert_rows(cursor, connection.vendor, QUEUE, [(key, project_id, now_ns, record_type, packed)])
