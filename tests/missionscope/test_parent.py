"""Processes end with the one that started them, also when they are busy and were not asked."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from missionscope.parent import GRACE_S, LOOK_EVERY_S
from tests.faults.machine import wait_until_gone

PARENT = """
import subprocess, sys, time
from missionscope.parent import name_as_parent
name_as_parent()
child = subprocess.Popen([sys.executable, "-c", sys.argv[1]], stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
time.sleep(600)
"""
CHILD = """
import signal, sys, time
from missionscope.parent import follow_parent
{before}
follow_parent()
print("following", flush=True)
time.sleep(600)
"""
BUSY = "signal.signal(signal.SIGTERM, lambda *_: time.sleep(600))"
POLITE = "signal.signal(signal.SIGTERM, lambda *_: (open({path!r}, 'w').write('asked'), sys.exit()))"


@pytest.fixture
def left_behind():
    """`left_behind(before)`: a child, doing this first, whose parent was just killed; the child's process id."""
    started = []

    def leave(before: str) -> int:
        child = CHILD.format(before=before)
        process = subprocess.Popen(
            [sys.executable, "-c", PARENT, child], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
        )
        assert process.stdout is not None
        started.append(int(process.stdout.readline()))
        process.kill()
        process.wait()
        process.stdout.close()
        return started[-1]

    yield leave
    for pid in started:
        if not is_gone(pid, 0):
            os.kill(pid, signal.SIGKILL)


def is_gone(pid: int, within_s: float) -> bool:
    return not wait_until_gone([pid], within_s)


def test_a_child_is_asked_to_end_when_its_parent_was_killed(left_behind, tmp_path):
    path = tmp_path / "asked"
    assert is_gone(left_behind(POLITE.format(path=str(path))), LOOK_EVERY_S + GRACE_S)
    assert path.read_text() == "asked"


def test_a_child_too_busy_to_be_asked_ends_all_the_same(left_behind):
    begun_s = time.monotonic()
    assert is_gone(left_behind(BUSY), LOOK_EVERY_S + GRACE_S + 5)
    assert time.monotonic() - begun_s >= GRACE_S
