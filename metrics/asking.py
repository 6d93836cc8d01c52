"""Questions to metrics, answered from rollups."""

import time
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection

from core.errors import FieldError, InvalidInput
from core.nanotime import MAX_NS, NS_PER_SECOND
from metrics.cells import QUANTILES, Cell, compute_values, weigh
from metrics.current import read_current
from metrics.holding import HELD, fill_idle, find_reach_ns, hold_values
from metrics.incoming import DERIVED
from metrics.labels import SeriesRow, matches
from metrics.reading import list_series
from metrics.records import AGGREGATIONS, OTHER, MetricAnswer, MetricQuery, MetricSeries
from metrics.steps import Buckets, choose_buckets, choose_total

Cells = dict[int, Cell]
"""By the place of the bucket."""
Labels = tuple[str, ...]
MOST_SERIES = 1000
MOST_LABELS = 10
COUNTED = {"count": "1", "error_rate": "1"}
"""Units of what is counted, whatever is measured."""


def query(project_id: int, question: MetricQuery, *, now_ns: int | None = None) -> MetricAnswer:
    """Values over time: whole buckets, aligned to their length, that hold the range asked for.

    Of amounts (counters, histograms) `sum` adds up; of levels (gauges) it is each series' average, added over series.
    `rate` is a counter's growth or a histogram's count, each second; there is none of a level. `last` is the newest
    value of any series. Quantiles and error rates are None of what has no spread and of what tells no failures.
    Raises InvalidInput.
    """
    _check(question)
    now = time.time_ns() if now_ns is None else now_ns
    buckets = choose_buckets(
        question.since_ns,
        question.until_ns,
        question.step_s,
        now_ns=now,
        minutes_days=settings.MISSIONSCOPE_METRIC_MINUTES_DAYS,
    )
    return _answer(project_id, question, buckets, now)


def query_totals(project_id: int, question: MetricQuery, *, now_ns: int | None = None) -> MetricAnswer:
    """One value for the whole range, for each group: its only point. `step_s` of the question does not count.

    The range begins and ends with whole minutes; of more than ten hours with ten minutes, of five days with two hours.
    """
    _check(question)
    now = time.time_ns() if now_ns is None else now_ns
    days = settings.MISSIONSCOPE_METRIC_MINUTES_DAYS
    buckets = choose_total(question.since_ns, question.until_ns, now_ns=now, minutes_days=days)
    return _answer(project_id, question, buckets, now)


def _check(question: MetricQuery) -> None:
    errors = []
    if not question.name:
        errors.append(FieldError("name", "is needed"))
    if question.aggregation not in AGGREGATIONS:
        errors.append(FieldError("aggregation", f"must be one of {', '.join(AGGREGATIONS)}"))
    if not 0 <= question.since_ns < question.until_ns <= MAX_NS:
        errors.append(FieldError("since_ns", "must be before until_ns"))
    if not 1 <= question.limit <= MOST_SERIES:
        errors.append(FieldError("limit", f"must be from 1 to {MOST_SERIES}"))
    if len(question.group_by) > MOST_LABELS:
        errors.append(FieldError("group_by", f"must name at most {MOST_LABELS} labels"))
    if errors:
        raise InvalidInput(errors=tuple(errors))


def _answer(project_id: int, question: MetricQuery, buckets: Buckets, now_ns: int) -> MetricAnswer:
    with connection.cursor() as cursor:
        reach_ns = find_reach_ns(question.aggregation, buckets)
        series = find_series(cursor, project_id, question, buckets.since_ns - reach_ns)
        rows = read_current(
            cursor,
            project_id,
            list(series),
            buckets.level_s,
            buckets.since_ns - reach_ns,
            buckets.until_ns,
            with_sketches=question.aggregation in QUANTILES,
        )
    folded = _fold_times(series, rows, buckets, _Fill(question.aggregation, reach_ns > 0, now_ns))
    groups = _group(question.group_by, series, folded)
    chosen, other_count = _choose(groups, question)
    unit = _unit(question.aggregation, series.values())
    begins_ns = [buckets.since_ns + place * buckets.step_s * NS_PER_SECOND for place in range(buckets.count)]
    values = _values([cells for _, cells in chosen], question.aggregation, buckets, now_ns)
    answered = [
        MetricSeries(
            question.name,
            labels,
            unit,
            [(begin_ns, told.get(place)) for place, begin_ns in enumerate(begins_ns)],
            sum(cell.count for cell in cells.values()),
        )
        for (labels, cells), told in zip(chosen, values, strict=True)
    ]
    return MetricAnswer(answered, other_count, buckets.step_s)


def find_series(cursor: Any, project_id: int, question: MetricQuery, since_ns: int) -> dict[int, SeriesRow]:
    """The series that a question is about, with anything since then; derived gauges also with nothing."""
    wanted: dict[str, set[str]] = {}
    for label, value in question.filters:
        wanted.setdefault(label, set()).add(value)
    filters = {label: frozenset(values) for label, values in wanted.items()}
    found = list_series(cursor, project_id, question.name, question.origin, since_ns)
    return {one.pk: one for one in found if matches(one, filters)}


