"""Calls go where their span goes."""

from collections.abc import Sequence
from typing import Any

from core.bulk import Table, update_rows


def follow_spans(cursor: Any, vendor: str, moved: Sequence[tuple[int, int, int]]) -> None:
    """Calls go with their span to another mission: (mission, change_seq, span key)."""
    for table in ("llmlog_llmcall", "llmlog_toolcall"):
        homes = Table(table, ("mission_id", "change_seq", "span_pk"), ("int8", "int8", "int8"))
        update_rows(cursor, vendor, homes, ("span_pk",), moved)
