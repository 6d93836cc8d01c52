"""A rule against the last day, before it is saved: what it would have measured, and how often it would have fired."""

from typing import Any

import msgspec

from alerts.conditions import read_condition
from alerts.forms import RuleForm, read_rule
from alerts.measures.asking import Asked, Interval, Line
from alerts.records import Evidence
from alerts.replays.lines import Period
from alerts.replays.registry import REPLAYS
from alerts.timekeeping import read_now
from core.nanotime import NS_PER_SECOND

DAY_NS = 86_400 * NS_PER_SECOND
MOST_SHOWN = 100


class WouldFire(msgspec.Struct, frozen=True):
    """A time in which the rule would have fired."""

    labels: dict[str, str]
    title: str
    fired_ns: int
    ended_ns: int | None
    """None: it would be firing now."""
    evidence: Evidence


class Preview(msgspec.Struct, frozen=True):
    """What a rule would have done in the last day."""

    since_ns: int
    until_ns: int
    step_s: int
    """Length of the windows, one after another; 0 for rules without numbers."""
    threshold: float | None
    lines: list[Line]
    """The numbers of the groups with most."""
    firings: list[WouldFire]
    """In order of time, the first MOST_SHOWN."""
    firing_count: int


def preview_rule(project_id: int, given: Any, *, now_ns: int | None = None) -> Preview:
    """The last 24 hours of a rule in its form. Raises InvalidInput."""
    form = read_rule(given)
    until_ns = read_now() if now_ns is None else now_ns
    period = Period(until_ns - DAY_NS, until_ns)
    condition = read_condition(form.kind, form.condition)
    asked = Asked(project_id, condition, form.group_by or (), until_ns)
    replay = REPLAYS[form.kind](asked, period)
    fired = sorted(_fired(form, replay.intervals, period), key=lambda each: (each.fired_ns, each.title))
    return Preview(
        period.since_ns, until_ns, replay.step_s, replay.threshold, replay.lines, fired[:MOST_SHOWN], len(fired)
    )


def _fired(form: RuleForm, intervals: list[Interval], period: Period) -> list[WouldFire]:
    """Those that last for long enough and touch the period."""
    found: list[WouldFire] = []
    for each in intervals:
        fired_ns = each.since_ns + form.for_s * NS_PER_SECOND
        ends_ns = period.until_ns if each.until_ns is None else each.until_ns
        if fired_ns <= max(ends_ns, each.since_ns) and ends_ns >= period.since_ns and fired_ns <= period.until_ns:
            labels = {name: each.labels.get(name, "") for name in form.group_by or ()}
            found.append(WouldFire(labels, each.title, fired_ns, each.until_ns, each.evidence))
    return found
