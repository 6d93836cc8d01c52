"""Pages of results: {"results": […], "next": URL or null}."""

from collections.abc import Sequence
from typing import Any, Generic, NamedTuple, TypeVar
from urllib.parse import urlencode

from rest_framework.request import Request
from rest_framework.response import Response

from api.parameters import get_limit, get_text
from core.cursors import decode_cursor, encode_cursor

Row = TypeVar("Row")


class Slice(NamedTuple, Generic[Row]):
    """A page of a list that was made whole."""

    request: Request
    rows: Sequence[Row]
    cursor: str | None

    def answer(self, results: list[dict[str, Any]]) -> Response:
        """The page, its rows presented."""
        return answer_page(self.request, results, self.cursor)


def answer_slice(request: Request, rows: Sequence[Row]) -> Slice[Row]:
    """The part of a whole list that the request asks for."""
    limit, cursor = get_limit(request), get_text(request, "cursor")
    (start,) = decode_cursor(cursor, int) if cursor else (0,)
    start = max(0, start)
    end = start + limit
    return Slice(request, rows[start:end], encode_cursor(end) if end < len(rows) else None)


def answer_page(request: Request, results: list[dict[str, Any]], cursor: str | None) -> Response:
    """A page and the address of the next one."""
    return Response({"results": results, "next": None if cursor is None else next_url(request, cursor)})


def next_url(request: Request, cursor: str) -> str:
    """The same request with another cursor."""
    http = request._request
    raw = getattr(http, "scope", {}).get("raw_path")
    path = raw.decode("latin-1").partition("?")[0] if raw else http.path
    kept = [(name, value) for name, values in request.query_params.lists() for value in values if name != "cursor"]
    return f"{http.scheme}://{http.get_host()}{path}?{urlencode([*kept, ('cursor', cursor)])}"
