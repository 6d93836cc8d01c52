"""Reads log records of a mission as frozen records: narrow rows, in several orders."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from telemetry.records import LogRecord
from traces.hex_ids import from_hex
from traces.models import Log
from traces.records import LogRow

MOST_KEYS = 500
"""Asked for at once."""
LOG_COLUMNS = (
    "id", "time_ns", "severity_number", "severity_text", "body", "is_cut", "service_name", "trace_id", "span_id",
    "agent_name", "step_id", "event_name", "change_seq", "user_id", "request_id", "conversation_id", "host_name",
)  # fmt: skip


class LogDetail(NamedTuple):
    """A log record with everything its sender said."""

    row: LogRow
    record: LogRecord


class LogFilter(NamedTuple):
    """Which log records of a mission; empty fields do not restrict."""

    least_severity: int = 0
    text: str = ""
    """Part of the shown body, whatever its case."""
    trace_id: str = ""
    span_id: str = ""
    event_name: str = ""


def make_log_row(values: Sequence[Any], mission_id: str) -> LogRow:
    """The row of these columns."""
    return LogRow(
        pk=values[0],
        mission_id=mission_id,
        time_ns=values[1],
        severity_number=values[2],
        severity_text=values[3],
        body=values[4],
        is_cut=bool(values[5]),
        service_name=values[6],
        trace_id=bytes(values[7]).hex() if values[7] else None,
        span_id=bytes(values[8]).hex() if values[8] else None,
        agent_name=values[9],
        step_id=values[10],
        event_name=values[11],
        change_seq=values[12],
        user_id=values[13] or "",
        request_id=values[14] or "",
        conversation_id=values[15] or "",
        host_name=values[16],
    )


def find_log_rows(pks: Sequence[int], mission_pk: int, mission_id: str) -> dict[int, LogRow]:
    """Log records of a mission by key; those of other missions are left out."""
    query = Log.objects.filter(mission_id=mission_pk, id__in=list(pks)[:MOST_KEYS])
    return {values[0]: make_log_row(values, mission_id) for values in query.values_list(*LOG_COLUMNS)}


def list_logs(
    mission_pk: int, mission_id: str, *, after_seq: int = 0, limit: int | None = None, chosen: LogFilter | None = None
) -> list[LogRow]:
    """Log records of a mission in the order of their arrival."""
    query = _chosen_logs(Log.objects.filter(mission_id=mission_pk, change_seq__gt=after_seq), chosen)
    found = query.order_by("change_seq").values_list(*LOG_COLUMNS)
    return [make_log_row(values, mission_id) for values in (found if limit is None else found[:limit])]


def list_logs_by_time(
    mission_pk: int,
    mission_id: str,
    *,
    after: tuple[int, int] | None = None,
    limit: int = 200,
    chosen: LogFilter | None = None,
) -> list[LogRow]:
    """Log records of a mission in the order of their times; `after` is the (time_ns, pk) of the last one seen."""
    query = _chosen_logs(Log.objects.filter(mission_id=mission_pk), chosen)
    if after is not None:
        query = query.filter(Q(time_ns__gt=after[0]) | Q(time_ns=after[0], id__gt=after[1]))
    found = query.order_by("time_ns", "id").values_list(*LOG_COLUMNS)[:limit]
    return [make_log_row(values, mission_id) for values in found]


def list_logs_of_spans(
    mission_pk: int, mission_id: str, spans: Iterable[tuple[str, str]], *, most_each: int
) -> dict[tuple[str, str], list[LogRow]]:
    """By (trace, span): the first log records of each of these spans, in the order of their times."""
    found: dict[tuple[str, str], list[LogRow]] = {key: [] for key in spans}
    if not found:
        return found
    place = Window(RowNumber(), partition_by=[F("trace_id"), F("span_id")], order_by=["time_ns", "id"])
    query = Log.objects.filter(
        mission_id=mission_pk,
        trace_id__in={from_hex(trace_id, 16) for trace_id, _ in found},
        span_id__in={from_hex(span_id, 8) for _, span_id in found},
    ).annotate(place=place)
    for values in query.filter(place__lte=most_each).order_by("time_ns", "id").values_list(*LOG_COLUMNS):
        row = make_log_row(values, mission_id)
        key = (row.trace_id or "", row.span_id or "")
        if key in found:
            found[key].append(row)
    return found


def list_newest_logs(
    mission_pk: int, mission_id: str, *, limit: int = 200, chosen: LogFilter | None = None
) -> list[LogRow]:
    """The last log records of a mission, in the order of their times."""
    query = _chosen_logs(Log.objects.filter(mission_id=mission_pk), chosen)
    found = query.order_by("-time_ns", "-id").values_list(*LOG_COLUMNS)[:limit]
    return [make_log_row(values, mission_id) for values in reversed(found)]


def _chosen_logs(query: QuerySet[Log], chosen: LogFilter | None) -> QuerySet[Log]:
    if chosen is None:
        return query
    if chosen.least_severity:
        query = query.filter(severity_number__gte=chosen.least_severity)
    if chosen.text:
        query = query.filter(body__icontains=chosen.text)
    if chosen.trace_id:
        query = query.filter(trace_id=from_hex(chosen.trace_id, 16))
    if chosen.span_id:
        query = query.filter(span_id=from_hex(chosen.span_id, 8))
    if chosen.event_name:
        query = query.filter(event_name=chosen.event_name)
    return query
