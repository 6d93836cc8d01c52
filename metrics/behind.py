"""Which missions are behind a value: of a derived metric those measured, of a pushed one those its exemplars name."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.db import connection

from core.bulk import find_by_keys
from metrics.derive import behind as derived
from metrics.derive.catalogue import BY_NAME
from metrics.exemplars import list_exemplars
from metrics.records import ExemplarRow, MetricQuery, MissionBehind, SpanBehind
from traces.models import Mission

MOST_SPANS = 5


def list_missions_behind(
    project_id: int, name: str, labels: Mapping[str, str], since_ns: int, until_ns: int, limit: int = 20
) -> list[MissionBehind]:
    """Missions of [since, until) whose values have these labels, those with the largest first."""
    if name in BY_NAME:
        return derived.list_missions_behind(project_id, name, labels, since_ns, until_ns, limit)
    question = MetricQuery(name, "count", since_ns, until_ns, filters=tuple(labels.items()))
    exemplars = list_exemplars(project_id, question)
    spans = _find_spans(project_id, exemplars)
    by_mission: dict[int, list[ExemplarRow]] = defaultdict(list)
    for each in exemplars:
        mission_pk = spans.get((each.trace_id, each.span_id))
        if mission_pk is not None:
            by_mission[mission_pk].append(each)
    names = _read_names(project_id, by_mission)
    found = [_mission(pk, *names[pk], told) for pk, told in by_mission.items() if pk in names]
    return sorted(found, key=lambda mission: (-mission.largest, mission.pk))[:limit]


def _find_spans(project_id: int, exemplars: Iterable[ExemplarRow]) -> dict[tuple[str, str], int]:
    """By trace and span: the mission."""
    places = sorted({(each.trace_id, each.span_id) for each in exemplars if each.span_id})
    with connection.cursor() as cursor:
        rows = find_by_keys(
            cursor,
            connection.vendor,
            "traces_span",
            wanted=("trace_id", "span_id", "mission_id"),
            keys=("trace_id", "span_id"),
            key_types=("bytea", "bytea"),
            values=[(bytes.fromhex(trace_id), bytes.fromhex(span_id)) for trace_id, span_id in places],
            fixed=("project_id", project_id),
        )
    return {(bytes(trace_id).hex(), bytes(span_id).hex()): mission_pk for trace_id, span_id, mission_pk in rows}


def _read_names(project_id: int, pks: Iterable[int]) -> dict[int, tuple[str, str]]:
    rows = Mission.objects.filter(project_id=project_id, id__in=list(pks)).values_list("id", "key", "name", "title")
    return {pk: (key, name or title) for pk, key, name, title in rows}


def _mission(pk: int, key: str, name: str, told: Sequence[ExemplarRow]) -> MissionBehind:
    values = [each.value or 0.0 for each in told]
    ordered = sorted(told, key=lambda each: -(each.value or 0.0))
    spans = [SpanBehind(each.trace_id, each.span_id, each.value or 0.0, False) for each in ordered[:MOST_SPANS]]
    return MissionBehind(pk, key, name, len(told), 0, sum(values), max(values), spans)
