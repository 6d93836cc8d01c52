"""A tile as it is shown: its number, how that changed, its course. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from metrics.dashboards.panels import Tile
from metrics.derive.catalogue import BY_NAME
from web.presenters.dashboards.period import Period
from web.presenters.dashboards.spark import draw_spark
from web.presenters.dashboards.values import format_change, format_value

SMALLEST_CHANGE = 0.05
"""Less is neither good nor bad news."""
AMOUNTS = frozenset({"count", "sum", "rate"})
"""Aggregations of how much there was. A share or a duration is not new, and one of nothing is no 0."""
LEAST_COUNT = 10
"""Measurements that a period must have for another to be compared with it."""
LEAST_LEVEL = 5
"""A plain number that was smaller is not compared with: one more is soon many times as much."""
LEAST_SHARE = 0.05
"""Of the measurements of this period: with fewer the one before was nearly empty, and what there is now is new."""


class Measured(NamedTuple):
    """A number, and how many measurements it is made of."""

    value: float | None
    made_of: int


NOTHING = Measured(None, 0)


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
    tile: Tile, period: Period, now: Measured, before: Measured, course: Sequence[tuple[int, float | None]]
) -> PresentedTile:
    """`now` beside `before`, the period before. Where that had too little to compare with, what is new is called so."""
    is_amount = tile.query.aggregation in AMOUNTS
    if now.value is None and is_amount and tile.query.name in BY_NAME:
        now = Measured(0.0, 0)
    is_small = tile.unit == "" and before.value is not None and before.value < LEAST_LEVEL
    if _is_comparable(now, before) and not is_small:
        change, css = format_change(now.value, before.value), _tone(tile, now.value, before.value)
        title = f"{format_value(before.value, tile.unit)} in {period.words}"
    else:
        is_new = is_amount and now.value and before.made_of < LEAST_SHARE * now.made_of
        change, css = "new" if is_new else "", ""
        few = format_value(before.value, tile.unit) if is_small else f"{before.made_of} measured"
        few = few if before.made_of else "Nothing was measured"
        title = f"{few} in {period.words}: too little to compare with"
    return PresentedTile(
        tile.key, tile.title, format_value(now.value, tile.unit), change, css, title, draw_spark(course)
    )


def _is_comparable(now: Measured, before: Measured) -> bool:
    return before.made_of >= max(LEAST_COUNT, LEAST_SHARE * now.made_of)


def _tone(tile: Tile, now: float | None, before: float | None) -> str:
    if now is None or not before or not tile.is_better or abs(now / before - 1) < SMALLEST_CHANGE:
        return ""
    return "status-ok" if (now < before) == (tile.is_better == "less") else "status-failed"
