"""Processes that `manage.py up` starts end with it, even when it was killed."""

import os
import signal
import threading
import time

VARIABLE = "MISSIONSCOPE_PARENT_PID"
LOOK_EVERY_S = 0.5
GRACE_S = 2.0
"""For what a child does when it is asked to end: its parent did not end gently either, and all work outlives a kill."""


def name_as_parent() -> None:
    """Call before starting children: they inherit who their parent is."""
    os.environ[VARIABLE] = str(os.getpid())


def get_parent() -> int:
    """The process that started this one by `manage.py up`; 0 when it was started otherwise."""
    parent = int(os.environ.get(VARIABLE) or 0)
    return 0 if parent == os.getpid() else parent


def follow_parent() -> None:
    """In a child: end when the parent is gone, as if asked to, and at once when that takes longer than GRACE_S.
    Does nothing in a process started otherwise."""
    parent = get_parent()
    if parent:
        threading.Thread(target=_end_after, args=(parent,), name="missionscope-parent", daemon=True).start()


def _end_after(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY_S)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_S)
    os._exit(1)
