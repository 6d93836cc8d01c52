"""A tile as it is shown: its number, how that changed, its course. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from metrics.dashboards.panels import Tile
from web.presenters.dashboards.period import Period
from web.presenters.dashboards.spark import draw_spark
from web.presenters.dashboards.values import format_change, format_value

SMALLEST_CHANGE = 0.05
"""Less is neither good nor bad news."""


class PresentedTile(NamedTuple):
    """What `dashboards/_tiles.html` shows."""

    key: str
    title: str
    value: str
    change: str
    change_css: str
    change_title: str
    lines: list[str]


def present_tile(
    tile: Tile, period: Period, now: float | None, before: float | None, course: Sequence[tuple[int, float | None]]
) -> PresentedTile:
    """`now` beside `before`, the value of the period before."""
    title = f"{format_value(before, tile.unit)} in {period.words}"
    change = format_change(now, before)
    return PresentedTile(
        tile.key, tile.title, format_value(now, tile.unit), change, _tone(tile, now, before), title, draw_spark(course)
    )


def _tone(tile: Tile, now: float | None, before: float | None) -> str:
    if now is None or not before or not tile.is_better or abs(now / before - 1) < SMALLEST_CHANGE:
        return ""
    return "status-ok" if (now < before) == (tile.is_better == "less") else "status-failed"
