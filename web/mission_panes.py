"""The panes of a mission as HTML fragments. Lists are paged by position; `changed_after` asks for what changed.

Each fragment has one element with `data-items` and, when there is more, one with `data-more-row`.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.errors import FieldError, InvalidInput
from web.presenters.mission.keys import SpanAddress, parse_key

Row = TypeVar("Row")
MOST_UNTIL = 2_000
"""How far a first page is stretched to hold the selected row."""


class Page(NamedTuple):
    """A slice of a list and what is left."""

    rows: Sequence[Any]
    next_offset: int | None
    left: int
    """Rows after this page."""
    total: int


def read_number(request: HttpRequest, name: str, default: int = 0) -> int:
    """A whole number of the query. Raises InvalidInput."""
    text = request.GET.get(name, "")
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 19:
        raise InvalidInput(errors=(FieldError(name, "must be a whole number"),))
    return int(text)


def read_until(request: HttpRequest) -> SpanAddress | None:
    """The span the first page must hold, when one is asked for."""
    return parse_key(request.GET.get("until", ""))


def take_page(rows: Sequence[Row], offset: int, size: int, until: Callable[[Row], bool] | None = None) -> Page:
    """The slice at `offset`; a first page reaches to the row `until` finds, within MOST_UNTIL."""
    end = offset + size
    if until is not None and offset == 0:
        place = next((at for at, row in enumerate(rows[:MOST_UNTIL]) if until(row)), -1)
        end = max(end, place + 1)
    left = max(0, len(rows) - end)
    return Page(rows[offset:end], end if left else None, left, len(rows))


def take_changed(rows: Iterable[Row], after: int) -> Page:
    """All rows that changed after a cursor."""
    found = [row for row in rows if row.change_seq > after]  # type: ignore[attr-defined]
    return Page(found, None, 0, len(found))


def slice_page(rows: Sequence[Row], offset: int, size: int) -> Page:
    """The slice at `offset`, and what is left after it."""
    left = max(0, len(rows) - offset - size)
    return Page(rows[offset : offset + size], offset + size if left else None, left, len(rows))


def page_of(request: HttpRequest, rows: Sequence[Any], size: int) -> Page:
    """The page of spans' rows that a list's address asks for: what changed, or a slice that may reach to a span."""
    if "changed_after" in request.GET:
        return take_changed(rows, read_number(request, "changed_after"))
    until = read_until(request)
    found = None
    if until is not None:

        def found(row: Any) -> bool:
            return (row.trace_id, row.span_id) == until[:2]

    return take_page(rows, read_number(request, "offset"), size, found)


def more_address(request: HttpRequest, **changes: Any) -> str:
    """This address with other values in its query; `until` and `log` belong to the first page alone."""
    query = {key: value for key, value in request.GET.items() if key not in ("until", "log", "changed_after")}
    query |= {key: str(value) for key, value in changes.items()}
    return f"?{urlencode(query)}"


def render_list(request: HttpRequest, template: str, page: Page, items: Sequence[Any], **context: Any) -> HttpResponse:
    """A list's fragment."""
    more = None if page.next_offset is None else request.path + more_address(request, offset=page.next_offset)
    context |= {"items": items, "page": page, "more": more, "is_first": not request.GET.get("offset")}
    response = render(request, template, context)
    response["Cache-Control"] = "no-store"
    return response
