"""Many rows at once through Django's cursor, on SQLite and on PostgreSQL, without its models."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

POSTGRESQL = "postgresql"


class Table(NamedTuple):
    """What a bulk write must know of a table."""

    name: str
    columns: tuple[str, ...]
    types: tuple[str, ...]
    """PostgreSQL type names, one per column: binary COPY needs them."""


def allocate_ids(cursor: Any, vendor: str, table: str, count: int) -> list[int]:
    """`count` unused primary keys. On SQLite the caller holds the write lock until it has inserted."""
    if vendor == POSTGRESQL:
        cursor.execute(f"SELECT nextval('{table}_id_seq') FROM generate_series(1, %s)", [count])
        return [row[0] for row in cursor.fetchall()]
    cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")
    last = cursor.fetchone()[0]
    return list(range(last + 1, last + 1 + count))


def insert_rows(cursor: Any, vendor: str, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows that are known to be new: binary COPY on PostgreSQL, one prepared statement on SQLite."""
    if not rows:
        return
    columns = ", ".join(table.columns)
    if vendor == POSTGRESQL:
        with cursor.db.wrap_database_errors:
            _copy(cursor, table, rows)
        return
    marks = ", ".join(["%s"] * len(table.columns))
    cursor.executemany(f"INSERT INTO {table.name} ({columns}) VALUES ({marks})", rows)


def insert_missing(cursor: Any, vendor: str, table: Table, rows: Sequence[tuple[Any, ...]], unique: str) -> int:
    """Insert rows, leaving out those whose `unique` columns are there; how many went in. Sort them alike everywhere."""
    if not rows:
        return 0
    columns = ", ".join(table.columns)
    if vendor == POSTGRESQL:
        arrays = ", ".join(f"%b::{kind}[]" for kind in table.types)
        sql = f"INSERT INTO {table.name} ({columns}) SELECT * FROM unnest({arrays}) ON CONFLICT ({unique}) DO NOTHING"
        return int(_bind(cursor, sql, [list(column) for column in zip(*rows, strict=True)]).rowcount)
    marks = ", ".join(["%s"] * len(table.columns))
    sql = f"INSERT INTO {table.name} ({columns}) VALUES ({marks}) ON CONFLICT ({unique}) DO NOTHING"
    cursor.executemany(sql, rows)
    return int(cursor.rowcount)


def insert_probably_missing(
    cursor: Any, vendor: str, table: Table, rows: Sequence[tuple[Any, ...]], unique: str
) -> None:
    """The same for rows that were not there a moment ago: by COPY, as long as no other transaction came first."""
    if vendor != POSTGRESQL or not rows:
        insert_missing(cursor, vendor, table, rows, unique)
        return
    cursor.execute("SAVEPOINT probably_missing")
    with cursor.db.wrap_database_errors:
        try:
            _copy(cursor, table, rows)
        except cursor.db.Database.errors.UniqueViolation:
            cursor.execute("ROLLBACK TO SAVEPOINT probably_missing")
            insert_missing(cursor, vendor, table, rows, unique)
    cursor.execute("RELEASE SAVEPOINT probably_missing")


def upsert_rows(
    cursor: Any, vendor: str, table: Table, rows: Sequence[tuple[Any, ...]], unique: str, *, only_if: str = ""
) -> None:
    """Insert rows; those whose `unique` columns are there take the new values, where SQL `only_if` is true.

    `only_if` names the new row `excluded` and the old one by its table. No two rows may have the same `unique`.
    """
    if not rows:
        return
    columns = ", ".join(table.columns)
    kept = unique.split(", ")
    assign = ", ".join(f"{column} = excluded.{column}" for column in table.columns if column not in kept)
    conflict = f"ON CONFLICT ({unique}) DO UPDATE SET {assign}" + (f" WHERE {only_if}" if only_if else "")
    if vendor == POSTGRESQL:
        arrays = ", ".join(f"%b::{kind}[]" for kind in table.types)
        sql = f"INSERT INTO {table.name} ({columns}) SELECT * FROM unnest({arrays}) {conflict}"
        _bind(cursor, sql, [list(column) for column in zip(*rows, strict=True)])
        return
    marks = ", ".join(["%s"] * len(table.columns))
    cursor.executemany(f"INSERT INTO {table.name} ({columns}) VALUES ({marks}) {conflict}", rows)


