"""Series out of the database."""

from typing import Any

import msgspec

from metrics.incoming import DERIVED
from metrics.labels import SeriesRow, is_gauge

_decode = msgspec.json.Decoder(dict[str, str]).decode
COLUMNS = "id, name, kind, unit, temporality, is_monotonic, origin, service_name, attributes, resource, first_ns"


def list_series(cursor: Any, project_id: int, name: str, origin: str | None, since_ns: int) -> list[SeriesRow]:
    """The series of a metric with anything since then; derived gauges always: they are 0 where they have nothing."""
    of_origin = "" if origin is None else " AND origin = %s"
    cursor.execute(
        f"SELECT {COLUMNS} FROM metrics_series WHERE project_id = %s AND name = %s"
        f" AND (last_ns >= %s OR (kind = 'gauge' AND origin = '{DERIVED}')){of_origin}",
        [project_id, name, since_ns, *([] if origin is None else [origin])],
    )
    return [_row(row) for row in cursor.fetchall()]


def _row(row: tuple[Any, ...]) -> SeriesRow:
    pk, name, kind, unit, temporality, is_monotonic, origin, service_name, attributes, resource, first_ns = row
    return SeriesRow(
        pk,
        name,
        kind,
        unit,
        is_gauge(kind, temporality, is_monotonic=bool(is_monotonic)),
        origin,
        service_name,
        _decode(attributes),
        _decode(resource),
        first_ns,
    )
