"""What the server's processes use, read from /proc."""

import os
import time
from collections.abc import Callable
from pathlib import Path

MIB = 1 << 20


def resident_bytes(pid: int) -> int:
    """Resident memory of a process and all below it."""
    return sum(_status_kib(one, "VmRSS") for one in family(pid)) * 1024


def cpu_s(pid: int) -> float:
    """Processor time a process and all below it have used: unlike the clock it does not count busy neighbours."""
    ticks = 0
    for one in family(pid):
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def quickest_s(work: Callable[[], object], tries: int = 4) -> float:
    """The shortest of some runs of `work`: what it takes when nobody else is in the way."""
    taken = []
    for _ in range(tries):
        begun = time.monotonic()
        work()
        taken.append(time.monotonic() - begun)
        if taken[-1] < 0.2:
            break
    return min(taken)


def family(pid: int) -> list[int]:
    """The process and its descendants that are alive."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += [child for child, parent in parents.items() if parent == one]
    return found


def _status_kib(pid: int, field: str) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(f"{field}:")), 0)
