"""What the list of errors shows, read for one question of a person."""

from typing import Any

from accounts.records import ProjectAccess
from accounts.selectors import list_members
from faults.selectors import (
    count_groups,
    find_span_of_time,
    list_groups,
    list_histograms,
    list_values,
)
from web.presenters.errors.query import DEFAULT_SORT, ErrorQuery, present_columns
from web.presenters.errors.rows import describe_query, present_menus, present_rows, present_statuses
from web.presenters.filters import FilterMenu
from web.presenters.mission_query import HOUR_NS

PAGE_ROWS = 50
BUCKETS = 24


def read_menus(project: ProjectAccess, query: ErrorQuery) -> list[FilterMenu]:
    """The menus above the list."""
    members = [member.username for member in list_members(project.project_pk)]
    return present_menus(query, names=list_values(project.project_pk), members=members)


def read_results(project: ProjectAccess, query: ErrorQuery, *, cursor: str, now_ns: int) -> dict[str, Any]:
    """Context of `errors/_results.html`."""
    rows = read_rows(project, query, cursor=cursor, now_ns=now_ns)
    counts = count_groups(project.project_pk, query.chosen(now_ns))
    is_empty = not rows["errors"] and not sum(counts.values()) and not query.is_narrowed
    return {
        **rows,
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
    since_ns, until_ns = _window(project, query, now_ns)
    counts = list_histograms(
        project.project_pk, [row.pk for row in page.rows], since_ns=since_ns, until_ns=until_ns, buckets=BUCKETS
    )
    return {
        "errors": present_rows(page.rows, counts, since_ns=since_ns, until_ns=until_ns),
        "next_path": query.path(cursor=page.next_cursor) if page.next_cursor else "",
    }


def _window(project: ProjectAccess, query: ErrorQuery, now_ns: int) -> tuple[int, int]:
    """The time of the small charts: the range that was asked for, else from the first event to the last."""
    chosen = query.chosen(now_ns)
    if chosen.since_ns is not None:
        return chosen.since_ns, now_ns
    found = find_span_of_time(project.project_pk, chosen) or (now_ns - HOUR_NS, now_ns)
    return min(found[0], found[1] - HOUR_NS), found[1] + 1
