"""Which missions are behind a value of a derived metric: read from the same rows that it was computed from."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection

from core.bulk import find_by_keys
from metrics.derive.catalogue import ACTIVE_AGENTS, ACTIVE_MISSIONS, BY_NAME, HISTOGRAM, WEBSOCKET
from metrics.derive.marks import find_interval
from metrics.derive.reading import read_records
from metrics.derive.rows import Measured
from metrics.derive.tallies import Key
from metrics.incoming import DERIVED
from metrics.labels import SERVICE_WORDS
from metrics.models import Series
from metrics.records import OTHER, MissionBehind, SpanBehind
from traces.models import Mission

MOST_READ = 50_000
"""Spans, calls, runs and samples each: of a time with more only the newest are looked at."""
MOST_SPANS = 5


def list_missions_behind(
    project_id: int, name: str, labels: Mapping[str, str], since_ns: int, until_ns: int, limit: int = 20
) -> list[MissionBehind]:
    """Missions that make up a derived metric in [since, until), those with the largest values first.

    `labels`: only what has all of these; the value `other` stands for what has no series of its own. Of a metric that
    is not derived, or a label that it has not, there are none. Only the newest 50,000 records of a kind are read.
    """
    if name not in BY_NAME:
        return []
    with connection.cursor() as cursor:
        if name == ACTIVE_MISSIONS.name:
            measured: Iterable[Measured] = _measure_missions(cursor, project_id, since_ns, until_ns)
        else:
            is_of_sockets = name == WEBSOCKET.name
            records = read_records(cursor, project_id, since_ns, until_ns, MOST_READ, with_closings=is_of_sockets)
            agents = {(mission, agent) for _, mission, agent in records.list_agents()}
            measured = (
                (Measured(name, since_ns, "", (), 1.0, mission_pk=mission) for mission, _ in sorted(agents))
                if name == ACTIVE_AGENTS.name
                else records.measure()
            )
        wanted = _Wanted(project_id, name, labels)
        return _gather(cursor, project_id, [each for each in measured if wanted.has(each)], limit)


def _measure_missions(cursor: Any, project_id: int, since_ns: int, until_ns: int) -> Iterable[Measured]:
    cursor.execute(
        "SELECT id, start_ns, last_activity_ns, span_count + log_count FROM traces_mission"
        " WHERE project_id = %s AND last_activity_ns >= %s ORDER BY last_activity_ns DESC LIMIT %s",
        [project_id, since_ns, MOST_READ],
    )
    for pk, *row in cursor.fetchall():
        interval = find_interval(*row)
        if interval is not None and interval.first_ns < until_ns and interval.last_ns >= since_ns:
            yield Measured(ACTIVE_MISSIONS.name, since_ns, "", (), 1.0, mission_pk=pk)


class _Wanted:
    """Tells the measurements of the chosen series."""

    def __init__(self, project_id: int, name: str, labels: Mapping[str, str]) -> None:
        self.metric = BY_NAME[name]
        self.labels = {"service" if label in SERVICE_WORDS else label: value for label, value in labels.items()}
        self.known: set[tuple[str, str]] | None = None
        if OTHER in self.labels.values():
            series = Series.objects.filter(project_id=project_id, name=name, origin=DERIVED)
            self.known = set(series.values_list("service_name", "attributes"))

    def has(self, measured: Measured) -> bool:
        """Is it one of them?"""
        if measured.metric != self.metric.name:
            return False
        key = Key(measured.metric, measured.service_name, measured.labels)
        if self.known is not None and (key.service_name, key.encode_labels()) in self.known:
            return False
        own = {**dict(zip(self.metric.labels, measured.labels, strict=True)), "service": measured.service_name}
        return all(value == OTHER or own.get(label) == value for label, value in self.labels.items())


def _gather(cursor: Any, project_id: int, measured: Sequence[Measured], limit: int) -> list[MissionBehind]:
    by_mission: dict[int, list[Measured]] = defaultdict(list)
    for each in measured:
        if each.mission_pk is not None:
            by_mission[each.mission_pk].append(each)
    is_histogram = bool(measured) and BY_NAME[measured[0].metric].kind == HISTOGRAM
    weigh = _largest if is_histogram else _total
    chosen = sorted(by_mission, key=lambda pk: (-weigh(by_mission[pk]), pk))[:limit]
    rows = Mission.objects.filter(project_id=project_id, id__in=chosen).values_list("id", "key", "name", "title")
    names = {pk: (key, name or title) for pk, key, name, title in rows}
    ids = _read_span_ids(cursor, [each.span_pk for pk in chosen for each in _worst(by_mission[pk]) if each.span_pk])
    return [_mission(pk, *names[pk], by_mission[pk], ids) for pk in chosen if pk in names]


def _mission(
    pk: int, key: str, name: str, measured: Sequence[Measured], ids: Mapping[int, tuple[str, str]]
) -> MissionBehind:
    spans = [
        SpanBehind(*ids[each.span_pk], each.value, each.has_failed)
        for each in _worst(measured)
        if each.span_pk is not None and each.span_pk in ids
    ]
    return MissionBehind(
        pk,
        key,
        name,
        sum(each.count for each in measured),
        sum(each.has_failed for each in measured),
        _total(measured),
        _largest(measured),
        spans,
    )


def _worst(measured: Sequence[Measured]) -> list[Measured]:
    return sorted(measured, key=lambda each: (-each.value, each.span_pk or 0))[:MOST_SPANS]


def _total(measured: Sequence[Measured]) -> float:
    return sum(each.value for each in measured)


def _largest(measured: Sequence[Measured]) -> float:
    return max(each.value for each in measured)


def _read_span_ids(cursor: Any, pks: Sequence[int]) -> dict[int, tuple[str, str]]:
    """By key: trace and span id."""
    rows = find_by_keys(
        cursor,
        connection.vendor,
        "traces_span",
        wanted=("id", "trace_id", "span_id"),
        keys=("id",),
        key_types=("int8",),
        values=[(pk,) for pk in sorted(set(pks))],
    )
    return {pk: (bytes(trace_id).hex(), bytes(span_id).hex()) for pk, trace_id, span_id in rows}
