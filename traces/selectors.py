"""Reads what is stored of missions as frozen records: spans and rejections here, the rest from its own module.

Lists read narrow rows; payloads come one at a time.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from django.db.models import Q, QuerySet

from bodies.packs import Place
from bodies.selectors import PackReader
from telemetry.conventions import read_provenance
from telemetry.meaning import WAITS_FOR_A_PERSON
from telemetry.records import SpanRecord
from traces.contents import read_logs, read_spans
from traces.delivered import BY_DELIVERY, find_delivering
from traces.hex_ids import from_hex
from traces.log_selectors import (
    LogDetail,
    LogFilter,
    find_log_rows,
    list_logs,
    list_logs_by_time,
    list_logs_of_spans,
    list_newest_logs,
)
from traces.missions import (
    MissionFilter,
    MissionPage,
    Tally,
    count_log_traces,
    count_missions,
    find_mission,
    get_analysis,
    get_live_cursor,
    is_log_trace,
    list_changed_missions,
    list_missions,
)
from traces.models import Rejection, Span, SpanVersion
from traces.payload import PayloadReader
from traces.records import SpanRow
from traces.snapshot_selectors import StateEntry, list_snapshots, list_state

OTEL_KINDS = ("UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER")
STATUS_CODES = ("UNSET", "OK", "ERROR")
LINK_BYTES = 24
MOST_KEYS = 500
"""Asked for one by one."""
_SPAN_COLUMNS = (
    "id", "mission_id", "trace_id", "span_id", "side", "parent_span_id", "name", "otel_kind", "span_kind",
    "service_name", "agent_name", "step_id", "start_ns", "end_ns", "status_code", "status_message", "error_type",
    "links", "warnings", "change_seq", "has_messages", "outcome",
)  # fmt: skip


class SpanDetail(NamedTuple):
    """A span with everything its senders said."""

    row: SpanRow
    record: SpanRecord
    version_count: int
    """Distinct records it was merged from."""
    is_by_delivery: bool = False
    """No span of its trace names the mission: a record that the trace delivered does."""

    @property
    def provenance(self) -> dict[str, str]:
        """Field to the attribute it was read from; what was concluded says so."""
        concluded = {"mission_key": BY_DELIVERY} if self.is_by_delivery else {}
        return concluded | read_provenance(self.record)


class RejectionRow(msgspec.Struct, frozen=True):
    """A record that was refused."""

    pk: int
    time_ns: int
    door: str
    reason: str
    detail: str
    excerpt: str


class SpanFilter(NamedTuple):
    """Which spans of a mission; empty fields do not restrict."""

    trace_id: str = ""
    kind: str = ""
    status: str = ""
    """waiting, active, ok, failed or gone: effective."""
    text: str = ""
    """Part of the name, whatever its case."""
    agent: str = ""


def effective_status(status_code: int, error_type: str, end_ns: int | None) -> str:
    """What a span's own record says became of it, until a recompute has looked at its mission (`Span.outcome`)."""
    if status_code == 2 or error_type not in ("", WAITS_FOR_A_PERSON):
        return "failed"
    if error_type:
        return "waiting"
    return "active" if end_ns is None else "ok"


def span_row(values: Sequence[Any], mission_id: str) -> SpanRow:
    """The frozen record of a row read with the span columns."""
    links = bytes(values[17] or b"")
    kind = values[7]
    return SpanRow(
        pk=values[0],
        mission_id=mission_id,
        trace_id=bytes(values[2]).hex(),
        span_id=bytes(values[3]).hex(),
        side=values[4],
        parent_span_id=bytes(values[5]).hex() if values[5] else None,
        name=values[6],
        otel_kind=OTEL_KINDS[kind] if 0 <= kind < len(OTEL_KINDS) else f"KIND_{kind}",
        span_kind=values[8],
        service_name=values[9],
        agent_name=values[10],
        step_id=values[11],
        start_ns=values[12],
        end_ns=values[13],
        status_code=STATUS_CODES[values[14]] if 0 <= values[14] < len(STATUS_CODES) else "UNSET",
        status_message=values[15],
        effective_status=values[21] or effective_status(values[14], values[16], values[13]),
        error_type=values[16],
        links=tuple(
            (links[at : at + 16].hex(), links[at + 16 : at + LINK_BYTES].hex())
            for at in range(0, len(links), LINK_BYTES)
        ),
        warnings=tuple(values[18].split()),
        change_seq=values[19],
        has_messages=bool(values[20]),
    )


def list_spans(
    mission_pk: int, mission_id: str, *, after_seq: int = 0, limit: int | None = None, chosen: SpanFilter | None = None
) -> list[SpanRow]:
    """Spans of a mission in the order of their last change; all of them without `limit`."""
    query = Span.objects.filter(mission_id=mission_pk, change_seq__gt=after_seq)
    if chosen is not None:
        query = _chosen_spans(query, chosen)
    found = query.order_by("change_seq").values_list(*_SPAN_COLUMNS)
    return [span_row(values, mission_id) for values in (found if limit is None else found[:limit])]


