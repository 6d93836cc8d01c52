"""What the page of logs is asked for, from its query string and back: `?severity=error&service=brain&trace=…`."""

import re
from typing import NamedTuple
from urllib.parse import urlencode

from django.http import QueryDict

from core.cursors import LARGEST as LAST_64
from core.errors import FieldError, InvalidInput
from web.presenters.formats import S, format_time, short_id
from web.presenters.mission_query import DEFAULT_RANGE, MOST_TEXT, RANGES, Range

LOG_RANGES = (Range("15m", "Last 15 min", 900 * S), *RANGES)


class Severity(NamedTuple):
    """One choice of how grave a line is at least."""

    value: str
    label: str
    number: int


SEVERITIES = (
    Severity("debug", "Debug and above", 5),
    Severity("info", "Info and above", 9),
    Severity("warn", "Warnings and above", 13),
    Severity("error", "Errors", 17),
    Severity("critical", "Critical", 21),
)
IDS = ("service", "host", "mission", "agent", "step", "request", "conversation", "user", "trace", "span")
"""Fields that a line can be filtered by."""
_HEX = {"trace": 32, "span": 16}
_NUMBER = re.compile(r"[0-9]{1,19}")


class Chip(NamedTuple):
    """One filter that is set, and the list without it."""

    label: str
    value: str
    shown: str
    path: str


class LogQuestion(NamedTuple):
    """A question to the logs, cleaned. Empty fields do not restrict."""

    text: str = ""
    severity: Severity | None = None
    range: Range = DEFAULT_RANGE
    since_ns: int | None = None
    until_ns: int | None = None
    """A piece of time that was marked in the histogram; then `range` says nothing."""
    service: str = ""
    host: str = ""
    mission: str = ""
    agent: str = ""
    step: str = ""
    request: str = ""
    conversation: str = ""
    user: str = ""
    trace: str = ""
    span: str = ""

    @property
    def is_filtered(self) -> bool:
        """Could the list hold more without the filters?"""
        return self != LogQuestion()

    @property
    def has_end(self) -> bool:
        """Is the newest not asked for?"""
        return self.until_ns is not None

    @property
    def ids(self) -> list[tuple[str, str]]:
        """Names and values of the filters by ids."""
        return [(name, value) for name in IDS if (value := getattr(self, name))]

    def bounds(self, now_ns: int) -> tuple[int | None, int | None]:
        """From and before which time."""
        if self.since_ns is not None or self.until_ns is not None:
            return self.since_ns, self.until_ns
        return (None if self.range.span_ns is None else now_ns - self.range.span_ns), None

    def parameters(self, *, cursor: str = "", **changes: object) -> str:
        """The query string of this question, with some fields changed; what does not restrict is left out."""
        asked = self._replace(**changes)  # type: ignore[arg-type]
        pairs = [("q", asked.text), ("severity", asked.severity.value if asked.severity else "")]
        pairs.append(("since", asked.range.value if asked.range != DEFAULT_RANGE else ""))
        pairs += [(name, _text(getattr(asked, name))) for name in ("since_ns", "until_ns")]
        pairs += asked.ids
        pairs.append(("cursor", cursor))
        return urlencode([(key, value) for key, value in pairs if value])

    def path(self, *, cursor: str = "", page: str = "/logs/", **changes: object) -> str:
        """The address that answers this question."""
        parameters = self.parameters(cursor=cursor, **changes)
        return f"{page}?{parameters}" if parameters else page

    def chips(self) -> list[Chip]:
        """The filters by ids and by a marked piece of time."""
        chips = []
        if self.since_ns is not None or self.until_ns is not None:
            words = f"{_clock(self.since_ns) or 'the first'} – {_clock(self.until_ns) or 'now'}"
            chips.append(Chip("time", words, words, self.path(since_ns=None, until_ns=None)))
        chips += [Chip(name, value, shorten(value), self.path(**{name: ""})) for name, value in self.ids]
        return chips

    def describe(self) -> str:
        """What was asked, in words, for when nothing is left."""
        parts = [f"the words “{self.text}”"] if self.text else []
        parts += [f"severity {self.severity.value} or above"] if self.severity else []
        parts += [f"the {chip.label} {chip.value}" for chip in self.chips()]
        is_piece = self.since_ns is not None or self.until_ns is not None
        parts += [f"the {self.range.label.lower()}"] if self.range != DEFAULT_RANGE and not is_piece else []
        return f"Asked for lines with {', '.join(parts)}." if parts else ""


def shorten(value: str) -> str:
    """A long id by its ends; names stay whole up to 28 characters."""
    is_hex = len(value) in (16, 32) and not set(value) - set("0123456789abcdef")
    return short_id(value) if is_hex else short_id(value, 12, 8)


def read_question(data: QueryDict) -> LogQuestion:
    """The question in a query string. InvalidInput for an id or a time that is none: without it all would be shown."""
    return LogQuestion(
        text=data.get("q", "").replace("\0", "").strip()[:MOST_TEXT],
        severity=next((choice for choice in SEVERITIES if choice.value == data.get("severity")), None),
        range=next((choice for choice in LOG_RANGES if choice.value == data.get("since")), DEFAULT_RANGE),
        since_ns=_number(data, "since_ns"),
        until_ns=_number(data, "until_ns"),
        **{name: _id(data, name) for name in IDS},
    )


def _id(data: QueryDict, name: str) -> str:
    value = data.get(name, "").replace("\0", "").strip()[:MOST_TEXT]
    digits = _HEX.get(name)
    if digits is None or not value:
        return value
    value = value.lower()
    if len(value) != digits or set(value) - set("0123456789abcdef"):
        raise InvalidInput(errors=(FieldError(name, f"must be {digits} hexadecimal digits"),))
    return value


def _number(data: QueryDict, name: str) -> int | None:
    text = data.get(name, "")
    if not text:
        return None
    if not _NUMBER.fullmatch(text) or int(text) > LAST_64:
        raise InvalidInput(errors=(FieldError(name, "must be nanoseconds since 1970"),))
    return int(text)


def _text(value: int | None) -> str:
    return "" if value is None else str(value)


def _clock(time_ns: int | None) -> str:
    return "" if time_ns is None else format_time(time_ns)[5:19]
