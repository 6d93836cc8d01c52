"""The clock that windows are cut by: the machine's, without its jumps. Pure.

A machine's clock may be set an hour back or forth at any moment, and what was stored in between bears the other time.
Rules that look at the last minutes would then see nothing, or too much. So windows follow the steady clock of the
kernel (it counts seconds since the start of the machine, also through sleep), begun at the machine's time. Small
corrections are taken over at once; a jump only when it has lasted, and then what knows silence starts anew.
"""

from typing import NamedTuple

from core.nanotime import NS_PER_SECOND

TOLERANCE_NS = 5 * NS_PER_SECOND
"""Clocks are corrected by this much all the time."""
LASTING_NS = 900 * NS_PER_SECOND
"""A clock that has told another time for so long is right."""
GAP_NS = 60 * NS_PER_SECOND
"""When nobody has looked for longer than this, nothing may have been stored either."""


class Reading(NamedTuple):
    """What the machine's clocks say."""

    wall_ns: int
    steady_ns: int
    boot_id: str
    """Steady clocks of two starts of a machine, or of two machines, cannot be compared."""


class Kept(NamedTuple):
    """The clock as it was left."""

    boot_id: str
    steady_ns: int
    now_ns: int
    apart_since_ns: int | None
    """On the steady clock: since when the machine's clock tells another time."""
    trusted_since_ns: int
    """Since when this clock has gone without a jump, and somebody has looked at it all the time."""


def tick(kept: Kept | None, reading: Reading) -> Kept:
    """The clock now. It never goes back, but for a jump back that has lasted."""
    if kept is None:
        return _begin(reading.wall_ns, reading)
    if kept.boot_id != reading.boot_id or reading.steady_ns < kept.steady_ns:
        return _restart(kept, reading)
    now_ns = kept.now_ns + reading.steady_ns - kept.steady_ns
    if abs(reading.wall_ns - now_ns) <= TOLERANCE_NS:
        return _go_on(kept, max(kept.now_ns, reading.wall_ns), reading, None)
    since_ns = reading.steady_ns if kept.apart_since_ns is None else kept.apart_since_ns
    if reading.steady_ns - since_ns >= LASTING_NS:
        return _begin(reading.wall_ns, reading)
    return _go_on(kept, now_ns, reading, since_ns)


def _begin(now_ns: int, reading: Reading) -> Kept:
    return Kept(reading.boot_id, reading.steady_ns, now_ns, None, now_ns)


def _restart(kept: Kept, reading: Reading) -> Kept:
    """How long nobody looked is not known: a clock that is ahead is believed, one that is behind is not, for now."""
    if reading.wall_ns >= kept.now_ns - TOLERANCE_NS:
        return _go_on(kept, max(kept.now_ns, reading.wall_ns), reading, None)
    return _go_on(kept, kept.now_ns, reading, reading.steady_ns)


def _go_on(kept: Kept, now_ns: int, reading: Reading, apart_since_ns: int | None) -> Kept:
    trusted_ns = kept.trusted_since_ns if now_ns - kept.now_ns <= GAP_NS else now_ns
    return Kept(reading.boot_id, reading.steady_ns, now_ns, apart_since_ns, trusted_ns)
