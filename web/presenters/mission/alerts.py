"""The mission's alerts in one line: what fires, and what did. Pure."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from alerts.records import SEVERITIES, FiringRow
from web.presenters.alerts.words import present_severity
from web.presenters.marks import Mark

MOST_NAMED = 3


class AlertLink(NamedTuple):
    """What one rule says of the mission."""

    rule: str
    firing_count: int
    mark: Mark
    path: str
    """Of the newest."""
    titles: str
    is_quiet: bool
    """Silenced or inhibited: nobody is told."""


class MissionAlerts(NamedTuple):
    """What `_alerts.html` shows."""

    firing: list[AlertLink]
    more_firing: int
    """Rules beside these."""
    resolved: list[AlertLink]
    more_resolved: int

    @property
    def is_quiet(self) -> bool:
        """Nobody is told of anything that fires."""
        return all(link.is_quiet for link in self.firing)


def present_mission_alerts(rows: Iterable[FiringRow]) -> MissionAlerts | None:
    """The line about these firings, which come newest first: loud and grave ones before the rest. None without any."""
    firing: dict[int, list[FiringRow]] = {}
    resolved: dict[int, list[FiringRow]] = {}
    for row in rows:
        (firing if row.ended_ns is None else resolved).setdefault(row.rule_pk, []).append(row)
    if not firing and not resolved:
        return None
    links = [[_link(group) for group in sorted(groups.values(), key=_rank)] for groups in (firing, resolved)]
    return MissionAlerts(
        links[0][:MOST_NAMED],
        max(0, len(links[0]) - MOST_NAMED),
        links[1][:MOST_NAMED],
        max(0, len(links[1]) - MOST_NAMED),
    )


def _rank(rows: Sequence[FiringRow]) -> tuple[bool, int]:
    return _is_quiet(rows), min(SEVERITIES.index(row.severity) for row in rows)


def _is_quiet(rows: Sequence[FiringRow]) -> bool:
    return all(row.silence_pk is not None or row.inhibited_by is not None for row in rows)


def _link(rows: Sequence[FiringRow]) -> AlertLink:
    newest = rows[0]
    return AlertLink(
        rule=newest.rule_name,
        firing_count=len(rows),
        mark=present_severity(newest.severity),
        path=f"/alerts/{newest.pk}/",
        titles="\n".join(row.title for row in rows[:5]),
        is_quiet=_is_quiet(rows),
    )
