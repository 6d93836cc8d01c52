"""Full-text search over everything that was said, errors among it; the missions and errors that the palette offers."""

import time
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.records import ProjectAccess
from search.selectors import FIELDS, SearchPage, search
from traces.records import MissionRow
from traces.selectors import MissionFilter, find_mission, list_missions
from web.door import project_page
from web.error_search import find_errors, list_palette_errors
from web.presenters.formats import format_ago, short_id
from web.presenters.marks import present_status
from web.presenters.mission_query import MOST_TEXT
from web.presenters.paths import mission_path
from web.presenters.search import FIELD_WORDS, present_hits

PAGE_HITS = 50
PALETTE_MISSIONS = 8


@require_safe
@project_page()
def show_search(request: HttpRequest, project: ProjectAccess) -> HttpResponse:
    """Errors, then hits by mission; for htmx with `before`, the next of these."""
    text = request.GET.get("q", "").strip()[:MOST_TEXT]
    field = request.GET.get("in", "") if request.GET.get("in", "") in FIELDS else ""
    page = _search(project, text, field, request.GET.get("before", ""))
    more = {"q": text, "in": field, "before": page.next_before}
    context = {
        "text": text,
        "field": field,
        "fields": [(name, FIELD_WORDS[name], _path(text, name)) for name in FIELDS],
        "everywhere_path": _path(text, ""),
        "errors": find_errors(project, text if field in ("", "error") else ""),
        "groups": present_hits(page.hits, text),
        "hit_count": len(page.hits),
        "next_path": f"/search?{urlencode({k: v for k, v in more.items() if v})}" if page.next_before else "",
    }
    is_swap = "HX-Request" in request.headers
    return render(request, "search/_hits.html" if is_swap else "search/results.html", context)


@require_safe
@project_page()
def send_palette(request: HttpRequest, project: ProjectAccess) -> HttpResponse:
    """Missions whose name or id holds `q`, as entries of the palette: the latest without one. A trace id finds too.

    Errors that hold its words, with a text only.
    """
    text = request.GET.get("q", "").strip()[:MOST_TEXT]
    page = list_missions(project.project_pk, MissionFilter(text=text), limit=PALETTE_MISSIONS)
    rows = page.rows
    if text and (named := find_mission(project.project_pk, text)) is not None:
        rows = [named, *(row for row in rows if row.pk != named.pk)]
    now_ns = time.time_ns()
    missions = [_entry(row, now_ns) for row in rows[:PALETTE_MISSIONS]]
    response = JsonResponse({"results": missions, "errors": list_palette_errors(project, text, now_ns)})
    response["Cache-Control"] = "no-store"
    return response


def _search(project: ProjectAccess, text: str, field: str, before: str) -> SearchPage:
    if not text:
        return SearchPage([], None)
    is_place = before.isascii() and before.isdigit() and len(before) < 19
    return search(
        project.project_pk,
        text,
        fields=(field,) if field else (),
        before=int(before) if is_place else None,
        limit=PAGE_HITS,
    )


def _path(text: str, field: str) -> str:
    return f"/search?{urlencode({'q': text, 'in': field} if field else {'q': text})}"


def _entry(row: MissionRow, now_ns: int) -> dict[str, Any]:
    mark = present_status(row.status)
    return {
        "label": row.name or row.id,
        "glyph": mark.glyph,
        "css": mark.css,
        "note": f"{short_id(row.id)} · {format_ago(row.last_activity_ns, now_ns)}",
        "path": mission_path(row.id),
    }
