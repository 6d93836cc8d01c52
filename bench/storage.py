"""Bytes on disk by table, the search index apart."""

from typing import Any

from bench.missionscope_target import Target

SEARCH = "search_"
SQLITE = """
SELECT m.tbl_name, sum(s.pgsize) FROM dbstat s JOIN sqlite_master m ON m.name = s.name
WHERE s.aggregate = 1 GROUP BY m.tbl_name
"""
POSTGRESQL = """
SELECT relname, pg_total_relation_size(oid) FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""


def measure_storage(target: Target) -> dict[str, Any]:
    """Bytes a span of all tables with their indexes, of the search index, and of each large table."""
    tables = {str(name): int(size) for name, size in target.rows(POSTGRESQL if target.pg else SQLITE)}
    spans = target.db_count() or 1
    search = sum(size for name, size in tables.items() if name.startswith(SEARCH))
    largest = sorted(tables.items(), key=lambda item: -item[1])[:10]
    return {
        "spans": spans,
        "bytes_per_span": round((sum(tables.values()) - search) / spans),
        "search_bytes_per_span": round(search / spans),
        "tables": {name: round(size / spans, 1) for name, size in largest},
    }
