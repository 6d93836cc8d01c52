"""Lines of the page of logs, the histogram above them, and one line opened. Pure."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import orjson

from telemetry.records import LogRecord
from traces.log_histogram import LogBucket, LogHistogram
from traces.plain import plain
from traces.records import LogRow
from traces.wire import log_json
from web.presenters.formats import format_count, format_time
from web.presenters.log_query import LogQuestion, shorten
from web.presenters.mission.keys import span_key
from web.presenters.mission.lines import severity_level
from web.presenters.mission.panel import AttributeRow
from web.presenters.mission.texts import Text, indent_json, present_value
from web.presenters.paths import mission_path

_CLOCK = slice(5, 23)
BAR_STEP, CHART_HEIGHT = 10, 56
LAYERS = ("critical", "error", "warn", "info", "debug")
"""From the bottom of a bar up: what is grave stands on the ground, where few lines are seen too."""
_EXCEPTION = ("exception.type", "exception.message", "exception.stacktrace")
_PLACE = (
    ("code.file.path", "code.filepath"),
    ("code.line.number", "code.lineno"),
    ("code.function.name", "code.function"),
)


class IdLink(NamedTuple):
    """An id of a line, and the list of the lines that have it."""

    name: str
    value: str
    shown: str
    path: str
    open_path: str = ""
    """Where the thing itself is shown."""


class LineView(NamedTuple):
    """One line."""

    pk: int
    time_ns: int
    clock: str
    time: str
    level: str
    severity: str
    body: str
    event_name: str
    is_cut: bool
    service: IdLink | None
    ids: list[IdLink]
    """Agent, request and mission, as far as it names them."""
    is_failed: bool


class Layer(NamedTuple):
    """One severity of a bar, in the units of the drawing."""

    css: str
    y: int
    height: int


class Bar(NamedTuple):
    """One step of time."""

    x: int
    start_ns: int
    end_ns: int
    title: str
    layers: list[Layer]


class Chart(NamedTuple):
    """The histogram."""

    bars: list[Bar]
    width: int
    total: int
    step_words: str
    first: str
    last: str
    counted_since: str
    """Lines before this time are not counted; empty where all are."""
    earlier_path: str
    """Where those are counted."""


class Failure(NamedTuple):
    """The exception that a line tells of."""

    type: str
    message: str
    stacktrace: str


class LineDetail(NamedTuple):
    """All of one line."""

    line: LineView
    body: Text
    ids: list[IdLink]
    place: str
    """File, line and function that wrote it."""
    failure: Failure | None
    attributes: list[AttributeRow]
    resource: list[AttributeRow]
    redactions: list[tuple[str, int]]
    repairs: Sequence[Any]
    raw: str
    """As JSON."""


def present_line(row: LogRow, question: LogQuestion) -> LineView:
    """One line of the list."""
    time, level = format_time(row.time_ns), severity_level(row.severity_number, row.severity_text)
    service = row.service_name or row.host_name
    named = (("agent", row.agent_name), ("request", row.request_id), ("mission", row.mission_id))
    return LineView(
        pk=row.pk,
        time_ns=row.time_ns,
        clock=time[_CLOCK] if time.endswith("UTC") else time,
        time=time,
        level=level,
        severity=row.severity_text or level,
        body=row.body,
        event_name=row.event_name,
        is_cut=row.is_cut,
        service=_link("service" if row.service_name else "host", service, question) if service else None,
        ids=[_link(name, value, question) for name, value in named if value],
        is_failed=level in ("error", "fatal"),
    )


def present_lines(rows: Iterable[LogRow], question: LogQuestion) -> list[LineView]:
    """Lines in the order they come."""
    return [present_line(row, question) for row in rows]


def present_detail(row: LogRow, record: LogRecord, question: LogQuestion) -> LineDetail:
    """Everything a line's sender said."""
    attributes = record.attributes
    shown = {name: value for name, value in attributes.items() if name not in _EXCEPTION}
    whole = log_json(row) | {
        "body": record.body if isinstance(record.body, str) else plain(record.body),
        "attributes": plain(attributes),
        "resource": plain(record.resource.attributes),
    }
    return LineDetail(
        line=present_line(row, question),
        body=present_value(record.body),
        ids=_ids(row, question),
        place=_place(attributes),
        failure=_failure(attributes),
        attributes=_attributes(shown),
        resource=_attributes(record.resource.attributes),
        redactions=sorted(record.redactions.items()),
        repairs=record.repairs,
        raw=indent_json(whole),
    )