class _Fill(NamedTuple):
    """How buckets are filled in which nothing was measured."""

    aggregation: str
    is_held: bool
    now_ns: int


def _fold_times(
    series: Mapping[int, SeriesRow], rows: Sequence[tuple[Any, ...]], buckets: Buckets, fill: _Fill
) -> Iterable[tuple[SeriesRow, Cells]]:
    """Each series with what its rows come to, by bucket."""
    by_series = {key: list(several) for key, several in groupby(rows, key=lambda row: row[0])}
    tells_failures = any(one.has_failed() is not None for one in series.values())
    for key, one in series.items():
        several = by_series.get(key, [])
        has_failed = one.has_failed() or False if tells_failures else None
        cells = _fold_rows(one, several, buckets, has_failed)
        if one.is_gauge:
            _fill(cells, one, several, buckets, fill)
            for cell in cells.values():
                cell.settle_level()
        if cells:
            yield one, cells


def _fold_rows(one: SeriesRow, rows: Sequence[tuple[Any, ...]], buckets: Buckets, has_failed: bool | None) -> Cells:
    """What the rows of a series come to. Those before the first bucket are only there to be held."""
    step_ns = buckets.step_s * NS_PER_SECOND
    cells: Cells = {}
    for _, bucket_ns, count, total, least, most, last, error_count, sketch in rows:
        place = (bucket_ns - buckets.since_ns) // step_ns
        if place < 0:
            continue
        cell = cells.get(place)
        if cell is None:
            cell = cells[place] = Cell(is_counter=one.kind == "sum" and not one.is_gauge)
        cell.count += count
        cell.take_sum(total)
        cell.take_extremes(least, most)
        cell.take_last(last, bucket_ns)
        cell.take_errors(error_count if has_failed is None else count * has_failed)
        if sketch:
            cell.sketches.append(bytes(sketch))
    return cells


def _fill(cells: Cells, one: SeriesRow, rows: Sequence[tuple[Any, ...]], buckets: Buckets, fill: _Fill) -> None:
    if one.origin == DERIVED and fill.aggregation in HELD:
        fill_idle(cells, one.first_ns, buckets, fill.now_ns)
    elif fill.is_held:
        hold_values(cells, rows, buckets, fill.now_ns)


def _group(
    group_by: tuple[str, ...], series: Mapping[int, SeriesRow], folded: Iterable[tuple[SeriesRow, Cells]]
) -> dict[Labels, Cells]:
    groups: dict[Labels, Cells] = {}
    for one, cells in folded:
        labels = tuple(one.get_label(label) for label in group_by)
        known = groups.get(labels)
        if known is None:
            groups[labels] = cells
        else:
            _add_cells(known, cells)
    return groups


def _add_cells(known: Cells, more: Cells) -> None:
    for place, cell in more.items():
        if place in known:
            known[place].add(cell)
        else:
            known[place] = cell


def _choose(groups: dict[Labels, Cells], question: MetricQuery) -> tuple[list[tuple[dict[str, str], Cells]], int]:
    """The groups with most, those beyond the limit as one at the end; and how many these were."""

    def weight(item: tuple[Labels, Cells]) -> tuple[float, Labels]:
        return -sum(weigh(cell, question.aggregation) for cell in item[1].values()), item[0]

    ordered = sorted(groups.items(), key=weight)
    chosen = [(dict(zip(question.group_by, labels, strict=True)), cells) for labels, cells in ordered[: question.limit]]
    rest = ordered[question.limit :]
    if rest:
        folded: Cells = {}
        for _, cells in rest:
            _add_cells(folded, cells)
        chosen.append(({OTHER: "true"}, folded))
    return chosen, len(rest)


def _values(lines: Sequence[Cells], aggregation: str, buckets: Buckets, now_ns: int) -> list[dict[int, float | None]]:
    """Of each line its values, by the place of their bucket. One that is not over is as long as it lasts by now."""
    step_ns = buckets.step_s * NS_PER_SECOND
    places = [(number, place) for number, cells in enumerate(lines) for place in cells]
    ages_ns = (now_ns - buckets.since_ns - place * step_ns for _, place in places)
    lengths_s = [min(step_ns, max(NS_PER_SECOND, age_ns)) / NS_PER_SECOND for age_ns in ages_ns]
    computed = compute_values([lines[number][place] for number, place in places], aggregation, lengths_s)
    found: list[dict[int, float | None]] = [{} for _ in lines]
    for (number, place), value in zip(places, computed, strict=True):
        found[number][place] = value
    return found


def _unit(aggregation: str, series: Iterable[SeriesRow]) -> str:
    if aggregation in COUNTED:
        return COUNTED[aggregation]
    found = list(series)
    units = sorted({one.unit for one in found})
    unit = units[0] if len(units) == 1 else ""
    if aggregation != "rate":
        return unit
    return f"{unit}/s" if all(one.kind == "sum" for one in found) else "1/s"
