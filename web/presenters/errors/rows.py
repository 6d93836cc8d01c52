"""Rows of the list of errors."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from faults.choosing import NOBODY
from faults.records import STATUSES, GroupRow
from web.presenters.errors.charts import Chart, present_chart
from web.presenters.errors.marks import present_level, present_source, present_state
from web.presenters.errors.query import ALL, ErrorQuery
from web.presenters.filters import Choice, FilterMenu
from web.presenters.marks import Mark
from web.presenters.mission_query import DEFAULT_RANGE, RANGES

SOURCE_WORDS = ("span", "model_call", "tool", "step", "log", "sentry")
BAR_STEP, CHART_HEIGHT = 5, 24


class ErrorItem(NamedTuple):
    """One row."""

    id: str
    path: str
    error_type: str
    """Empty where the title is all there is."""
    message: str
    title: str
    culprit: str
    """Empty where it only says again what tool or service it was."""
    level: Mark
    source: Mark
    status: Mark
    is_regressed: bool
    service: str
    agent: str
    tool: str
    verb: str
    event_count: int
    mission_count: int
    first_seen_ns: int
    last_seen_ns: int
    assignee: str
    chart: Chart


class StatusLink(NamedTuple):
    """How many groups have a status, and the list of just these."""

    mark: Mark
    group_count: int
    path: str
    is_chosen: bool


def present_rows(
    rows: Sequence[GroupRow], counts: Mapping[int, Sequence[int]], *, since_ns: int, until_ns: int
) -> list[ErrorItem]:
    """Groups with their events over one common time."""
    return [present_row(row, counts.get(row.pk, ()), since_ns=since_ns, until_ns=until_ns) for row in rows]


def present_row(row: GroupRow, counts: Sequence[int], *, since_ns: int, until_ns: int) -> ErrorItem:
    """One group."""
    message = row.title.removeprefix(f"{row.error_type}: ") if row.error_type else row.title
    return ErrorItem(
        id=str(row.pk),
        path=f"/errors/{row.pk}/",
        error_type=row.error_type,
        message="" if message == row.error_type else message,
        title=row.title,
        culprit="" if _is_said(row) else row.culprit,
        level=present_level(row.level),
        source=present_source(row.source),
        status=present_state(row.status),
        is_regressed=row.is_regressed,
        service=row.service_name,
        agent=row.agent_name,
        tool=row.tool_name,
        verb="" if row.step_verb == row.tool_name else row.step_verb,
        event_count=row.event_count,
        mission_count=row.mission_count,
        first_seen_ns=row.first_seen_ns,
        last_seen_ns=row.last_seen_ns,
        assignee=row.assignee,
        chart=present_chart(counts, since_ns=since_ns, until_ns=until_ns, step=BAR_STEP, height=CHART_HEIGHT),
    )


def _is_said(row: GroupRow) -> bool:
    return row.culprit == row.service_name or (row.tool_name != "" and row.tool_name in row.culprit)


def present_statuses(counts: Mapping[str, int], query: ErrorQuery) -> list[StatusLink]:
    """The strip above the table."""
    marks = [present_state(status) for status in STATUSES] + [Mark("fit", ALL, "status-gone")]
    numbers = {**counts, ALL: sum(counts.values())}
    return [
        StatusLink(mark, numbers.get(mark.word, 0), query.path(status=mark.word), query.status == mark.word)
        for mark in marks
    ]


def present_menus(query: ErrorQuery, *, names: Mapping[str, Sequence[str]], members: Sequence[str]) -> list[FilterMenu]:
    """The menus above the list."""
    return [
        FilterMenu("source", "Source", "checkbox", _sources(query)),
        FilterMenu("service", "Service", "radio", _names(names.get("service_name", ()), query.service)),
        FilterMenu("agent", "Agent", "radio", _names(names.get("agent_name", ()), query.agent)),
        FilterMenu("tool", "Tool", "radio", _names(names.get("tool_name", ()), query.tool)),
        FilterMenu("assignee", "Assigned", "radio", _names([NOBODY, *members], query.assignee)),
        FilterMenu("since", "Time", "radio", _ranges(query)),
    ]


def describe_query(query: ErrorQuery) -> str:
    """What the list was narrowed to, in words, for when nothing is left."""
    parts = [f"the text “{query.text}”"] if query.text else []
    parts += [f"the status {query.status}"] if query.status != ALL else []
    parts += [f"the source {' or '.join(present_source(source).word for source in query.sources)}"] * bool(
        query.sources
    )
    for name in ("service", "agent", "tool", "mission"):
        value = getattr(query, name)
        parts += [f"the {name} {value}"] if value else []
    parts += [f"the assignee {query.assignee}"] if query.assignee else []
    parts += [f"events in the {query.range.label.lower()}"] if query.range != DEFAULT_RANGE else []
    return f"Asked for errors with {', '.join(parts)}." if parts else ""


def _sources(query: ErrorQuery) -> list[Choice]:
    marks = [(source, present_source(source)) for source in SOURCE_WORDS]
    return [
        Choice(source, mark.word, source in query.sources, glyph=mark.glyph, css=mark.css) for source, mark in marks
    ]


def _names(known: Sequence[str], chosen: str) -> list[Choice]:
    names = [*known, *([chosen] if chosen and chosen not in known else [])]
    if not names:
        return []
    return [Choice("", "Any", not chosen, is_default=True), *(Choice(name, name, name == chosen) for name in names)]


def _ranges(query: ErrorQuery) -> list[Choice]:
    ordered = sorted(RANGES, key=lambda choice: choice is not DEFAULT_RANGE)
    return [
        Choice("" if choice is DEFAULT_RANGE else choice.value, choice.label, choice is query.range,
               choice is DEFAULT_RANGE)
        for choice in ordered
    ]  # fmt: skip