def present_chart(histogram: LogHistogram, question: LogQuestion, since_ns: int | None) -> Chart:
    """The histogram: the tallest bar fills it. `since_ns` is where the lines asked for begin."""
    most = max((bucket.total for bucket in histogram.buckets), default=0)
    bars = [_bar(at, bucket, histogram.step_ns, most) for at, bucket in enumerate(histogram.buckets)]
    counted_ns = histogram.counted_since_ns
    first, last = (bars[0].start_ns, bars[-1].end_ns) if bars else (None, None)
    return Chart(
        bars=bars,
        width=len(bars) * BAR_STEP,
        total=histogram.total,
        step_words=_step_words(histogram.step_ns),
        first=format_time(first)[:19],
        last=format_time(last)[:19],
        counted_since="" if counted_ns is None else format_time(counted_ns)[:19],
        earlier_path="" if counted_ns is None else question.path(since_ns=since_ns, until_ns=counted_ns),
    )


def _ids(row: LogRow, question: LogQuestion) -> list[IdLink]:
    span = span_key(row.trace_id, row.span_id) if row.trace_id and row.span_id else ""
    home = mission_path(row.mission_id) if row.mission_id else ""
    in_mission = f"{home}?pane=logs&log={row.pk}&at={row.time_ns}" if home else ""
    of_span = f"{home}?span={span}" if home and span else ""
    named = (
        ("mission", row.mission_id, in_mission),
        ("trace", row.trace_id or "", ""),
        ("span", row.span_id or "", of_span),
        ("agent", row.agent_name, ""),
        ("step", row.step_id, of_span),
        ("request", row.request_id, ""),
        ("conversation", row.conversation_id, ""),
        ("user", row.user_id, ""),
        ("service", row.service_name, ""),
        ("host", row.host_name, ""),
    )
    return [_link(name, value, question)._replace(open_path=path) for name, value, path in named if value]


def _link(name: str, value: str, question: LogQuestion) -> IdLink:
    return IdLink(name, value, shorten(value), question.path(**{name: value}))


def _place(attributes: dict[str, Any]) -> str:
    file, line, function = (
        next((str(attributes[name]) for name in names if attributes.get(name) not in (None, "")), "")
        for names in _PLACE
    )
    place = f"{file}:{line}" if file and line else file
    return f"{place} in {function}" if place and function else place or function


def _failure(attributes: dict[str, Any]) -> Failure | None:
    said = [str(attributes.get(name) or "") for name in _EXCEPTION]
    return Failure(*said) if any(said) else None


def _attributes(values: dict[str, Any]) -> list[AttributeRow]:
    return [AttributeRow(name, type(value).__name__, present_value(value)) for name, value in sorted(values.items())]


def _bar(at: int, bucket: LogBucket, step_ns: int, most: int) -> Bar:
    layers, ground = [], CHART_HEIGHT
    for name in LAYERS:
        count = getattr(bucket, name)
        if count:
            height = min(ground, max(2 if name in ("critical", "error") else 1, round(count * CHART_HEIGHT / most)))
            ground -= height
            layers.append(Layer(name, ground, height))
    said = [f"{format_count(getattr(bucket, name))} {name}" for name in LAYERS if getattr(bucket, name)]
    title = f"{format_time(bucket.start_ns)[:23]}: {', '.join(said) or 'nothing'}"
    return Bar(at * BAR_STEP, bucket.start_ns, bucket.start_ns + step_ns, title, layers)


def _step_words(step_ns: int) -> str:
    for unit_ns, name in ((86_400 * 10**9, "day"), (3_600 * 10**9, "hour"), (60 * 10**9, "minute"), (10**9, "second")):
        if step_ns >= unit_ns:
            count = step_ns // unit_ns
            return name if count == 1 else f"{count} {name}s"
    return f"{step_ns // 10**6} ms"


def raw_line(row: LogRow, record: LogRecord) -> dict[str, Any]:
    """A line as JSON with its whole body and attributes: what a download holds."""
    body = record.body if isinstance(record.body, str) else plain(record.body)
    return log_json(row) | {"body": body, "is_cut": False, "attributes": plain(record.attributes)}


def dump_json(value: Any) -> bytes:
    """Compact JSON."""
    return orjson.dumps(value)
