"""A debugger may attach to a process, where MISSIONSCOPE_DEBUGPY says so: on the loopback interface and nowhere else.

Whoever can connect can run anything in the process. So it is off unless asked for, and never listens for others.
"""

import structlog

LOOPBACK = "127.0.0.1"

logger = structlog.get_logger("missionscope.debugging")


def listen_for_debugger(port: int) -> None:
    """Listen in the background; nothing for port 0. A port that is in use is told, and the process goes on."""
    if not port:
        return
    # Loaded only where it is wanted: importing it alone already changes how threads run.
    import debugpy

    try:
        debugpy.listen((LOOPBACK, port))
    except (RuntimeError, OSError) as error:
        logger.error("no debugger can attach", port=port, error=str(error))
        return
    logger.warning("a debugger can attach", host=LOOPBACK, port=port)
