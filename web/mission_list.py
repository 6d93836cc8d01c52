"""What the list of missions shows, read for one question of a person."""

from collections.abc import Iterable
from typing import Any

from accounts.records import ProjectAccess
from live.feeds import get_list_cursor
from search.selectors import find_missions_with
from traces.missions import list_analyses
from traces.overview import count_activity, list_known_names
from traces.records import MissionRow
from traces.selectors import (
    MissionFilter,
    count_log_traces,
    count_missions,
    is_log_trace,
    list_changed_missions,
    list_missions,
)
from web.presenters.columns import DEFAULT_SORT, present_columns
from web.presenters.filters import FilterMenu, describe_filters, present_filters
from web.presenters.mission.verdict import tells_stall
from web.presenters.mission_query import MissionQuery
from web.presenters.missions import (
    OPEN_STATUSES,
    present_activity,
    present_counts,
    present_log_traces,
    present_mission,
    present_missions,
)

PAGE_ROWS = 50
MOST_CHANGES = 200


def read_filters(project: ProjectAccess, query: MissionQuery) -> list[FilterMenu]:
    """The menus above the list."""
    names = list_known_names(project.project_pk)
    return present_filters(query, agents=names.agents, services=names.services, models=names.models)


def read_results(project: ProjectAccess, query: MissionQuery, *, cursor: str, now_ns: int) -> dict[str, Any]:
    """Context of `missions/_results.html`. The live cursor is read first: what changes meanwhile comes twice."""
    live_cursor = get_list_cursor(project.project_pk)
    rows = read_rows(project, query, cursor=cursor, now_ns=now_ns)
    is_nothing = not rows["missions"] and not query.is_filtered and not cursor
    has_hidden = is_nothing and bool(list_missions(project.project_pk, MissionFilter(), limit=1).rows)
    return {
        **rows,
        **read_strip(project, query, now_ns=now_ns),
        "query": query,
        "columns": present_columns(query),
        "cursor": live_cursor,
        "state": "rows" if rows["missions"] else "empty" if is_nothing and not has_hidden else "filtered",
        "has_hidden": has_hidden,
        "filter_words": describe_filters(query),
    }


def read_rows(project: ProjectAccess, query: MissionQuery, *, cursor: str, now_ns: int) -> dict[str, Any]:
    """Context of `missions/_rows.html`: one page of rows and the way to the next. InvalidInput for a bad cursor."""
    page = list_missions(
        project.project_pk,
        mission_filter(project, query, now_ns),
        sort=query.sort or DEFAULT_SORT,
        cursor=cursor,
        limit=PAGE_ROWS,
    )
    following = query.path(cursor=page.next_cursor) if page.next_cursor else ""
    return {"missions": present_missions(page.rows, now_ns, find_stalled(page.rows)), "next_path": following}


def find_stalled(rows: Iterable[MissionRow]) -> set[int]:
    """Keys of those that are not over and of which the analysis says that they stand still."""
    pks = [row.pk for row in rows if row.status in OPEN_STATUSES]
    analyses = list_analyses(pks) if pks else {}
    return {pk for pk, analysis in analyses.items() if tells_stall(analysis.get("findings", ()))}


def read_strip(project: ProjectAccess, query: MissionQuery, *, now_ns: int) -> dict[str, Any]:
    """Context of `missions/_strip.html`."""
    chosen = mission_filter(project, query, now_ns)
    tally = count_missions(project.project_pk, chosen)
    activity = count_activity(project.project_pk, chosen, until_ns=now_ns)
    log_traces = count_log_traces(project.project_pk, chosen)
    return {
        "counts": present_counts(tally.counts, query),
        "chart": present_activity(activity),
        "log_traces": present_log_traces(log_traces, query) if log_traces and not query.text else None,
    }


def read_changes(project: ProjectAccess, query: MissionQuery, *, after: int, now_ns: int) -> dict[str, Any]:
    """Context of `missions/_changes.html`: rows that changed after the live cursor, and which the filters take."""
    rows = list_changed_missions(project.project_pk, after, MOST_CHANGES)
    stalled_pks = find_stalled(rows)
    chosen = mission_filter(project, query, now_ns)
    return {
        **read_strip(project, query, now_ns=now_ns),
        "rows": [
            (present_mission(row, now_ns, is_stalled=row.pk in stalled_pks), is_taken(row, chosen)) for row in rows
        ],
        "after": rows[-1].list_seq if rows else after,
        "has_more": len(rows) == MOST_CHANGES,
    }


def mission_filter(project: ProjectAccess, query: MissionQuery, now_ns: int) -> MissionFilter:
    """The question as traces understands it; a text also finds missions by what was said in them."""
    return MissionFilter(
        text=query.text,
        also=find_missions_with(project.project_pk, query.text) if query.text else frozenset(),
        statuses=query.statuses,
        agent=query.agent,
        service=query.service,
        model=query.model,
        min_duration_ns=query.longer.duration_ns if query.longer else None,
        has_verdict={"yes": True, "no": False}.get(query.verdict),
        has_error=True if query.has_error else None,
        hides_log_traces=not query.has_log_traces and not query.text,
        since_ns=query.since_ns(now_ns),
    )


def is_taken(row: MissionRow, chosen: MissionFilter) -> bool:
    """Would the list hold the row? For rows that come live, without asking the database again."""
    text = chosen.text.casefold()
    checks: Iterable[bool] = (
        not text or text in row.name.casefold() or text in row.id.casefold() or row.pk in chosen.also,
        not chosen.statuses or row.status in chosen.statuses,
        not chosen.agent or chosen.agent in row.agents,
        not chosen.service or chosen.service in row.services,
        not chosen.model or chosen.model in row.models,
        chosen.min_duration_ns is None or (row.duration_ns or 0) >= chosen.min_duration_ns,
        chosen.has_verdict is None or chosen.has_verdict == bool(row.verdict),
        not chosen.has_error or row.error_count > 0,
        not (chosen.hides_log_traces and is_log_trace(row)),
        chosen.since_ns is None or (row.last_activity_ns or 0) >= chosen.since_ns,
    )
    return all(checks)
