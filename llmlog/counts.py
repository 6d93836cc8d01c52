"""How many model calls a mission has made, and how many are going on."""

from typing import NamedTuple

from django.db import connection

_OPEN = """
span.end_ns IS NULL AND span.start_ns IS NOT NULL AND coalesce(span.outcome, 'active') IN ('active', 'waiting')
"""
_COUNT = """
SELECT count(*), coalesce(sum(CASE WHEN {active} THEN 1 ELSE 0 END), 0)
FROM llmlog_llmcall AS said JOIN traces_span AS span ON span.id = said.span_pk
WHERE said.mission_id = %s AND said.is_counted {begun}
"""


class CallCount(NamedTuple):
    """Model calls that count in their mission's totals."""

    made: int
    active: int


def count_calls(mission_pk: int, at_ns: int | None = None) -> CallCount:
    """The calls of a mission, now or as they were at a moment."""
    if at_ns is None:
        sql, parameters = _COUNT.format(active=_OPEN, begun=""), [mission_pk]
    else:
        sql = _COUNT.format(active=f"span.end_ns > %s OR ({_OPEN})", begun="AND span.start_ns <= %s")
        parameters = [at_ns, mission_pk, at_ns]
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        made, active = cursor.fetchone()
    return CallCount(int(made), int(active))
