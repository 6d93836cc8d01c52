"""Reads a project's log records, those of every mission and of none, in the order of their times.

The statements are written out because both planners must be told what leads: a sign before a column keeps its index
from leading. Without that they walk through all of a project's time for the few records of a trace.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db import connection

from traces.log_selectors import LOG_COLUMNS, make_log_row
from traces.models import Mission
from traces.records import LogRow

MOST_PKS = 10_000
"""Keys that a query may name: databases take only so many values."""
_COLUMNS = (*LOG_COLUMNS, "mission_id")
_SELECTED = ", ".join(f"l.{column}" for column in _COLUMNS)
_NAMED = ("service_name", "host_name", "agent_name", "user_id", "request_id", "conversation_id")
LAST_64 = 2**63 - 1
MOST_SEVERITY = 32_767


class TextMatch(NamedTuple):
    """Which records hold the words of a text: few by their keys, many by a condition."""

    pks: tuple[int, ...] | None
    """At most MOST_PKS; None: more."""
    condition: str = ""
    """Then SQL about `l.id`."""
    parameters: tuple[Any, ...] = ()


class LogQuery(NamedTuple):
    """Which log records of a project; empty fields do not restrict."""

    least_severity: int = 0
    mission_pk: int | None = None
    trace_id: str = ""
    span_id: str = ""
    service_name: str = ""
    host_name: str = ""
    agent_name: str = ""
    step_id: str = ""
    user_id: str = ""
    request_id: str = ""
    conversation_id: str = ""
    since_ns: int | None = None
    until_ns: int | None = None
    """Before this."""
    match: TextMatch | None = None

    @property
    def is_selective(self) -> bool:
        """Does an index lead to its records, so that the rest of the project's are not looked at?"""
        ids = (self.trace_id, self.span_id, self.step_id, self.user_id, self.request_id, self.conversation_id)
        return any(ids) or self.mission_pk is not None or (self.match is not None and self.match.pks is not None)


class Place(NamedTuple):
    """A record's place in the order of time."""

    time_ns: int
    pk: int


class Where(NamedTuple):
    """A condition on `traces_log AS l` and its values."""

    sql: str
    parameters: list[Any]

    def also(self, sql: str, *parameters: Any) -> "Where":
        """This and another condition."""
        return Where(f"{self.sql} AND {sql}", [*self.parameters, *parameters])


def list_project_logs(
    project_id: int, query: LogQuery, *, before: Place | None = None, limit: int = 200
) -> list[LogRow]:
    """The latest records, latest first; `before`: those that come before this place."""
    where, time = select_logs(project_id, query), time_column(query)
    if before is not None:
        where = where.also(f"({time}, l.id) < (%s, %s)", *before)
    return read_rows(project_id, where, f"{time} DESC, l.id DESC", limit)


def list_logs_after(project_id: int, query: LogQuery, *, after: Place, limit: int) -> list[LogRow]:
    """The records that follow a place, in the order of their times."""
    time = time_column(query)
    where = select_logs(project_id, query).also(f"({time}, l.id) > (%s, %s)", *after)
    return read_rows(project_id, where, f"{time}, l.id", limit)


def find_project_log(project_id: int, pk: int) -> LogRow | None:
    """One record of the project."""
    rows = read_rows(project_id, Where("l.project_id = %s AND l.id = %s", [project_id, pk]), "l.id", 1)
    return rows[0] if rows else None


def list_surroundings(project_id: int, row: LogRow, count: int) -> list[LogRow]:
    """Up to `count` records before and after this one of the same service and host, and itself, in order of time."""
    query = LogQuery(service_name=row.service_name, host_name=row.host_name)
    place = Place(row.time_ns, row.pk)
    earlier = list_project_logs(project_id, query, before=place, limit=count)
    later = list_logs_after(project_id, query, after=place, limit=count)
    return [*reversed(earlier), row, *later]


def select_logs(project_id: int, query: LogQuery) -> Where:
    """The condition of a question."""
    if (query.since_ns or 0) > LAST_64 or (query.match is not None and query.match.pks == ()):
        return Where("l.project_id = %s AND 1 = 0", [project_id])
    found = Where(_project(query), [project_id])
    for sql, *parameters in _conditions(query):
        found = found.also(sql, *parameters)
    if query.match is not None and query.match.pks is not None:
        marks = ", ".join(["%s"] * len(query.match.pks))
        found = found.also(f"l.id IN ({marks})", *query.match.pks)
    elif query.match is not None:
        found = found.also(query.match.condition, *query.match.parameters)
    return found


def time_column(query: LogQuery) -> str:
    """The column to order and to bound by: the index of times does not lead where another finds far fewer."""
    return "+l.time_ns" if query.is_selective else "l.time_ns"


def _project(query: LogQuery) -> str:
    """The project's condition. The indexes of missions and of keys do not begin with the project."""
    leads = query.mission_pk is None and (query.match is None or query.match.pks is None)
    return "l.project_id = %s" if leads else "+l.project_id = %s"


def _conditions(query: LogQuery) -> Iterable[tuple[Any, ...]]:
    if query.mission_pk is not None:
        yield "l.mission_id = %s", query.mission_pk
    if query.trace_id:
        yield "l.trace_id = %s", bytes.fromhex(query.trace_id)
    if query.span_id:
        yield "l.span_id = %s", bytes.fromhex(query.span_id)
    for column in _NAMED:
        if value := getattr(query, column):
            yield f"l.{column} = %s", value
    if query.step_id:
        # The first condition is that of its index; beside it SQLite would not use an equality.
        yield "l.step_id > '' AND l.step_id BETWEEN %s AND %s", query.step_id, query.step_id
    if query.least_severity:
        yield "l.severity_number >= %s", min(query.least_severity, MOST_SEVERITY)
    if query.since_ns is not None:
        yield f"{time_column(query)} >= %s", query.since_ns
    if query.until_ns is not None:
        yield f"{time_column(query)} < %s", min(query.until_ns, LAST_64)


def read_rows(project_id: int, where: Where, order: str, limit: int) -> list[LogRow]:
    """Records that a condition finds, with their missions' own ids."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_SELECTED} FROM traces_log AS l WHERE {where.sql} ORDER BY {order} LIMIT {int(limit)}",
            where.parameters,
        )
        found = cursor.fetchall()
    keys = _mission_keys(project_id, found)
    return [make_log_row(values, keys.get(values[-1], "")) for values in found]


def _mission_keys(project_id: int, found: Sequence[Sequence[Any]]) -> dict[int, str]:
    pks = {values[-1] for values in found if values[-1] is not None}
    return dict(Mission.objects.filter(project_id=project_id, id__in=pks).values_list("id", "key")) if pks else {}
