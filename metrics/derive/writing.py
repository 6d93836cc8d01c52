"""Writes what minutes come to: only what differs from the rows that are there. Longer buckets are noted as work."""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from django.conf import settings

from metrics.derive.catalogue import BY_NAME, Metric
from metrics.derive.tallies import Key, Value, name_other
from metrics.incoming import DERIVED, derived_series
from metrics.levels import LEVELS_S, MINUTE_NS, MINUTE_S
from metrics.rollups import RollupRow, delete_rollups, write_rollups
from metrics.series import ensure_series, extend_series, find_series
from metrics.sketches.codec import encode_sketch, merge_encoded
from metrics.work import note_work

Minutes = Mapping[int, Mapping[Key, Value]]


def write_minutes(
    cursor: Any, project_id: int, names: Collection[str], minutes: Sequence[int], values: Minutes, now_ns: int
) -> int:
    """Let these minutes of the named metrics hold these values and no others; how many rows changed.

    Inside the caller's transaction. Idempotent: the same values again write nothing.
    """
    there = _read_there(cursor, project_id, names, minutes)
    pks = _find_series(cursor, project_id, {key for of in values.values() for key in of}, now_ns)
    rows = {
        (pks[key], minute_ns): RollupRow(pks[key], MINUTE_S, minute_ns, project_id, *msgspec.structs.astuple(value))
        for minute_ns, of in values.items()
        for key, value in _fold_unknown(of, pks).items()
    }
    changed = [row for place, row in rows.items() if there.get(place) != row]
    gone = there.keys() - rows.keys()
    write_rollups(cursor, changed)
    delete_rollups(cursor, MINUTE_S, gone)
    extend_series(cursor, _reach(changed))
    note_work(cursor, project_id, LEVELS_S[1], [(row.series_id, row.bucket_ns) for row in changed] + list(gone))
    return len(changed) + len(gone)


def _read_there(
    cursor: Any, project_id: int, names: Collection[str], minutes: Sequence[int]
) -> dict[tuple[int, int], RollupRow]:
    """The rows of the minutes, by series and minute."""
    marks = ", ".join(["%s"] * len(names))
    cursor.execute(
        "SELECT r.series_id, r.level_s, r.bucket_ns, r.project_id, r.count, r.sum, r.min, r.max, r.last,"
        " r.error_count, r.sketch FROM metrics_series s JOIN metrics_rollup r ON r.series_id = s.id"
        f" WHERE s.project_id = %s AND s.name IN ({marks}) AND s.origin = %s"
        " AND r.level_s = %s AND r.bucket_ns >= %s AND r.bucket_ns <= %s",
        [project_id, *sorted(names), DERIVED, MINUTE_S, min(minutes), max(minutes)],
    )
    wanted = set(minutes)
    rows = (RollupRow(*(*row[:10], bytes(row[10]))) for row in cursor.fetchall())
    return {(row.series_id, row.bucket_ns): row for row in rows if row.bucket_ns in wanted}


def _find_series(cursor: Any, project_id: int, keys: set[Key], now_ns: int) -> dict[Key, int]:
    """The series of the keys; of a metric that has as many as there may be only those that are there, and OTHER."""
    made = {key: _describe(key) for key in keys | {name_other(BY_NAME[key.metric]) for key in keys}}
    known = find_series(cursor, project_id, [hashed for hashed, _ in made.values()])
    missing = sorted(key for key in keys if made[key][0] not in known)
    room = _count_room(cursor, project_id, {key.metric for key in missing})
    wanted: list[Key] = []
    for key in missing:
        if room[key.metric] > 0:
            room[key.metric] -= 1
            wanted.append(key)
        else:
            wanted.append(name_other(BY_NAME[key.metric]))
    pks = known | ensure_series(cursor, project_id, dict(made[key] for key in wanted), now_ns)
    return {key: pks[hashed] for key, (hashed, _) in made.items() if hashed in pks}


def _describe(key: Key) -> Any:
    metric: Metric = BY_NAME[key.metric]
    return derived_series(metric.name, metric.kind, metric.unit, metric.description, key.service_name, key.get_labels())


def _count_room(cursor: Any, project_id: int, names: set[str]) -> Counter[str]:
    """How many more series each metric may have."""
    room = Counter(dict.fromkeys(names, settings.MISSIONSCOPE_METRIC_SERIES))
    if names:
        marks = ", ".join(["%s"] * len(names))
        cursor.execute(
            f"SELECT name, count(*) FROM metrics_series WHERE project_id = %s AND name IN ({marks}) AND origin = %s"
            " GROUP BY name",
            [project_id, *sorted(names), DERIVED],
        )
        room.subtract(dict(cursor.fetchall()))
    return room


def _fold_unknown(values: Mapping[Key, Value], pks: Mapping[Key, int]) -> Mapping[Key, Value]:
    """What has no series of its own counts as OTHER."""
    if all(key in pks for key in values):
        return values
    parts: dict[Key, list[Value]] = defaultdict(list)
    for key in sorted(values):
        parts[key if key in pks else name_other(BY_NAME[key.metric])].append(values[key])
    return {key: _merge(of) for key, of in parts.items()}


def _merge(values: Sequence[Value]) -> Value:
    if len(values) == 1:
        return values[0]
    lasts = [value.last for value in values if value.last is not None]
    errors = [value.error_count for value in values if value.error_count is not None]
    return Value(
        sum(value.count for value in values),
        math.fsum(value.sum for value in values),
        min(value.min for value in values),
        max(value.max for value in values),
        max(lasts) if lasts else None,
        sum(errors) if errors else None,
        encode_sketch(merge_encoded([value.sketch for value in values])),
    )


def _reach(rows: Iterable[RollupRow]) -> list[tuple[int, int, int]]:
    """Each series with its first and last time among the rows."""
    found: dict[int, tuple[int, int]] = {}
    for row in rows:
        first, last = found.get(row.series_id, (row.bucket_ns, row.bucket_ns))
        found[row.series_id] = (min(first, row.bucket_ns), max(last, row.bucket_ns))
    return [(series_id, first, last + MINUTE_NS - 1) for series_id, (first, last) in found.items()]
