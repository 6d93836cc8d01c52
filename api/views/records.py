"""A mission's records: spans, logs, snapshots."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.fields import STATUSES, describe
from api.paging import answer_page
from api.parameters import (
    choices_parameter,
    get_choice,
    get_choices,
    get_hex,
    get_limit,
    get_number,
    get_text,
    hex_parameter,
    number_parameter,
    text_parameter,
)
from api.record_fields import LogSerializer, SnapshotSerializer, SpanDetailSerializer, SpanSerializer
from api.shapes import log_detail, span_detail
from api.views.missions import get_mission
from core.cursors import decode_cursor, encode_cursor
from core.errors import NotFound
from core.limits import MIB
from llmlog.records import LlmCallRow, ToolCallRow
from telemetry.meaning import SPAN_KINDS
from telemetry.records import SpanRecord
from traces.contents import iterate_spans
from traces.counts import count_versions
from traces.delivered import find_delivering
from traces.records import SpanRow
from traces.selectors import (
    LogFilter,
    SpanDetail,
    SpanFilter,
    find_span,
    list_logs,
    list_logs_by_time,
    list_snapshots,
    list_spans,
    read_logs,
)
from traces.wire import snapshot_json, span_json

SIDES = ("0", "1")
INCLUDED = ("content",)
MOST_CONTENT_BYTES = 16 * MIB
"""Of the contents in a page, as stored: the page ends with the record before, but holds one at least."""
INCLUDE = choices_parameter("include", "content: each row as the answer about it alone.", INCLUDED)
Row = TypeVar("Row", SpanRow, LlmCallRow, ToolCallRow)
AFTER = number_parameter("after", "Only what changed after this change_seq.")


def get_after(request: Request) -> int:
    """Where the page begins: the cursor's place, else `after`."""
    cursor = get_text(request, "cursor")
    if cursor:
        (after,) = decode_cursor(cursor, int)
        return int(after)
    return get_number(request, "after") or 0


def wants_content(request: Request) -> bool:
    """Is each row to hold what the answer about it alone holds?"""
    return "content" in get_choices(request, "include", INCLUDED)


def answer_changes(
    request: Request, rows: Sequence[Any], limit: int, present: Callable[[Any], dict[str, Any]]
) -> Response:
    """A page of rows in the order of their last change; `rows` holds one more than `limit` when there is more."""
    shown = rows[:limit]
    cursor = encode_cursor(shown[-1].change_seq) if len(rows) > limit else None
    return answer_page(request, [present(row) for row in shown], cursor)


def answer_contents(
    request: Request,
    project_id: int,
    rows: Sequence[Row],
    limit: int,
    present: Callable[[Row, SpanRecord], dict[str, Any]],
) -> Response:
    """The same with the spans' contents, which end the page when they are large: see MOST_CONTENT_BYTES."""
    shown = rows[:limit]
    results: list[dict[str, Any]] = []
    places = {row.pk: at for at, row in enumerate(shown)}
    last = -1
    for pk, record in iterate_spans(project_id, list(places), MOST_CONTENT_BYTES):
        last = places[pk]
        results.append(present(shown[last], record))
    is_whole = len(results) == len(shown)
    cursor = encode_cursor(shown[last].change_seq) if len(rows) > limit or not is_whole else None
    return answer_page(request, results, cursor)


