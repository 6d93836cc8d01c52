"""What missions are called when the spans that named them have changed or moved.

A new span can only bring a better name, which `membership.hold_missions` keeps. All else is asked of the rows, so the
name depends on the spans a mission has and not on the order in which they came.
"""

from collections.abc import Iterable
from typing import Any

from traces.users import NEVER

_BEST = """
SELECT mission_name_rank, coalesce(start_ns, %s) AS named_by_ns, mission_name FROM traces_span
WHERE mission_id = %s AND mission_name_rank > 0
ORDER BY mission_name_rank DESC, named_by_ns, mission_name LIMIT 1
"""
_RENAME = """
UPDATE traces_mission SET name_rank = %s, named_by_ns = %s, name = %s
WHERE id = %s AND NOT (name_rank = %s AND name = %s AND coalesce(named_by_ns, -1) = %s)
"""


def name_missions(cursor: Any, mission_pks: Iterable[int]) -> None:
    """Name these missions by their spans. They are held by this transaction."""
    for pk in sorted(mission_pks):
        cursor.execute(_BEST, [NEVER, pk])
        rank, named_by_ns, name = cursor.fetchone() or (0, None, "")
        cursor.execute(_RENAME, [rank, named_by_ns, name, pk, rank, name, -1 if named_by_ns is None else named_by_ns])
