"""What was at work while a value was measured: for pushed values, whose exemplars often name no trace."""

from collections.abc import Mapping, Sequence

import msgspec
from django.db import connection
from django.db.models import Q

from metrics.asking import find_series
from metrics.derive.catalogue import BY_NAME
from metrics.records import Around, MetricQuery, MissionAround
from traces.models import Mission

MOST_SERVICES = 10
_decode = msgspec.json.Decoder(list[str]).decode


def find_around(
    project_id: int, name: str, labels: Mapping[str, str], since_ns: int, until_ns: int, limit: int = 20
) -> Around | None:
    """The services that pushed a metric, and their missions in [since, until); None of a metric that is derived."""
    if name in BY_NAME:
        return None
    question = MetricQuery(name, "count", since_ns, until_ns, filters=tuple(labels.items()))
    with connection.cursor() as cursor:
        series = find_series(cursor, project_id, question, since_ns)
    services = tuple(sorted({one.service_name for one in series.values()} - {""}))[:MOST_SERVICES]
    return Around(services, _list_missions(project_id, services, since_ns, until_ns, limit) if services else [])


def _list_missions(
    project_id: int, services: Sequence[str], since_ns: int, until_ns: int, limit: int
) -> list[MissionAround]:
    """A mission keeps its services as JSON: the text is looked for first, then the list is read."""
    named = Q()
    for service in services:
        named |= Q(services__contains=msgspec.json.encode(service).decode())
    query = Mission.objects.filter(
        named, project_id=project_id, last_activity_ns__gte=since_ns, start_ns__lt=until_ns
    ).order_by("-last_activity_ns", "id")
    rows = query.values_list("key", "name", "title", "status", "services")[: 2 * limit]
    found = [row for row in rows if set(services) & set(_decode(row[4]))]
    return [MissionAround(key, name or title, status) for key, name, title, status, _ in found[:limit]]
