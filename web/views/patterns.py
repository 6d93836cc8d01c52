"""Every component of the pages with example contents: what designers and reviewers look at."""

import time
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from web.presenters import examples
from web.presenters.addresses import base_url
from web.presenters.columns import present_columns
from web.presenters.filters import describe_filters, present_filters
from web.presenters.marks import STATUSES
from web.presenters.mission.examples import example_overview, example_verdict
from web.presenters.mission.plan_examples import example_plan
from web.presenters.mission_query import MissionQuery
from web.presenters.missions import present_activity, present_counts, present_missions
from web.presenters.search import present_hits
from web.presenters.settings import present_keys
from web.presenters.snippets import curl_snippet

KINDS = ("LLM", "TOOL", "AGENT", "STEP", "HUMAN", "QUEUE", "OTHER")
COLOURS = (
    "bg", "panel", "raised", "hover", "selected", "line", "line-strong", "text", "dim", "accent",
    "waiting", "active", "ok", "failed", "gone", "llm", "tool", "agent", "step", "human", "queue",
)  # fmt: skip


@require_safe
def show_patterns(request: HttpRequest) -> HttpResponse:
    """Only while developing, or for administrators; to others the page does not exist."""
    if not (settings.DEBUG or (request.user.is_authenticated and request.user.is_staff)):
        raise Http404
    return render(request, "patterns/page.html", build_context(request, time.time_ns()))


def build_context(request: HttpRequest, now_ns: int) -> dict[str, Any]:
    """What the page shows, made by the presenters of the real pages."""
    query = MissionQuery(text="price_table", statuses=("failed", "waiting"))
    missions = examples.example_missions(now_ns)
    counts = {"active": 3, "waiting": 2, "failed": 11, "ok": 148, "gone": 0}
    return {
        "colours": COLOURS,
        "statuses": STATUSES,
        "kinds": KINDS,
        "icons": list_icons(),
        "query": query,
        "filters": present_filters(
            query, agents=("coordinator", "planner"), services=[f"service-{n}" for n in range(12)], models=("gpt-4o",)
        ),
        "columns": present_columns(query),
        "order_words": "latest activity first",
        "missions": present_missions(missions, now_ns),
        "next_path": "/-/patterns?cursor=next",
        "counts": present_counts(counts, query),
        "chart": present_activity(examples.example_activity(now_ns)),
        "filter_words": describe_filters(query),
        "snippets": [curl_snippet(base_url(request))],
        "keys": present_keys(examples.example_keys(now_ns), examples.PROJECT),
        "groups": present_hits(examples.example_hits(), ""),
        "verdict": example_verdict(missions[1], now_ns),
        "overview": example_overview(now_ns),
        "plan": example_plan(now_ns),
        "plan_styles": ("lists", "texts", "tools", "attributes", "plan", "questions", "step"),
        "now_ns": now_ns,
    }


def list_icons() -> list[str]:
    """The names of all glyphs of icons.svg."""
    path = finders.find("icons.svg")
    if not isinstance(path, str):
        return []
    with open(path, encoding="utf-8") as file:
        return [part.split('"', 1)[0] for part in file.read().split('<symbol id="')[1:]]
