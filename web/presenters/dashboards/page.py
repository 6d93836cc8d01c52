"""The frame of a dashboard: its tabs, its period, its panels before they are filled. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

from metrics.dashboards import DASHBOARDS
from metrics.dashboards.panels import Dashboard
from metrics.saved import SavedName
from web.presenters.dashboards.period import CHOICES, Period
from web.presenters.formats import format_time

GROUPS = {
    "": "As drawn",
    "service": "Service",
    "model": "Model",
    "provider": "Provider",
    "tool": "Tool",
    "agent": "Agent",
    "agent_class": "Agent class",
    "verb": "Verb",
}
"""Labels that all panels may be grouped by."""
KEPT = ("last", "since_ns", "until_ns", "compare", "group")
"""What stays when another dashboard is chosen."""
LONGEST_GROUP = 200


class Tab(NamedTuple):
    """A dashboard in the row above the page."""

    path: str
    name: str
    is_current: bool


class Choice(NamedTuple):
    """A period or a grouping to turn to."""

    path: str
    label: str
    is_current: bool


def present_page(
    dashboard: Dashboard, saved: Sequence[SavedName], period: Period, asked: Mapping[str, str]
) -> dict[str, Any]:
    """Context of dashboards/page.html."""
    kept = {name: asked[name] for name in KEPT if asked.get(name)}
    group = kept.get("group", "")[:LONGEST_GROUP]
    is_compared = kept.get("compare") == "1"
    return {
        "dashboard": dashboard,
        "is_saved": dashboard.pk is not None,
        "tabs": [_tab(each.slug, each.name, dashboard, kept) for each in DASHBOARDS.values()],
        "saved": [_tab(each.slug, each.name, dashboard, kept) for each in saved],
        "ranges": [
            Choice(_with(_without(kept, "since_ns", "until_ns"), last=last), last, period.last == last)
            for last in CHOICES
        ],
        "groups": [Choice(_with(kept, group=name), label, name == group) for name, label in GROUPS.items()],
        "group_label": GROUPS.get(group, group),
        "is_grouped": bool(group),
        "is_compared": is_compared,
        "compare_path": _with(kept, compare="" if is_compared else "1"),
        "period": period,
        "period_words": "" if period.last else spell_period(period),
        "query": _query(kept),
        "refresh": bool(period.last),
    }


def spell_period(period: Period) -> str:
    """`2026-11-28 14:00 – 15:10 UTC`; it is of whole minutes."""
    since, until = (format_time(time_ns)[:16] for time_ns in (period.since_ns, period.until_ns))
    return f"{since} – {until[11:] if since[:10] == until[:10] else until} UTC"


def _tab(slug: str, name: str, current: Dashboard, kept: dict[str, str]) -> Tab:
    return Tab(f"/dashboards/{slug}/{_with(kept)}", name, slug == current.slug)


def _with(kept: dict[str, str], **changed: str) -> str:
    query = _query(kept | changed)
    return f"?{query}" if query else "?" if changed else ""


def _without(kept: dict[str, str], *names: str) -> dict[str, str]:
    return {name: value for name, value in kept.items() if name not in names}


def _query(kept: Mapping[str, str]) -> str:
    return urlencode({name: value for name, value in kept.items() if value})
