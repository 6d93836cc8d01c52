"""Facts go where their log record goes."""

from collections.abc import Sequence
from typing import Any

from core.bulk import Table, update_rows

HOMES = Table("plans_fact", ("mission_id", "change_seq", "log_pk", "is_inferred"), ("int8", "int8", "int8", "bool"))


def follow_logs(cursor: Any, vendor: str, moved: Sequence[tuple[int, int, int]]) -> None:
    """Facts go with their record to another mission: (mission, change_seq, log key)."""
    update_rows(cursor, vendor, HOMES, ("log_pk",), [(*row, False) for row in moved])
