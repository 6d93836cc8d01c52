"""The lengths of time that values are rolled up to, and how long each is kept. No Django here."""

from core.nanotime import NS_PER_SECOND

MINUTE_S, TEN_MINUTES_S, TWO_HOURS_S, DAY_S = 60, 600, 7200, 86400
LEVELS_S = (MINUTE_S, TEN_MINUTES_S, TWO_HOURS_S, DAY_S)
"""Each is a multiple of the one before."""
MINUTE_NS = MINUTE_S * NS_PER_SECOND
DAY_NS = DAY_S * NS_PER_SECOND
POINTS_S = 0
"""Stands for the level below a minute: the points themselves."""
LONG_DAYS = 400
"""How long levels above a minute are kept."""


def floor_ns(time_ns: int, length_s: int) -> int:
    """Begin of the bucket of this length that a time is in."""
    return time_ns - time_ns % (length_s * NS_PER_SECOND)
