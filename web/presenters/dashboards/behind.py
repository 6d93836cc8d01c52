"""The missions behind a point, as the drawer lists them. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from metrics.records import Around, MissionAround, MissionBehind
from web.presenters.dashboards.period import Period
from web.presenters.dashboards.values import format_number, format_value
from web.presenters.log_query import LogQuestion
from web.presenters.marks import Mark, present_status
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


class PresentedAround(NamedTuple):
    """One mission that was at work."""

    path: str
    name: str
    mark: Mark


class PresentedLogs(NamedTuple):
    """The log records of a service in that time."""

    path: str
    service: str


def present_behind(
    name: str,
    labels: Mapping[str, str],
    unit: str,
    period: Period,
    found: Sequence[MissionBehind],
    around: Around | None = None,
) -> dict[str, Any]:
    """Context of dashboards/_behind.html. `around`: of a pushed metric that no mission is known to be behind."""
    return {
        "metric": name,
        "labels": sorted(labels.items()),
        "since_ns": period.since_ns,
        "until_ns": period.until_ns,
        "missions": [_present(each, UNITS.get(unit, "")) for each in found],
        "is_pushed": around is not None,
        "services": ", ".join(around.services) if around else "",
        "around": [_present_around(each) for each in around.missions] if around else [],
        "logs": [_present_logs(each, period) for each in around.services] if around else [],
    }


def _present_around(mission: MissionAround) -> PresentedAround:
    return PresentedAround(mission_path(mission.id), mission.name or mission.id, present_status(mission.status))


def _present_logs(service: str, period: Period) -> PresentedLogs:
    question = LogQuestion(service=service, since_ns=period.since_ns, until_ns=period.until_ns)
    return PresentedLogs(question.path(), service)


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
