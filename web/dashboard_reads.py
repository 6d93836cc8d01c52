"""What dashboards' pages read: the answers of panels and tiles, and the missions behind a point."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from accounts.records import ProjectAccess
from metrics.dashboards.panels import Panel, PanelQuery, Tile
from metrics.records import MetricAnswer, MetricQuery, MetricSeries
from metrics.selectors import query
from web.presenters.dashboards.panels import present_panel
from web.presenters.dashboards.period import Period
from web.presenters.dashboards.tiles import PresentedTile, present_tile

TILE_POINTS = 24
MOST_SERIES = 10


def read_panel(
    project: ProjectAccess, panel: Panel, period: Period, *, group_by: str = "", is_compared: bool = False
) -> dict[str, Any]:
    """The answer that the page's script draws. `group_by` takes the place of the panel's own grouping."""
    groups = (group_by,) if group_by else panel.group_by
    answers = [_ask(project, each, period, groups) for each in panel.queries]
    before = [_ask(project, each, period.before(), groups) for each in panel.queries] if is_compared else []
    return present_panel(panel, period, answers, before)


def read_tiles(project: ProjectAccess, tiles: Iterable[Tile], period: Period) -> list[PresentedTile]:
    """Each tile's number, the one of the period before, and its course."""
    return [_read_tile(project, tile, period) for tile in tiles]


def _read_tile(project: ProjectAccess, tile: Tile, period: Period) -> PresentedTile:
    now = _whole(project, tile.query, period)
    before = _whole(project, tile.query, period.before())
    course = _ask(project, tile.query, period._replace(step_s=max(60, period.seconds // TILE_POINTS)), ())
    return present_tile(tile, period, now, before, _points(course.series))


def _whole(project: ProjectAccess, asked: PanelQuery, period: Period) -> float | None:
    """One value over the whole period."""
    points = _points(_ask(project, asked, period._replace(step_s=period.seconds), ()).series)
    return next((value for _, value in points if value is not None), None)


def _points(series: Sequence[MetricSeries]) -> list[tuple[int, float | None]]:
    return series[0].points if series else []


def _ask(project: ProjectAccess, asked: PanelQuery, period: Period, group_by: tuple[str, ...]) -> MetricAnswer:
    answer = query(
        project.pk,
        MetricQuery(
            name=asked.name,
            aggregation=asked.aggregation,
            since_ns=period.since_ns,
            until_ns=period.until_ns,
            group_by=group_by,
            filters=asked.filters,
            step_s=period.step_s,
            limit=MOST_SERIES,
        ),
    )
    return msgspec.structs.replace(answer, series=[each for each in answer.series if _has_values(each)])


def _has_values(series: MetricSeries) -> bool:
    return any(value is not None for _, value in series.points)
