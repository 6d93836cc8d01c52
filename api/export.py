"""A mission as the requests that make it again: lines of OTLP/JSON, read and written piece by piece."""

from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import StreamingHttpResponse
from rest_framework.request import Request

from core.limits import MIB
from telemetry.encode import encode_logs, encode_spans
from traces.contents import iterate_logs, iterate_spans
from traces.records import MissionRow
from traces.selectors import list_logs, list_spans

LINE_ROWS = 500
LINE_BYTES = 4 * MIB
"""Of contents in a line, as stored; one record at least. A door takes a body of MISSIONSCOPE_MAX_BODY_BYTES."""


def export_lines(project_id: int, mission: MissionRow) -> Iterator[bytes]:
    """Requests for /v1/traces, then for /v1/logs, a line each. What changes meanwhile comes again."""
    after = 0
    while spans := list_spans(mission.pk, mission.id, after_seq=after, limit=LINE_ROWS):
        seqs = {row.pk: row.change_seq for row in spans}
        found = dict(iterate_spans(project_id, list(seqs), LINE_BYTES))
        after = max((seqs[pk] for pk in found), default=spans[-1].change_seq)
        if found:
            yield encode_spans(found.values()) + b"\n"
    after = 0
    while logs := list_logs(mission.pk, mission.id, after_seq=after, limit=LINE_ROWS):
        rows = {row.pk: row for row in logs}
        lines = dict(iterate_logs(project_id, list(rows), LINE_BYTES))
        after = max((rows[pk].change_seq for pk in lines), default=logs[-1].change_seq)
        if lines:
            yield encode_logs((record, rows[pk].time_ns) for pk, record in lines.items()) + b"\n"


def stream_lines(request: Request, lines: Iterator[bytes], name: str) -> StreamingHttpResponse:
    """A file that is written while it is read. It ends short of its end when the database does not answer."""
    is_asgi = isinstance(request._request, ASGIRequest)
    return StreamingHttpResponse(
        _in_thread(lines) if is_asgi else lines,
        content_type="application/x-ndjson",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


async def _in_thread(lines: Iterator[bytes]) -> AsyncIterator[bytes]:
    """The lines, each made in the thread of the request: its database connection ends with the request."""
    make = sync_to_async(lambda: next(lines, None), thread_sensitive=True)
    while (line := await make()) is not None:
        yield line
