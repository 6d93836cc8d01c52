"""The missions behind a point, as the drawer lists them. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from metrics.records import MissionBehind
from web.presenters.dashboards.period import Period
from web.presenters.dashboards.values import format_number, format_value
from web.presenters.mission.keys import span_key
from web.presenters.paths import mission_path

UNITS = {"s": "s", "USD": "USD", "{token}": "tokens", "By": "bytes", "1": ""}
"""A metric's unit to how values read; others are plain numbers."""


class PresentedSpan(NamedTuple):
    """A span to go to."""

    path: str
    value: str
    has_failed: bool


class PresentedMission(NamedTuple):
    """One mission of the list."""

    path: str
    name: str
    value: str
    note: str
    has_failed: bool
    spans: list[PresentedSpan]


def present_behind(
    name: str, labels: Mapping[str, str], unit: str, period: Period, found: Sequence[MissionBehind]
) -> dict[str, Any]:
    """Context of dashboards/_behind.html."""
    return {
        "metric": name,
        "labels": sorted(labels.items()),
        "since_ns": period.since_ns,
        "until_ns": period.until_ns,
        "missions": [_present(each, UNITS.get(unit, "")) for each in found],
    }


def _present(mission: MissionBehind, unit: str) -> PresentedMission:
    note = f"{format_number(mission.count)} measured"
    if mission.error_count:
        note += f", {format_number(mission.error_count)} failed"
    spans = [
        PresentedSpan(
            f"{mission_path(mission.id)}?span={span_key(each.trace_id, each.span_id)}",
            format_value(each.value, unit),
            each.has_failed,
        )
        for each in mission.spans
    ]
    value = format_value(mission.largest if unit == "s" else mission.total, unit)
    return PresentedMission(
        mission_path(mission.id), mission.name or mission.id, value, note, mission.error_count > 0, spans
    )
