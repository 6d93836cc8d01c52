"""The Celery worker beside an installation's server: found, and killed."""

import os
import signal
from pathlib import Path

from tests.blackbox.machine import family
from tests.faults.machine import Machine
from tests.faults.waiting import wait_until


def find_worker(machine: Machine) -> int:
    """Its process, once there is one."""
    process = machine.process
    assert process is not None
    found: list[int] = []

    def is_there() -> bool:
        found[:] = [pid for pid in family(process.pid) if is_celery(pid)]
        return bool(found)

    wait_until(is_there)
    return found[0]


def kill_worker(machine: Machine) -> None:
    """SIGKILL; another is started by the server after a few seconds."""
    pid = find_worker(machine)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not is_celery(pid))


def is_celery(pid: int) -> bool:
    """Does a worker run as this process?"""
    try:
        return b"celery" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
