"""Series out of the database."""

from typing import Any

import msgspec

from metrics.labels import SeriesRow, is_gauge

_decode = msgspec.json.Decoder(dict[str, str]).decode
COLUMNS = "id, name, kind, unit, temporality, is_monotonic, origin, service_name, attributes, resource"


def list_series(cursor: Any, project_id: int, name: str, origin: str | None, since_ns: int) -> list[SeriesRow]:
    """The series of a metric with anything since then."""
    of_origin = "" if origin is None else " AND origin = %s"
    cursor.execute(
        f"SELECT {COLUMNS} FROM metrics_series WHERE project_id = %s AND name = %s AND last_ns >= %s{of_origin}",
        [project_id, name, since_ns, *([] if origin is None else [origin])],
    )
    return [_row(row) for row in cursor.fetchall()]


def _row(row: tuple[Any, ...]) -> SeriesRow:
    pk, name, kind, unit, temporality, is_monotonic, origin, service_name, attributes, resource = row
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
    )
