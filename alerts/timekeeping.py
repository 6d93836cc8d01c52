"""The clock of alerts (`alerts.clock`) as all processes share it: a row of the database."""

import time
from functools import cache
from pathlib import Path

from django.db import transaction

from alerts.clock import Kept, Reading, tick
from alerts.models import Clock, Evaluation, Rule
from core.nanotime import now_ns

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
ONLY = 1


def read_clocks() -> Reading:
    """What this machine's clocks say."""
    steady = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return Reading(now_ns(), time.clock_gettime_ns(steady), _boot_id())


@cache
def _boot_id() -> str:
    try:
        return BOOT_ID.read_text().strip()
    except OSError:  # not Linux: a steady clock that goes back is a new start
        return ""


def keep_time(reading: Reading | None = None) -> Kept:
    """The clock now, written down for whoever looks next."""
    with transaction.atomic():
        row = Clock.objects.select_for_update().filter(id=ONLY).first()
        before = None if row is None else _kept(row)
        kept = tick(before, reading or read_clocks())
        Clock.objects.update_or_create(id=ONLY, defaults=kept._asdict())
        if before is not None and kept.now_ns < before.now_ns:
            _go_back(kept.now_ns)
    return kept


def read_now() -> int:
    """About what `keep_time` would give; nothing is written."""
    row = Clock.objects.filter(id=ONLY).first()
    return tick(None if row is None else _kept(row), read_clocks()).now_ns


def read_idle_ns() -> int:
    """For how long nobody has looked at rules; 0 before the first time."""
    row = Clock.objects.filter(id=ONLY).first()
    return 0 if row is None else max(0, tick(_kept(row), read_clocks()).now_ns - row.now_ns)


def _kept(row: Clock) -> Kept:
    return Kept(row.boot_id, row.steady_ns, row.now_ns, row.apart_since_ns, row.trusted_since_ns)


def _go_back(now: int) -> None:
    """The clock was wrong, and is put back: windows that it has not come to yet are evaluated when it does."""
    Evaluation.objects.filter(window_end_ns__gt=now).delete()
    Rule.objects.filter(evaluated_ns__gt=now).update(evaluated_ns=0)
