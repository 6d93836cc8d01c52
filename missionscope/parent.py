"""Processes that `manage.py up` starts end with it, even when it was killed."""

import os
import signal
import threading
import time

VARIABLE = "MISSIONSCOPE_PARENT_PID"
LOOK_EVERY_S = 1.0


def name_as_parent() -> None:
    """Call before starting children: they inherit who their parent is."""
    os.environ[VARIABLE] = str(os.getpid())


def get_parent() -> int:
    """The process that started this one by `manage.py up`; 0 when it was started otherwise."""
    parent = int(os.environ.get(VARIABLE) or 0)
    return 0 if parent == os.getpid() else parent


def follow_parent() -> None:
    """In a child: end, as if asked to, when the parent is gone. Does nothing in a process started otherwise."""
    parent = get_parent()
    if parent:
        threading.Thread(target=_end_after, args=(parent,), name="missionscope-parent", daemon=True).start()


def _end_after(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY_S)
    os.kill(os.getpid(), signal.SIGTERM)
