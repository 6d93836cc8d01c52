"""What loggers call their levels, to OpenTelemetry's severity numbers."""

from typing import Any, NamedTuple

from telemetry.loglines.terminal import strip_codes

TRACE, DEBUG, INFO, NOTICE, WARN, ERROR, CRITICAL = 1, 5, 9, 10, 13, 17, 21

WORDS = {
    "trace": TRACE, "silly": TRACE, "verbose": DEBUG, "finest": TRACE, "finer": DEBUG, "fine": DEBUG, "debug": DEBUG,
    "dbg": DEBUG, "config": INFO, "http": INFO, "default": 0, "info": INFO, "information": INFO,
    "informational": INFO, "inf": INFO, "log": INFO, "notice": NOTICE, "success": INFO, "warn": WARN, "warning": WARN,
    "wrn": WARN, "error": ERROR, "err": ERROR, "eror": ERROR, "exception": ERROR, "severe": ERROR,
    "critical": CRITICAL, "crit": CRITICAL, "fatal": CRITICAL, "ftl": CRITICAL, "dpanic": CRITICAL,
    "panic": CRITICAL, "alert": CRITICAL, "emerg": CRITICAL, "emergency": CRITICAL,
}  # fmt: skip
"""In lower case."""
_NODE = ((60, CRITICAL, "FATAL"), (50, ERROR, "ERROR"), (40, WARN, "WARN"), (30, INFO, "INFO"), (20, DEBUG, "DEBUG"))
_PYTHON = ((50, CRITICAL, "CRITICAL"), (40, ERROR, "ERROR"), (30, WARN, "WARNING"), (20, INFO, "INFO"))
_SYSLOG = (
    (CRITICAL, "EMERGENCY"), (CRITICAL, "ALERT"), (CRITICAL, "CRITICAL"), (ERROR, "ERROR"), (WARN, "WARNING"),
    (NOTICE, "NOTICE"), (INFO, "INFO"), (DEBUG, "DEBUG"),
)  # fmt: skip
_LONGEST = 20


class Level(NamedTuple):
    """A level as OpenTelemetry counts it, and its word."""

    number: int
    """0: it is not known how severe it is."""
    text: str
    is_exact: bool = True
    """False for a number between two levels, which the word does not tell."""


def read_level(value: Any, *, is_python: bool = False) -> Level | None:
    """The level that a logger wrote, by word or number; None for what is no level.

    Of numbers 0 … 7 are syslog's, as GELF writes them; 10 and more are pino's and bunyan's, or Python's.
    """
    if isinstance(value, str):
        return _of_text(strip_codes(value).text.strip(), is_python=is_python)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value or abs(value) > 1_000:
        return None
    return _of_number(int(value), is_python=is_python, is_whole=float(value).is_integer())


def _of_text(text: str, *, is_python: bool) -> Level | None:
    if not text or len(text) > _LONGEST:
        return None
    if text.isascii() and text.isdigit():
        return _of_number(int(text), is_python=is_python, is_whole=True) if len(text) < 4 else None
    number = WORDS.get(text.lower())
    return Level(0 if number is None else number, text)


def _of_number(number: int, *, is_python: bool, is_whole: bool) -> Level | None:
    if 0 <= number < len(_SYSLOG):
        return Level(*_SYSLOG[number], is_exact=is_whole)
    if number < 0:
        return None
    steps = _PYTHON if is_python else _NODE
    for least, severity, text in steps:
        if number >= least:
            return Level(severity, text, is_whole and number == least)
    lowest = Level(DEBUG, "DEBUG") if is_python else Level(TRACE, "TRACE")
    return lowest._replace(is_exact=is_whole and number == 10)
