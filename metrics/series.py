"""The rows of series: found by their hash, made where they are missing."""

from collections.abc import Mapping
from typing import Any

from django.db import connection

from core.bulk import Table, find_by_keys, insert_missing
from metrics.incoming import IncomingSeries

SERIES = Table(
    "metrics_series",
    (
        "project_id", "hash", "name", "kind", "unit", "description", "temporality", "is_monotonic", "origin",
        "is_overflow", "service_name", "attributes", "resource", "first_ns", "last_ns",
    ),
    (
        "int8", "bytea", "text", "text", "text", "text", "text", "bool", "text", "bool", "text", "text", "text",
        "int8", "int8",
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
        series.resource, at_ns, at_ns,
    )  # fmt: skip
