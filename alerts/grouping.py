"""When a channel is told of a group of firings: Alertmanager's words and rules. Pure."""

from typing import NamedTuple

from core.nanotime import NS_PER_SECOND


class Intervals(NamedTuple):
    """How patient a channel is."""

    group_wait_s: int
    """What fires first waits so long for others of its group."""
    group_interval_s: int
    """News of a group that was told come so much later at the earliest."""
    repeat_interval_s: int
    """What goes on firing without news is told again after this."""
    send_resolved: bool


class Group(NamedTuple):
    """Firings of one channel that are told together."""

    begun_ns: int
    sent_ns: int | None
    """When it was last told."""
    told: frozenset[int]
    """Firings that the channel knows to be firing."""
    present: frozenset[int]
    """Those that fire now and are not to be kept quiet."""
    ended: frozenset[int]
    """Those of `told` that fire no more, and were not quiet at their end."""
    owed: frozenset[int] = frozenset()
    """News that had to wait, and was over before it could be told."""


def is_due(group: Group, intervals: Intervals, now_ns: int) -> bool:
    """Is it time to tell the channel of this group?"""
    has_new = bool(group.present - group.told or group.owed)
    if group.sent_ns is None:
        return has_new and now_ns - group.begun_ns >= intervals.group_wait_s * NS_PER_SECOND
    since_ns = now_ns - group.sent_ns
    if has_new or (group.ended and intervals.send_resolved):
        return since_ns >= intervals.group_interval_s * NS_PER_SECOND
    return bool(group.present) and since_ns >= intervals.repeat_interval_s * NS_PER_SECOND
