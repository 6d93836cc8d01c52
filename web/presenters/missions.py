"""Rows of the list of missions as its templates show them. Pure."""

from collections.abc import Container, Iterable
from typing import NamedTuple, TypedDict

from traces.overview import Activity, Bucket
from traces.records import MissionRow
from web.presenters import formats
from web.presenters.marks import Mark, present_status
from web.presenters.mission_query import MissionQuery
from web.presenters.paths import mission_path

OPEN_STATUSES = ("waiting", "active")
QUIET_NS = 60 * formats.S
STRIP_ORDER = ("active", "waiting", "failed", "ok", "gone")
BAR_STEP, CHART_HEIGHT = 5, 24


class MissionItem(TypedDict):
    """One row."""

    id: str
    short_id: str
    name: str
    path: str
    status: str
    status_word: str
    """What is said in place of it; empty for the status."""
    status_note: str
    """What the sender said, where it differs from what is derived; else empty."""
    verdict: str
    agents: str
    """The first names and how many more: `coordinator +2`."""
    agents_title: str
    step_words: str
    """`9/15`: those of its plan that are over, and all; empty without a plan."""
    step_title: str
    span_count: int
    error_count: int
    llm_call_count: int
    tool_call_count: int
    tokens: int | None
    tokens_title: str
    cost_usd: str | None
    duration_ns: int | None
    is_open: bool
    last_activity_ns: int | None
    list_seq: int
    is_inferred: bool


class StatusCount(NamedTuple):
    """How many missions have a status, and the list of just these."""

    mark: Mark
    mission_count: int
    path: str
    is_chosen: bool


class Bar(NamedTuple):
    """One step of time in the activity chart, in the units of its drawing; failed ones lie at the bottom."""

    x: int
    y: int
    height: int
    failed_y: int
    failed_height: int
    title: str


class Chart(NamedTuple):
    """The activity chart."""

    bars: list[Bar]
    width: int
    label: str
    """`by hour`"""
    words: str
    """What it shows, for those who do not see it."""


def present_mission(row: MissionRow, now_ns: int, *, is_stalled: bool = False) -> MissionItem:
    """One mission as a row. `is_stalled`: it is not over, and stands still."""
    is_open = row.status in OPEN_STATUSES
    return {
        "id": row.id,
        "short_id": formats.short_id(row.id),
        "name": row.name or row.id,
        "path": mission_path(row.id),
        "status": row.status,
        "status_word": "stalled" if is_stalled else "",
        "status_note": _status_note(row),
        "verdict": row.verdict,
        "agents": _few(row.agents),
        "agents_title": ", ".join(row.agents),
        "step_words": _steps_words(row),
        "step_title": _steps_title(row),
        "span_count": row.span_count,
        "error_count": row.error_count,
        "llm_call_count": row.llm_call_count,
        "tool_call_count": row.tool_call_count,
        "tokens": _sum(row.input_tokens, row.output_tokens),
        "tokens_title": _tokens_title(row),
        "cost_usd": row.cost_usd,
        "duration_ns": _duration(row, now_ns) if is_open else row.duration_ns,
        "is_open": is_open,
        "last_activity_ns": row.last_activity_ns,
        "list_seq": row.list_seq,
        "is_inferred": row.is_inferred,
    }


def present_missions(rows: Iterable[MissionRow], now_ns: int, stalled_pks: Container[int] = ()) -> list[MissionItem]:
    """All rows, seen at one moment."""
    return [present_mission(row, now_ns, is_stalled=row.pk in stalled_pks) for row in rows]


def present_activity(activity: Activity) -> Chart:
    """The chart: the tallest bar fills it. Without missions there is none."""
    most = max((bucket.mission_count for bucket in activity.buckets), default=0)
    bars = [_bar(index, bucket, most) for index, bucket in enumerate(activity.buckets)]
    step = _step_words(activity.step_ns)
    total = sum(bucket.mission_count for bucket in activity.buckets)
    if not total:
        return Chart([], 0, "", "")
    return Chart(bars, len(bars) * BAR_STEP, f"by {step}", f"Missions by {step}, {formats.format_count(total)} in all")


def present_counts(counts: dict[str, int], query: MissionQuery) -> list[StatusCount]:
    """The strip above the table: what runs, what hangs, what broke, what is done. A second choice takes it back."""
    return [
        StatusCount(
            mark=present_status(status),
            mission_count=counts.get(status, 0),
            path=query.path(statuses=() if query.statuses == (status,) else (status,)),
            is_chosen=status in query.statuses,
        )
        for status in STRIP_ORDER
    ]


class LogTraces(NamedTuple):
    """Traces of log records alone, and the way to show or hide them."""

    trace_count: int
    is_shown: bool
    path: str


def present_log_traces(trace_count: int, query: MissionQuery) -> LogTraces:
    """What the strip says of them."""
    return LogTraces(trace_count, query.has_log_traces, query.path(has_log_traces=not query.has_log_traces))


def _bar(index: int, bucket: Bucket, most: int) -> Bar:
    height, failed = _scaled(bucket.mission_count, most), _scaled(bucket.failed_count, most)
    when = formats.format_time(bucket.start_ns)[:16]
    total, broken = formats.format_count(bucket.mission_count), formats.format_count(bucket.failed_count)
    title = f"{when} UTC: {total} missions, {broken} failed"
    return Bar(index * BAR_STEP, CHART_HEIGHT - height, height, CHART_HEIGHT - failed, failed, title)


def _scaled(count: int, most: int) -> int:
    return max(2, round(count * CHART_HEIGHT / most)) if count else 0


def _step_words(step_ns: int) -> str:
    minutes = step_ns // (60 * formats.S)
    known = {60: "hour", 24 * 60: "day", 7 * 24 * 60: "week", 30 * 24 * 60: "30 days", 365 * 24 * 60: "year"}
    if minutes in known:
        return known[minutes]
    if minutes < 24 * 60:
        return f"{minutes // 60} hours" if minutes % 60 == 0 else f"{minutes} minutes"
    return f"{minutes // (24 * 60)} days"


def _status_note(row: MissionRow) -> str:
    if row.reported_status and row.reported_status != row.status:
        return f"The sender said: {row.reported_status}"
    return ""


def _few(names: tuple[str, ...], shown: int = 1) -> str:
    head = ", ".join(names[:shown])
    return f"{head} +{len(names) - shown}" if len(names) > shown else head


def _sum(first: int | None, second: int | None) -> int | None:
    return None if first is None and second is None else (first or 0) + (second or 0)


def _steps_words(row: MissionRow) -> str:
    if not row.step_count:
        return ""
    return f"{formats.format_tokens(row.step_done_count)}/{formats.format_tokens(row.step_count)}"


def _steps_title(row: MissionRow) -> str:
    if not row.step_count:
        return "No plan was told"
    done, count = formats.format_count(row.step_done_count), formats.format_count(row.step_count)
    return f"{done} of {count} steps are over"


def _tokens_title(row: MissionRow) -> str:
    given = ((row.input_tokens, "in"), (row.output_tokens, "out"))
    return ", ".join(f"{formats.format_count(count)} {way}" for count, way in given if count is not None)


def _duration(row: MissionRow, now_ns: int) -> int | None:
    """Of an open mission: until now while it is heard of, else until it was last heard of."""
    if row.start_ns is None or row.last_activity_ns is None:
        return None
    is_quiet = now_ns - row.last_activity_ns > QUIET_NS
    return max(0, (row.last_activity_ns if is_quiet else now_ns) - row.start_ns)
