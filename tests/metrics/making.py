"""Series and rollups to ask about."""

from collections.abc import Mapping

import msgspec
from django.db import connection

from metrics.incoming import derived_series
from metrics.levels import LEVELS_S
from metrics.rolling import merge_pending
from metrics.rollups import RollupRow, write_rollups
from metrics.series import ensure_series, extend_series
from metrics.sketches.codec import encode_sketch
from metrics.sketches.sketch import sketch_values
from metrics.work import note_work

MINUTE_NS = 60 * 10**9
BEGIN_NS = 1_790_000_000 * 10**9 // (86_400 * 10**9) * (86_400 * 10**9)
"""A midnight."""


def minute(number: int) -> int:
    """Begin of a minute after BEGIN_NS."""
    return BEGIN_NS + number * MINUTE_NS


def write_minutes(
    project_id: int,
    name: str,
    minutes: Mapping[int, list[float]],
    *,
    kind: str = "histogram",
    unit: str = "s",
    service: str = "brain",
    origin: str = "derived",
    **labels: str,
) -> int:
    """A series with these values in these minutes, and all levels above; its key."""
    series_hash, series = derived_series(name, kind, unit, "", service, labels)
    series = msgspec.structs.replace(series, origin=origin)
    with connection.cursor() as cursor:
        key = ensure_series(cursor, project_id, {series_hash: series}, minute(min(minutes)))[series_hash]
        rows = [_row(key, project_id, number, values, kind) for number, values in minutes.items()]
        write_rollups(cursor, rows)
        note_work(cursor, project_id, LEVELS_S[1], [(key, row.bucket_ns) for row in rows])
        extend_series(cursor, [(key, minute(min(minutes)), minute(max(minutes)))])
    merge_pending()
    return key


def _row(key: int, project_id: int, number: int, values: list[float], kind: str) -> RollupRow:
    sketch = encode_sketch(sketch_values(values)) if kind == "histogram" else b""
    spread = (len(values), sum(values), min(values), max(values), values[-1])
    return RollupRow(key, 60, minute(number), project_id, *spread, None, sketch)
