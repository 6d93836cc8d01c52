"""Exact sums and percentiles in SQL, the same on SQLite and PostgreSQL.

Percentiles are by nearest rank, as PostgreSQL's `percentile_disc`: of n values in order the one at place ceil(p * n),
counted from 1. So each is a value that is there.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from core.bulk import POSTGRESQL
from core.money import MoneySum

PERCENTILES = (0.5, 0.9, 0.99)
LAST_64 = 2**63 - 1
_RANKED = "percentile_disc(ARRAY[0.5, 0.9, 0.99]) WITHIN GROUP (ORDER BY v)"


@dataclass(frozen=True, slots=True)
class Spread:
    """How numbers are spread; None where there are none."""

    count: int = 0
    p50: int | None = None
    p90: int | None = None
    p99: int | None = None
    max: int | None = None


def sum_counts(column: str) -> str:
    """SQL: two sums for `join_counts`. SQLite's own fails beyond 64 bits, and a sender may write any number."""
    wide = f"CAST({column} AS bigint)"
    return f"sum({wide} >> 32), sum({wide} & 4294967295)"


def join_counts(high: Any, low: Any) -> int | None:
    """The sum that `sum_counts` gave in two parts, at most the largest of 64 bits; None of nothing."""
    return None if high is None else min((int(high) << 32) + int(low), LAST_64)


def sum_money(cursor: Any, vendor: str, column: str) -> str:
    """SQL: the sum of a column of decimal texts, for `read_money_sum`."""
    if vendor == POSTGRESQL:
        return f"sum({column}::numeric)"
    cursor.db.connection.create_aggregate("sum_money", 1, MoneySum)
    return f"sum_money({column})"


def join_money(total: Any) -> str | None:
    """The sum that `sum_money` gave, as decimal text."""
    return None if total is None else format(Decimal(total), "f")


def read_spread(cursor: Any, vendor: str, sql: str, parameters: Sequence[Any]) -> Spread:
    """The spread of the column `v` of a query; nulls do not count. On SQLite one sort, and steps to each place."""
    if vendor == POSTGRESQL:
        cursor.execute(f"SELECT count(v), {_RANKED}, max(v) FROM ({sql}) AS given", parameters)
        count, ranked, most = cursor.fetchone()
        return _spread(count, *(ranked or (None, None, None)), most)
    percents = [round(100 * percentile) for percentile in (*PERCENTILES, 1)]
    places = [f"(SELECT max(0, (n * {percent} + 99) / 100 - 1) FROM counted)" for percent in percents]
    found = ", ".join(f"(SELECT v FROM ranked LIMIT 1 OFFSET {place})" for place in places)
    cursor.execute(
        f"WITH ranked AS MATERIALIZED (SELECT v FROM ({sql}) WHERE v IS NOT NULL ORDER BY v),"
        f" counted AS MATERIALIZED (SELECT count(*) AS n FROM ranked) SELECT n, {found} FROM counted",
        parameters,
    )
    return _spread(*cursor.fetchone())


def read_spreads(
    cursor: Any, vendor: str, sql: str, parameters: Sequence[Any], counts: Sequence[tuple[str, int]]
) -> dict[str, Spread]:
    """By `k`: the spread of `v` of a query. `counts`: each k with how many of its v are not null, in order of k."""
    if vendor == POSTGRESQL:
        cursor.execute(f"SELECT k, count(v), {_RANKED}, max(v) FROM ({sql}) AS given GROUP BY k", parameters)
        return {
            k: _spread(count, *(ranked or (None, None, None)), most) for k, count, ranked, most in cursor.fetchall()
        }
    places: dict[str, list[int]] = {}
    before = 0
    for key, count in counts:
        places[key] = [before + math.ceil(percentile * count) for percentile in (*PERCENTILES, 1)] if count else []
        before += count
    wanted = ", ".join(str(place) for several in places.values() for place in several)
    cursor.execute(
        f"SELECT place, v FROM (SELECT v, row_number() OVER (ORDER BY k, v) AS place FROM ({sql}) WHERE v IS NOT NULL)"
        f" WHERE place IN ({wanted})",
        parameters,
    )
    found = dict(cursor.fetchall())
    return {key: _spread(count, *(found[place] for place in places[key])) for key, count in counts}


def _spread(count: int, *values: int | None) -> Spread:
    return Spread(count, *(values or (None,) * 4))
