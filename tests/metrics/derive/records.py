"""Missions whose records are to be measured."""

from typing import Any

from accounts.models import Project
from analysis.recompute import recompute_missions
from metrics.derive.job import derive_marked
from metrics.models import DerivedWork, Rollup, RollupWork, Series
from metrics.rolling import merge_pending
from tests.ingest.test_order import attribute, request
from traces.models import Mission

SECOND = 10**9
MINUTE = 60 * SECOND
BEGIN = 1_790_000_000 * SECOND // (86_400 * SECOND) * (86_400 * SECOND)
"""A midnight."""


def make_project(name: str) -> int:
    return Project.objects.create(slug=name, name=name).pk


def at(seconds: float) -> int:
    return BEGIN + round(seconds * SECOND)


def span(
    number: int, start: float, end: float | None, name: str = "work", *, mission: str = "m", **attributes: Any
) -> dict[str, Any]:
    """A span of seconds after BEGIN. Attribute names have `__` for dots; status and kind are fields."""
    status, kind = attributes.pop("status", 0), attributes.pop("kind", 1)
    values = [attribute("mission.id", mission)]
    for key, value in attributes.items():
        field = "intValue" if isinstance(value, int) else "stringValue"
        values.append({"key": key.replace("__", "."), "value": {field: str(value)}})
    return {
        "traceId": f"{sum(mission.encode()):032x}",
        "spanId": f"{number:016x}",
        "name": name,
        "kind": kind,
        "startTimeUnixNano": str(at(start)),
        "endTimeUnixNano": str(0 if end is None else at(end)),
        "attributes": values,
        "status": {"code": status},
    }


def call(number: int, start: float, end: float, *, mission: str = "m", **attributes: Any) -> dict[str, Any]:
    """A model call."""
    named = {"gen_ai__operation__name": "chat", "gen_ai__request__model": "m-1", "gen_ai__provider__name": "acme"}
    return span(number, start, end, "chat m-1", mission=mission, **(named | attributes))


def from_service(name: str, *spans: dict[str, Any]) -> dict[str, Any]:
    return request(*spans, resource=[attribute("service.name", name)])


def log_request(*records: dict[str, Any], service: str = "brain") -> dict[str, Any]:
    groups = [{"scope": {}, "logRecords": list(records)}]
    return {"resourceLogs": [{"resource": {"attributes": [attribute("service.name", service)]}, "scopeLogs": groups}]}


def log(seconds: float, severity: int, body: str = "said", mission: str = "m", event: str = "") -> dict[str, Any]:
    made = {"timeUnixNano": str(at(seconds)), "severityNumber": severity, "body": {"stringValue": body}}
    return made | {"eventName": event, "attributes": [attribute("mission.id", mission)]}


def settle(project_id: int) -> None:
    """Compute missions, then everything that is marked, then longer buckets."""
    recompute_missions(list(Mission.objects.filter(project_id=project_id).values_list("id", flat=True)))
    derive_marked()
    merge_pending()
    assert not DerivedWork.objects.exists()
    assert not RollupWork.objects.exists()


def dump(project_id: int) -> list[tuple[Any, ...]]:
    """Every rollup of the project's series, in order."""
    series = {
        pk: row
        for pk, *row in Series.objects.filter(project_id=project_id).values_list(
            "id", "name", "service_name", "attributes"
        )
    }
    rows = Rollup.objects.filter(project_id=project_id).values_list(
        "series_id", "level_s", "bucket_ns", "count", "sum", "min", "max", "last", "error_count", "sketch"
    )
    return sorted((*series[row[0]], *row[1:9], bytes(row[9])) for row in rows)


def values(project_id: int, name: str, level_s: int = 60) -> dict[tuple[str, str, float], tuple[Any, ...]]:
    """(service, attributes, seconds after BEGIN) to (count, sum, error_count) of a metric."""
    return {
        (service, labels, (bucket - BEGIN) / SECOND): (count, total, errors)
        for metric, service, labels, level, bucket, count, total, _, _, _, errors, _ in dump(project_id)
        if metric == name and level == level_s
    }
