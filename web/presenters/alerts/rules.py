"""Rules in rows. Pure."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from alerts.measures.words import show_time
from alerts.records import ChannelRow, RuleRow
from web.presenters.alerts.words import describe_condition, kind_label, present_severity
from web.presenters.marks import Mark


class RuleItem(NamedTuple):
    """A rule as a row."""

    row: RuleRow
    path: str
    kind: str
    condition: str
    lasting: str
    """How long it must hold; empty: not at all."""
    severity: Mark
    state: Mark
    channels: list[str]
    last_fired_ns: int | None


def present_rules(
    rows: Sequence[RuleRow], channels: Sequence[ChannelRow], last_fired: Mapping[int, int]
) -> list[RuleItem]:
    """Rules, those with something firing first, then by name as they come."""
    names = {channel.pk: channel.name for channel in channels}
    items = [present_rule(row, names, last_fired.get(row.pk)) for row in rows]
    return sorted(items, key=lambda item: (not item.row.firing_count, not item.row.pending_count))


def present_rule(row: RuleRow, channel_names: Mapping[int, str], last_fired_ns: int | None) -> RuleItem:
    """One rule."""
    return RuleItem(
        row=row,
        path=f"/alerts/rules/{row.pk}/",
        kind=kind_label(row.kind),
        condition=describe_condition(row.kind, row.condition, row.group_by),
        lasting=show_time(row.for_s) if row.for_s else "",
        severity=present_severity(row.severity),
        state=_state(row),
        channels=[channel_names[pk] for pk in row.channel_pks if pk in channel_names],
        last_fired_ns=last_fired_ns,
    )


def _state(row: RuleRow) -> Mark:
    if not row.is_enabled:
        return Mark("pause", "off", "status-gone")
    if row.trouble:
        return Mark("warning", "not evaluated", "status-failed")
    if row.firing_count:
        return Mark("bell", f"{row.firing_count:,} firing", "status-failed")
    if row.pending_count:
        return Mark("clock", f"{row.pending_count:,} pending", "status-waiting")
    if row.evaluated_ns is None:
        return Mark("clock", "not evaluated yet", "status-gone")
    return Mark("ok", "ok", "status-ok")