def update_rows(cursor: Any, vendor: str, table: Table, keys: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> None:
    """Update rows found by the `keys` columns. Each row holds a value for every column of `table`."""
    if not rows:
        return
    values = [column for column in table.columns if column not in keys]
    if vendor == POSTGRESQL:
        arrays = ", ".join(f"%b::{kind}[]" for kind in table.types)
        alias = ", ".join(table.columns)
        assign = ", ".join(f"{column} = new.{column}" for column in values)
        match = " AND ".join(f"old.{key} = new.{key}" for key in keys)
        sql = f"UPDATE {table.name} AS old SET {assign} FROM unnest({arrays}) AS new({alias}) WHERE {match}"
        _bind(cursor, sql, [list(column) for column in zip(*rows, strict=True)])
        return
    at = {column: index for index, column in enumerate(table.columns)}
    assign = ", ".join(f"{column} = %s" for column in values)
    match = " AND ".join(f"{key} = %s" for key in keys)
    order = [at[column] for column in values] + [at[key] for key in keys]
    sql = f"UPDATE {table.name} SET {assign} WHERE {match}"
    cursor.executemany(sql, [tuple(row[index] for index in order) for row in rows])


def find_by_keys(
    cursor: Any,
    vendor: str,
    table: str,
    *,
    wanted: tuple[str, ...],
    keys: tuple[str, ...],
    key_types: tuple[str, ...],
    values: Sequence[tuple[Any, ...]],
    fixed: tuple[str, Any] | None = None,
    where: str = "",
    lock: bool = False,
) -> list[tuple[Any, ...]]:
    """Rows of `table`, as `t`, whose `keys` columns equal one of `values`; `fixed` is a further (column, value).

    `where`: SQL that must be true too. `lock`: for update, in the order of `values`, where the database locks rows.
    """
    found: list[tuple[Any, ...]] = []
    names = ", ".join(f"t.{column}" for column in wanted)
    match = " AND ".join(f"t.{key} = k.c{index}" for index, key in enumerate(keys))
    aliases = ", ".join(f"c{index}" for index in range(len(keys)))
    match += f" AND t.{fixed[0]} = %s" if fixed else ""
    match += f" AND {where}" if where else ""
    told = [fixed[1]] if fixed else []
    for part in chunked(values, 8_000 // len(keys)):
        if vendor == POSTGRESQL:
            arrays = ", ".join(f"%b::{kind}[]" for kind in key_types)
            # OFFSET 0 keeps the lookup a lookup: for a table that has grown since it was analysed, and for which it
            # must guess, the planner would rather hash all its rows.
            lookup = f"SELECT {names} FROM {table} AS t WHERE {match} OFFSET 0" + (" FOR UPDATE" if lock else "")
            sql = f"SELECT t.* FROM unnest({arrays}) AS k({aliases}) CROSS JOIN LATERAL ({lookup}) AS t"
            found.extend(_bind(cursor, sql, [*(list(column) for column in zip(*part, strict=True)), *told]).fetchall())
        else:
            marks = ", ".join(["(" + ", ".join(["%s"] * len(keys)) + ")"] * len(part))
            sql = f"WITH k({aliases}) AS (VALUES {marks}) SELECT {names} FROM k CROSS JOIN {table} AS t ON {match}"
            cursor.execute(sql, [value for row in part for value in row] + told)
            found.extend(cursor.fetchall())
    return found


def _copy(cursor: Any, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    with cursor.copy(f"COPY {table.name} ({', '.join(table.columns)}) FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(table.types)
        for row in rows:
            copy.write_row(row)


def _bind(cursor: Any, sql: str, params: Sequence[Any]) -> Any:
    """Execute with arrays bound in binary. Django's own cursor writes them into the statement's text: twice as slow."""
    with cursor.db.wrap_database_errors:
        return cursor.db.Database.Cursor(cursor.db.connection).execute(sql, params)


def chunked(values: Sequence[Any], size: int) -> Iterable[Sequence[Any]]:
    """`values` in slices of at most `size`."""
    for start in range(0, len(values), size):
        yield values[start : start + size]
