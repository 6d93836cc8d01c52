"""What the list of errors shows, read for one question of a person."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from accounts.records import ProjectAccess
from accounts.selectors import list_members
from faults.records import GroupRow
from faults.selectors import (
    count_groups,
    list_groups,
    list_histograms,
    list_values,
)
from faults.turns import get_last_change
from web.presenters.errors.query import DEFAULT_SORT, ErrorQuery, present_columns
from web.presenters.errors.rows import describe_query, present_menus, present_rows, present_statuses
from web.presenters.filters import FilterMenu
from web.presenters.mission_query import HOUR_NS

PAGE_ROWS = 50
BUCKETS = 28
DAY_NS = 24 * HOUR_NS
LATELY_NS = 7 * DAY_NS


def read_menus(project: ProjectAccess, query: ErrorQuery) -> list[FilterMenu]:
    """The menus above the list."""
    members = [member.username for member in list_members(project.project_pk)]
    return present_menus(query, names=list_values(project.project_pk), members=members)


def read_results(project: ProjectAccess, query: ErrorQuery, *, cursor: str, now_ns: int) -> dict[str, Any]:
    """Context of `errors/_results.html`. The live cursor is read first: what changes meanwhile is told again."""
    last_change = get_last_change(project.project_pk)
    rows = read_rows(project, query, cursor=cursor, now_ns=now_ns)
    counts = count_groups(project.project_pk, query.chosen(now_ns))
    is_empty = not rows["errors"] and not sum(counts.values()) and not query.is_narrowed
    return {
        **rows,
        "cursor": last_change,
        "query": query,
        "columns": present_columns(query),
        "counts": present_statuses(counts, query),
        "state": "rows" if rows["errors"] else "empty" if is_empty and not cursor else "filtered",
        "filter_words": describe_query(query),
        "is_all_done": not query.is_filtered and not rows["errors"] and not is_empty,
    }


def read_rows(project: ProjectAccess, query: ErrorQuery, *, cursor: str, now_ns: int) -> dict[str, Any]:
    """Context of `errors/_rows.html`: one page of rows and the way to the next. InvalidInput for a bad cursor."""
    chosen = query.chosen(now_ns)
    page = list_groups(project.project_pk, chosen, sort=query.sort or DEFAULT_SORT, cursor=cursor, limit=PAGE_ROWS)
    since_ns, until_ns, words = _find_window(query, page.rows, now_ns)
    counts = list_histograms(
        project.project_pk, [row.pk for row in page.rows], since_ns=since_ns, until_ns=until_ns, buckets=BUCKETS
    )
    return {
        "errors": present_rows(page.rows, counts, since_ns=since_ns, until_ns=until_ns),
        "window_words": words,
        "next_path": query.path(cursor=page.next_cursor) if page.next_cursor else "",
    }


class _Window(NamedTuple):
    """The time of the small charts."""

    since_ns: int
    until_ns: int
    words: str


def _find_window(query: ErrorQuery, rows: Sequence[GroupRow], now_ns: int) -> _Window:
    """The range that was asked for; else the last day or days that hold these rows' events, unless none is so young."""
    if query.range.span_ns is not None:
        return _Window(now_ns - query.range.span_ns, now_ns, query.range.label)
    if rows and all(now_ns - DAY_NS <= row.first_seen_ns <= row.last_seen_ns <= now_ns for row in rows):
        return _Window(now_ns - DAY_NS, now_ns, "Last 24 h")
    if not rows or any(now_ns - LATELY_NS <= row.last_seen_ns <= now_ns for row in rows):
        return _Window(now_ns - LATELY_NS, now_ns, "Last 7 days")
    first, last = min(row.first_seen_ns for row in rows), max(row.last_seen_ns for row in rows)
    return _Window(min(first, last - HOUR_NS), last + 1, "First to last")
