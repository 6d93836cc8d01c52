"""Logs one story with structlog, python-json-logger or the standard library, to standard output."""

import logging
import sys
from typing import Any

import structlog
from pythonjsonlogger.json import JsonFormatter

TRACE = {"trace_id": "0af7651916cd43dd8448eb211c80319c", "span_id": "b7ad6b7169203331"}
FIELDS = ("asctime", "levelname", "name", "message", "pathname", "lineno", "funcName", "process")


def fail() -> None:
    raise ValueError("the vendor list is empty")


def log_with_structlog(ids: dict[str, Any], *, as_dicts: bool) -> None:
    processors = structlog.processors
    place = structlog.processors.CallsiteParameter
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            processors.add_log_level,
            processors.TimeStamper(fmt="iso"),
            processors.CallsiteParameterAdder([place.PATHNAME, place.LINENO, place.FUNC_NAME, place.PROCESS]),
            processors.dict_tracebacks if as_dicts else processors.format_exc_info,
            processors.JSONRenderer(),
        ]
    )
    log = structlog.get_logger().bind(service="planner", **ids, **TRACE)
    log.debug("comparing", vendors=3)
    log.warning("slow")
    try:
        fail()
    except ValueError:
        log.exception("it failed")
    log.critical("giving up")


def log_with_logging(ids: dict[str, Any], *, as_json: bool) -> None:
    handler = logging.StreamHandler(sys.stdout)
    text = "%(asctime)s - %(name)s - %(levelname)s - %(message)s missionId=%(mission_id)s requestId=%(request_id)s"
    form = " ".join(f"%({field})s" for field in FIELDS)
    handler.setFormatter(JsonFormatter(form) if as_json else logging.Formatter(text))
    log = logging.getLogger("planner")
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)
    extra = {"service": "planner", **ids, **TRACE}
    log.debug("comparing", extra={**extra, "vendors": 3})
    log.warning("slow", extra=extra)
    try:
        fail()
    except ValueError:
        log.exception("it failed", extra=extra)
    log.critical("giving up", extra=extra)


def main(library: str, mission: str) -> None:
    ids = {
        "mission_id": mission,
        "request_id": "req-7",
        "conversation_id": "conv-1",
        "user_id": "u-1",
        "step_id": "step-2",
    }
    if library.startswith("structlog"):
        log_with_structlog(ids, as_dicts=library == "structlog-dicts")
    else:
        log_with_logging(ids, as_json=library == "python-json-logger")


if __name__ == "__main__":
    main(*sys.argv[1:])