def list_spans_of_missions(mission_ids: Mapping[int, str]) -> dict[int, list[SpanRow]]:
    """The spans of several missions (key to the sender's id), by mission key, each list in order of last change."""
    found: dict[int, list[SpanRow]] = {pk: [] for pk in mission_ids}
    query = Span.objects.filter(mission_id__in=list(mission_ids)).order_by("mission_id", "change_seq")
    for values in query.values_list(*_SPAN_COLUMNS):
        found[values[1]].append(span_row(values, mission_ids[values[1]]))
    return found


def find_span_rows(pks: Sequence[int], mission_pk: int, mission_id: str) -> dict[int, SpanRow]:
    """Spans of a mission by key; for many keys the whole mission is read."""
    query = Span.objects.filter(mission_id=mission_pk)
    if len(pks) <= MOST_KEYS:
        query = query.filter(id__in=pks)
    return {values[0]: span_row(values, mission_id) for values in query.values_list(*_SPAN_COLUMNS)}


def find_spans(
    project_id: int, mission_pk: int, mission_id: str, keys: Iterable[tuple[str, str, int]]
) -> list[SpanRow]:
    """Those of the mission's spans that have these identities (trace, span, side), in no order."""
    wanted = set(keys)
    if not wanted:
        return []
    query = Span.objects.filter(
        project_id=project_id,
        mission_id=mission_pk,
        trace_id__in={from_hex(trace_id, 16) for trace_id, _, _ in wanted},
        span_id__in={from_hex(span_id, 8) for _, span_id, _ in wanted},
    )
    rows = [span_row(values, mission_id) for values in query.values_list(*_SPAN_COLUMNS)]
    return [row for row in rows if (row.trace_id, row.span_id, row.side) in wanted]


def has_speakers(mission_pk: int) -> bool:
    """Does any agent's or step's span of the mission carry what was said?"""
    return Span.objects.filter(mission_id=mission_pk, has_messages=True).exists()


def list_step_ids(mission_pk: int) -> set[str]:
    """The steps that the mission's spans name."""
    named = Span.objects.filter(mission_id=mission_pk).exclude(step_id="")
    return set(named.order_by().values_list("step_id", flat=True).distinct())


def _chosen_spans(query: QuerySet[Span], chosen: SpanFilter) -> QuerySet[Span]:
    if chosen.trace_id:
        query = query.filter(trace_id=from_hex(chosen.trace_id, 16))
    if chosen.kind:
        query = query.filter(span_kind=chosen.kind.upper())
    if chosen.text:
        query = query.filter(name__icontains=chosen.text)
    if chosen.agent:
        query = query.filter(agent_name=chosen.agent)
    if chosen.status:
        query = query.filter(Q(outcome=chosen.status) | Q(outcome=None) & _said_by_record(chosen.status))
    return query


def _said_by_record(status: str) -> Q:
    """Spans of which `effective_status` says this."""
    failed = Q(status_code=2) | ~Q(error_type__in=("", WAITS_FOR_A_PERSON))
    if status == "failed":
        return failed
    if status == "waiting":
        return Q(error_type=WAITS_FOR_A_PERSON) & ~failed
    if status in ("active", "ok"):
        return Q(end_ns__isnull=status == "active", error_type="") & ~failed
    return Q(id__in=())


def find_span(
    project_id: int, mission_pk: int, mission_id: str, trace_id: str, span_id: str, side: int | None = None
) -> SpanDetail | None:
    """A mission's span with its whole content. Without `side` the client's, or the server's when it is alone."""
    query = Span.objects.filter(
        project_id=project_id,
        trace_id=from_hex(trace_id, 16),
        span_id=from_hex(span_id, 8),
        mission_id=mission_pk,
    ).order_by("side")
    if side is not None:
        query = query.filter(side=side)
    values = query.values_list(*_SPAN_COLUMNS, "pack_id", "pack_start", "pack_length").first()
    if values is None:
        return None
    reader = PackReader(project_id)
    payload = reader.read(Place(*values[22:25]))
    [record] = PayloadReader(reader.read_hashed).spans([(bytes(values[2]), bytes(values[3]), payload)])
    versions = SpanVersion.objects.filter(span_pk=values[0]).count() or 1
    row = span_row(values, mission_id)
    return SpanDetail(row, record, versions, bool(find_delivering(project_id, [row.trace_id])))


def list_rejections(project_id: int, *, before_pk: int | None = None, limit: int = 100) -> list[RejectionRow]:
    """Refused records, newest first."""
    query = Rejection.objects.filter(project_id=project_id)
    if before_pk is not None:
        query = query.filter(id__lt=before_pk)
    rows = query.order_by("-id").values_list("id", "time_ns", "door", "reason", "detail", "excerpt")
    return [RejectionRow(*values) for values in rows[:limit]]


__all__ = [
    "LogDetail", "LogFilter", "MissionFilter", "MissionPage", "RejectionRow", "SpanDetail", "SpanFilter",
    "StateEntry", "Tally", "count_log_traces", "count_missions", "effective_status", "find_log_rows", "find_mission",
    "find_span", "get_analysis", "get_live_cursor", "is_log_trace", "list_changed_missions", "list_logs",
    "list_logs_by_time", "list_logs_of_spans", "list_missions", "list_newest_logs", "list_rejections",
    "list_snapshots", "list_spans", "list_state", "read_logs", "read_spans", "span_row",
]  # fmt: skip
