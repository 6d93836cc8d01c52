"""What the page of logs shows, read for one question of a person."""

from typing import Any

from accounts.records import ProjectAccess
from core.cursors import decode_cursor, encode_cursor
from search.log_lines import find_first_waiting, find_lines
from traces.log_histogram import count_logs_by_time
from traces.log_tail import decode_place, get_tail_place, look_ahead, read_tail
from traces.project_logs import LogQuery, Place, TextMatch, list_project_logs
from traces.selectors import find_mission
from web.presenters.log_query import LogQuestion
from web.presenters.logs import Chart, present_chart, present_lines

PAGE_LINES = 200
NOWHERE = TextMatch(())


def log_query(project: ProjectAccess, question: LogQuestion, now_ns: int) -> LogQuery:
    """The question as traces understands it."""
    since_ns, until_ns = question.bounds(now_ns)
    match = find_lines(project.project_pk, question.text) if question.text else None
    mission = find_mission(project.project_pk, question.mission) if question.mission else None
    return LogQuery(
        least_severity=question.severity.number if question.severity else 0,
        mission_pk=None if mission is None else mission.pk,
        trace_id=question.trace,
        span_id=question.span,
        service_name=question.service,
        host_name=question.host,
        agent_name=question.agent,
        step_id=question.step,
        user_id=question.user,
        request_id=question.request,
        conversation_id=question.conversation,
        since_ns=since_ns,
        until_ns=until_ns,
        match=NOWHERE if question.mission and mission is None else match,
    )


def read_results(project: ProjectAccess, question: LogQuestion, *, cursor: str, now_ns: int) -> dict[str, Any]:
    """Context of `logs/_results.html`. The tail's place is taken first: what comes meanwhile comes twice."""
    place = get_tail_place()
    lines = read_lines(project, question, cursor=cursor, now_ns=now_ns)
    is_empty = not lines["lines"] and not question.is_filtered and not cursor
    return {
        **lines,
        "question": question,
        "chips": question.chips(),
        "after": place.encode(),
        "state": "lines" if lines["lines"] else "empty" if is_empty else "filtered",
        "filter_words": question.describe(),
        "histogram_path": question.path(page="/logs/histogram"),
        "csv_path": question.path(page="/logs/download.csv"),
        "ndjson_path": question.path(page="/logs/download.ndjson"),
    }


def read_lines(project: ProjectAccess, question: LogQuestion, *, cursor: str, now_ns: int) -> dict[str, Any]:
    """Context of `logs/_lines.html`: one page of lines and the way to earlier ones. InvalidInput for a bad cursor."""
    before = Place(*decode_cursor(cursor, int, int)) if cursor else None
    query = log_query(project, question, now_ns)
    rows = list_project_logs(project.project_pk, query, before=before, limit=PAGE_LINES + 1)
    shown = rows[:PAGE_LINES]
    following = ""
    if len(rows) > PAGE_LINES:
        following = question.path(cursor=encode_cursor(shown[-1].time_ns, shown[-1].pk))
    return {"lines": present_lines(shown, question), "next_path": following}


def read_changes(project: ProjectAccess, question: LogQuestion, *, after: str, now_ns: int) -> dict[str, Any]:
    """Context of `logs/_changes.html`: lines that came since `after`, and some that were known.

    First how far the writers are, then what is not indexed yet, then the words, then the lines: so nothing that comes
    in between is taken for read.
    """
    place = decode_place(after)
    reached = look_ahead(place)
    waiting_pk = find_first_waiting(project.project_pk) if question.text else None
    query = log_query(project, question, now_ns)
    page = read_tail(project.project_pk, query, place, reached, waiting_pk=waiting_pk)
    return {
        "lines": present_lines(page.rows, question),
        "after": page.place.encode(),
        "is_settled": page.place.is_settled,
        "has_more": page.has_more,
    }


def read_histogram(project: ProjectAccess, question: LogQuestion, now_ns: int) -> Chart:
    """Lines by time and severity."""
    query = log_query(project, question, now_ns)
    return present_chart(count_logs_by_time(project.project_pk, query), question, query.since_ns)
