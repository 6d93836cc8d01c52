"""The lines of a question as a file, written while it is read: CSV for spreadsheets, lines of JSON for programs."""

import csv
import io
from collections.abc import AsyncIterator, Iterator
from typing import cast

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from traces.project_logs import LogQuery, Place, list_project_logs
from traces.records import LogRow
from traces.selectors import read_logs
from web.presenters.formats import format_time
from web.presenters.logs import dump_json, raw_line

CHUNK = 500
MOST_LINES = 100_000
"""Of a file: the latest. Stated in docs/limits.md."""
COLUMNS = (
    "time", "time_ns", "severity_number", "severity_text", "service_name", "host_name", "mission_id", "trace_id",
    "span_id", "agent_name", "step_id", "request_id", "conversation_id", "user_id", "event_name", "body", "attributes",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def iterate_csv(project_id: int, query: LogQuery) -> Iterator[bytes]:
    """A head, then a line for each record. What a spreadsheet would take for a formula begins with an apostrophe."""
    yield _csv_row(COLUMNS)
    for chunk in _iterate(project_id, query):
        yield b"".join(_csv_row([_cell(cells[name]) for name in COLUMNS]) for cells in map(_cells, chunk))


def iterate_ndjson(project_id: int, query: LogQuery) -> Iterator[bytes]:
    """An object for each record, as REST gives it."""
    for chunk in _iterate(project_id, query):
        yield b"".join(dump_json(line) + b"\n" for _, line in chunk)


def send_file(request: HttpRequest, pieces: Iterator[bytes], name: str, content_type: str) -> HttpResponse:
    """A file that is written while it is read. It ends short of its end when the database does not answer."""
    response = StreamingHttpResponse(
        _in_thread(pieces) if isinstance(request, ASGIRequest) else pieces,
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )
    return cast(HttpResponse, response)  # the door of pages gives it on as it is


async def _in_thread(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """The pieces, each made in the thread of the request: its database connection ends with the request."""
    make = sync_to_async(lambda: next(pieces, None), thread_sensitive=True)
    while (piece := await make()) is not None:
        yield piece


_Chunk = list[tuple[LogRow, dict[str, object]]]


def _iterate(project_id: int, query: LogQuery) -> Iterator[_Chunk]:
    before: Place | None = None
    for _ in range(MOST_LINES // CHUNK):
        rows = list_project_logs(project_id, query, before=before, limit=CHUNK)
        if not rows:
            return
        records = read_logs(project_id, [row.pk for row in rows])
        yield [(row, raw_line(row, records[row.pk])) for row in rows if row.pk in records]
        before = Place(rows[-1].time_ns, rows[-1].pk)


def _cells(entry: tuple[LogRow, dict[str, object]]) -> dict[str, object]:
    row, line = entry
    body = line["body"] if isinstance(line["body"], str) else dump_json(line["body"]).decode()
    return line | {
        "time": format_time(row.time_ns),
        "time_ns": row.time_ns,
        "body": body,
        "attributes": dump_json(line["attributes"]).decode(),
    }


def _cell(value: object) -> object:
    """Numbers stay numbers; a text never is a formula."""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    return "" if value is None else value


def _csv_row(cells: object) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerow(cells)  # type: ignore[arg-type]
    return written.getvalue().encode(errors="replace")
