"""Logging: one line for each event on standard error, as JSON or to be read by people, whoever wrote it.

Every line says when, how bad, from where in the code, by which process of which host, and the ids that `logged_ids`
holds at that moment. What telemetry or a sender put into a text can neither end a line nor colour a terminal.
"""

import logging.config
import os
import re
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

import structlog
from opentelemetry import trace

SERVICE = "missionscope"
JSON, CONSOLE = "json", "console"
LONGEST_TEXT = 4000
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_OF_EXCEPTIONS = ("exc_info", "stack_info")
_gathered: ContextVar[dict[str, Any] | None] = ContextVar("gathered", default=None)
_LINE_ENDS = re.compile(r"\r?\n")


class LogSettings(NamedTuple):
    """What is written, and how."""

    level: str = "INFO"
    form: str = JSON


chosen = LogSettings()
"""What `logging_settings` was asked for last: for the processes that this one starts."""


@contextmanager
def logged_ids(**ids: Any) -> Iterator[None]:
    """Inside, every line of this thread or task says these ids too; None and empty ones are left out."""
    with structlog.contextvars.bound_contextvars(**{name: value for name, value in ids.items() if value}):
        yield


@contextmanager
def gathered_ids() -> Iterator[dict[str, Any]]:
    """What `add_logged_ids` adds inside, also in tasks and threads begun inside, whose own lines alone would say it."""
    gathered: dict[str, Any] = {}
    token = _gathered.set(gathered)
    try:
        yield gathered
    finally:
        _gathered.reset(token)


def add_logged_ids(**ids: Any) -> None:
    """From here to the end of the request, every line says these ids too."""
    known = {name: value for name, value in ids.items() if value}
    structlog.contextvars.bind_contextvars(**known)
    gathered = _gathered.get()
    if gathered is not None:
        gathered.update(known)


def get_logged_id(name: str) -> str:
    """An id as lines say it here; empty when there is none."""
    return str(structlog.contextvars.get_contextvars().get(name, ""))


def logging_settings(level: str, form: str) -> dict[str, Any]:
    """The standard library's configuration: everything from `level` up, in one form, through one handler."""
    global chosen
    chosen = LogSettings(level, form)
    renderer = structlog.processors.JSONRenderer() if form == JSON else _console()
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": [structlog.stdlib.ExtraAdder(), keep_plain, *_SHARED],
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info,
                    tame_texts if form == JSON else escape_controls,
                    renderer,
                ],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "level": level, "propagate": True},
            # A refused request is the sender's business and has its own counter.
            "django.request": {"level": "ERROR"},
            # Statements are traced, or shown by ?_trace=1; here their values would be written.
            "django.db.backends": {"level": "INFO"},
            "axes": {"level": "WARNING"},
            "celery": {"level": "WARNING"},
            "kombu": {"level": "WARNING"},
            "psycopg.pool": {"level": "ERROR"},
            "uvicorn.access": {"level": "WARNING"},
            "urllib3": {"level": "WARNING"},
        },
    }


def configure_structlog() -> None:
    """Send structlog's loggers through the standard library's handlers."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def configure_logs(settings: LogSettings) -> None:
    """In a process without Django: log as the process that started it."""
    configure_structlog()
    logging.config.dictConfig(logging_settings(*settings))
    log_what_nobody_catches()


def log_what_nobody_catches() -> None:
    """Warnings of Python, and exceptions that end a thread, become lines as well."""
    logging.captureWarnings(True)
    threading.excepthook = _log_ended_thread


def _log_ended_thread(ended: threading.ExceptHookArgs) -> None:
    if ended.exc_type is SystemExit:
        return
    name = ended.thread.name if ended.thread is not None else ""
    logging.getLogger("missionscope.threads").error(
        "a thread ended by an exception", exc_info=ended.exc_value, extra={"thread_name": name}
    )


def keep_plain(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """The event of a library without objects: they would tell a request, or the token in a socket's address.

    And without uvicorn's second copy of its text, in colours.
    """
    return {
        key: value
        for key, value in event.items()
        if key != "color_message"
        and (key.startswith("_") or key in _OF_EXCEPTIONS or isinstance(value, str | int | float | None))
    }


def add_place(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """The event with service, host and process; what it says of these itself stays."""
    return {"service": SERVICE, "host": _HOST, "pid": os.getpid(), **event}


def add_trace(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """The event with trace and span, when it happens inside of one. A trace that came with a request stays."""
    here = trace.get_current_span().get_span_context()
    if here.is_valid:
        event["trace_id"], event["span_id"] = f"{here.trace_id:032x}", f"{here.span_id:016x}"
    return event


def tame_texts(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """The event with no text longer than LONGEST_TEXT: what senders choose cannot fill the log."""
    return {key: _tame(key, value) if isinstance(value, str) else value for key, value in event.items()}


def _tame(key: str, text: str) -> str:
    return _cut_middle(text) if key == "exception" else _cut(text)


def escape_controls(logger: Any, method: str, event: dict[str, Any]) -> dict[str, Any]:
    """The same, and no text can colour a terminal or end a line; an exception keeps its lines, set in."""
    tamed = tame_texts(logger, method, event)
    for key, value in tamed.items():
        if isinstance(value, str):
            between = "\n    " if key == "exception" else r"\n"
            tamed[key] = _CONTROLS.sub(_escape, between.join(_LINE_ENDS.split(value)))
    return tamed


def _escape(found: re.Match[str]) -> str:
    return repr(found[0])[1:-1]


def _cut(text: str) -> str:
    return f"{text[:LONGEST_TEXT]}…" if len(text) > LONGEST_TEXT else text


def _cut_middle(text: str) -> str:
    """An exception says at its end what happened."""
    if len(text) <= LONGEST_TEXT:
        return text
    return f"{text[: LONGEST_TEXT // 4]}\n…\n{text[-LONGEST_TEXT * 3 // 4 :]}"


def _console() -> structlog.dev.ConsoleRenderer:
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), sort_keys=False)


_HOST = socket.gethostname()
_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.CallsiteParameterAdder(
        [
            structlog.processors.CallsiteParameter.MODULE,
            structlog.processors.CallsiteParameter.FUNC_NAME,
            structlog.processors.CallsiteParameter.LINENO,
        ],
        additional_ignores=["structlog", "contextlib"],
    ),
    add_place,
    add_trace,
]
