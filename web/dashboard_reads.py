"""What dashboards' pages read: the answers of panels and tiles, and the missions behind a point."""

from collections.abc import Iterable
from typing import Any

import msgspec

from accounts.records import ProjectAccess
from metrics.dashboards.panels import Panel, PanelQuery, Tile
from metrics.records import MetricAnswer, MetricQuery, MetricSeries
from metrics.selectors import find_last_ns, query, query_totals
from web.presenters.dashboards.empty import present_empty
from web.presenters.dashboards.panels import present_panel
from web.presenters.dashboards.period import Period
from web.presenters.dashboards.tiles import NOTHING, Measured, PresentedTile, present_tile

TILE_POINTS = 24
MINUTE_S = 60
MOST_SERIES = 8
"""As many as there are colours."""


def read_panel(
    project: ProjectAccess, panel: Panel, period: Period, *, group_by: str = "", is_compared: bool = False
) -> dict[str, Any]:
    """The answer that the page's script draws. `group_by` takes the place of the panel's own grouping."""
    groups = (group_by,) if group_by else panel.group_by
    asked = [_question(each, period, groups) for each in panel.queries]
    earlier = [_question(each, period.before(), groups) for each in panel.queries] if is_compared else []
    shown = present_panel(
        panel,
        period,
        [_ask(project, each) for each in asked],
        [query_totals(project.project_pk, each) for each in asked],
        [_ask(project, each) for each in earlier],
    )
    if not shown["series"]:
        last_ns = find_last_ns(project.project_pk, {each.name for each in panel.queries})
        shown["empty"] = present_empty(panel, period, last_ns)._asdict()
    return shown


def read_tiles(project: ProjectAccess, tiles: Iterable[Tile], period: Period) -> list[PresentedTile]:
    """Each tile's number, the one of the period before, and its course."""
    return [_read_tile(project, tile, period) for tile in tiles]


def _read_tile(project: ProjectAccess, tile: Tile, period: Period) -> PresentedTile:
    now, before = (_total(project, _question(tile.query, each)) for each in (period, period.before()))
    steps = period._replace(step_s=max(MINUTE_S, period.seconds // TILE_POINTS))
    course = _ask(project, _question(tile.query, steps)).series
    return present_tile(tile, period, now, before, course[0].points if course else [])


def _total(project: ProjectAccess, question: MetricQuery) -> Measured:
    """One value over the whole period."""
    series = query_totals(project.project_pk, question).series
    return Measured(series[0].points[0][1], series[0].count) if series else NOTHING


def _question(asked: PanelQuery, period: Period, group_by: tuple[str, ...] = ()) -> MetricQuery:
    return MetricQuery(
        name=asked.name,
        aggregation=asked.aggregation,
        since_ns=period.since_ns,
        until_ns=period.until_ns,
        group_by=group_by,
        filters=asked.filters,
        step_s=period.step_s,
        limit=MOST_SERIES,
    )


def _ask(project: ProjectAccess, question: MetricQuery) -> MetricAnswer:
    """The answer without series that were never measured."""
    answer = query(project.project_pk, question)
    return msgspec.structs.replace(answer, series=[each for each in answer.series if _has_values(each)])


def _has_values(series: MetricSeries) -> bool:
    return any(value is not None for _, value in series.points)
