"""The rows of series: found by their hash, made where they are missing."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from core.bulk import POSTGRESQL, Table, find_by_keys, insert_missing
from metrics.incoming import IncomingSeries

SERIES = Table(
    "metrics_series",
    (
        "project_id", "hash", "name", "kind", "unit", "description", "temporality", "is_monotonic", "origin",
        "is_overflow", "service_name", "attributes", "label_names", "resource", "first_ns", "last_ns",
    ),
    (
        "int8", "bytea", "text", "text", "text", "text", "text", "bool", "text", "bool", "text", "text", "text",
        "text", "int8", "int8",
    ),
)  # fmt: skip


def find_series(cursor: Any, project_id: int, hashes: list[bytes]) -> dict[bytes, int]:
    """The keys of those series that are there, by hash."""
    found = find_by_keys(
        cursor,
        connection.vendor,
        SERIES.name,
        wanted=("hash", "id"),
        keys=("hash",),
        key_types=("bytea",),
        values=[(one,) for one in hashes],
        fixed=("project_id", project_id),
    )
    return {bytes(one): key for one, key in found}


def ensure_series(cursor: Any, project_id: int, wanted: Mapping[bytes, IncomingSeries], at_ns: int) -> dict[bytes, int]:
    """The keys of all these series, by hash; those that are new begin at `at_ns`. No limit: the caller has one."""
    known = find_series(cursor, project_id, list(wanted))
    missing = sorted(wanted.keys() - known.keys())
    if not missing:
        return known
    rows = [_row(project_id, one, wanted[one], at_ns) for one in missing]
    insert_missing(cursor, connection.vendor, SERIES, rows, "project_id, hash")
    return known | find_series(cursor, project_id, missing)


def _row(project_id: int, series_hash: bytes, series: IncomingSeries, at_ns: int) -> tuple[Any, ...]:
    return (
        project_id, series_hash, series.name, series.kind, series.unit, series.description, series.temporality,
        series.is_monotonic, series.origin, series.is_overflow, series.service_name, series.attributes,
        series.label_names, series.resource, at_ns, at_ns,
    )  # fmt: skip


def extend_series(cursor: Any, spans: Sequence[tuple[int, int, int]]) -> None:
    """Let each of (series, since, until) reach from the one to the other at least."""
    vendor = connection.vendor
    least, most = ("least", "greatest") if vendor == POSTGRESQL else ("min", "max")
    assign = f"first_ns = {least}(first_ns, %s), last_ns = {most}(last_ns, %s)"
    cursor.executemany(
        f"UPDATE metrics_series SET {assign} WHERE id = %s AND (first_ns > %s OR last_ns < %s)",
        [(since_ns, until_ns, key, since_ns, until_ns) for key, since_ns, until_ns in sorted(spans)],
    )
