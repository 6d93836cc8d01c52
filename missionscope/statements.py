"""`?_trace=1` on any page: instead of it, the SQL statements it took, for administrators."""

import time
from collections.abc import Callable

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test.utils import CaptureQueriesContext

WORD = "_trace"


class StatementsMiddleware:
    """Answers a traced request with its statements. Of other requests it reads the query text, no more."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if WORD not in request.META.get("QUERY_STRING", "") or not self._may_trace(request):
            return self.get_response(request)
        started = time.perf_counter()
        with CaptureQueriesContext(connection) as seen:
            response = self.get_response(request)
        took_ms = (time.perf_counter() - started) * 1000
        lines = [f"{float(query['time']) * 1000:7.1f} ms  {query['sql']}" for query in seen.captured_queries]
        head = f"{response.status_code} in {took_ms:.1f} ms, {len(lines)} statements"
        response.close()
        shown = HttpResponse("\n\n".join([head, *lines]), content_type="text/plain; charset=utf-8")
        shown["Cache-Control"] = "no-store"
        return shown

    def _may_trace(self, request: HttpRequest) -> bool:
        user = request.user
        return request.method == "GET" and request.GET.get(WORD) == "1" and user.is_authenticated and user.is_superuser