class SpanList(APIView):
    """The mission's spans."""

    @describe(
        SpanSerializer,
        detail=SpanDetailSerializer,
        many=True,
        name="Span",
        parameters=[
            AFTER,
            INCLUDE,
            hex_parameter("trace_id", "Of one trace.", 32),
            text_parameter("kind", "Of one kind.", SPAN_KINDS),
            text_parameter("status", "Effective status.", STATUSES),
            text_parameter("agent", "Of one agent."),
            text_parameter("q", "Part of the name."),
        ],
    )
    def get(self, request: Request, mission_id: str) -> Response:
        """A page of spans, in the order of their last change."""
        project_id, mission = get_mission(request, mission_id)
        limit, is_whole = get_limit(request), wants_content(request)
        chosen = SpanFilter(
            trace_id=get_hex(request, "trace_id", 32),
            kind=get_choice(request, "kind", SPAN_KINDS),
            status=get_choice(request, "status", STATUSES),
            text=get_text(request, "q"),
            agent=get_text(request, "agent"),
        )
        rows = list_spans(mission.pk, mission.id, after_seq=get_after(request), limit=limit + 1, chosen=chosen)
        if not is_whole:
            return answer_changes(request, rows, limit, span_json)
        versions = count_versions([row.pk for row in rows[:limit]])
        delivering = find_delivering(project_id, (row.trace_id for row in rows[:limit]))
        return answer_contents(
            request,
            project_id,
            rows,
            limit,
            lambda row, record: span_detail(SpanDetail(row, record, versions[row.pk], row.trace_id in delivering)),
        )


class SpanDetailView(APIView):
    """One span."""

    @describe(
        SpanDetailSerializer, parameters=[text_parameter("side", "1 for the server's half, 0 for the client's.", SIDES)]
    )
    def get(self, request: Request, mission_id: str, trace_id: str, span_id: str) -> Response:
        """The span with all its sender said."""
        project_id, mission = get_mission(request, mission_id)
        side = get_choice(request, "side", SIDES)
        detail = find_span(project_id, mission.pk, mission.id, trace_id, span_id, int(side) if side else None)
        if detail is None:
            raise NotFound("There is no such span in this mission.")
        return Response(span_detail(detail))


class LogList(APIView):
    """The mission's log records."""

    @describe(
        LogSerializer,
        many=True,
        name="Log",
        parameters=[
            AFTER,
            number_parameter("least_severity", "Severity number at least."),
            hex_parameter("trace_id", "Of one trace.", 32),
            hex_parameter("span_id", "Of one span.", 16),
            text_parameter("q", "Part of the body."),
        ],
    )
    def get(self, request: Request, mission_id: str) -> Response:
        """A page of log records, whole, in the order of time; with `after` in the order of arrival."""
        project_id, mission = get_mission(request, mission_id)
        limit = get_limit(request)
        chosen = LogFilter(
            least_severity=min(get_number(request, "least_severity") or 0, 32_767),
            text=get_text(request, "q"),
            trace_id=get_hex(request, "trace_id", 32),
            span_id=get_hex(request, "span_id", 16),
        )
        after_seq = get_number(request, "after")
        if after_seq is not None:
            rows = list_logs(mission.pk, mission.id, after_seq=get_after(request), limit=limit + 1, chosen=chosen)
            places = [encode_cursor(row.change_seq) for row in rows]
        else:
            cursor = get_text(request, "cursor")
            after = decode_cursor(cursor, int, int) if cursor else None
            rows = list_logs_by_time(mission.pk, mission.id, after=after, limit=limit + 1, chosen=chosen)
            places = [encode_cursor(row.time_ns, row.pk) for row in rows]
        shown = rows[:limit]
        records = read_logs(project_id, [row.pk for row in shown])
        results = [log_detail(row, records[row.pk]) for row in shown if row.pk in records]
        return answer_page(request, results, places[limit - 1] if len(rows) > limit else None)


class SnapshotList(APIView):
    """The mission's state snapshots."""

    @describe(
        SnapshotSerializer, many=True, name="Snapshot", parameters=[AFTER, text_parameter("agent", "Of one agent.")]
    )
    def get(self, request: Request, mission_id: str) -> Response:
        """A page of snapshots, in the order of their last change."""
        _, mission = get_mission(request, mission_id)
        limit = get_limit(request)
        agent = get_text(request, "agent") or None
        rows = list_snapshots(mission.pk, mission.id, after_seq=get_after(request), limit=limit + 1, agent=agent)
        return answer_changes(request, rows, limit, snapshot_json)
