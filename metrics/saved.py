"""Dashboards that people saved: reading them, and how their panels are kept."""

import json
from typing import Any, NamedTuple

from metrics.dashboards.panels import Dashboard, Panel, PanelQuery
from metrics.models import SavedDashboard


class SavedName(NamedTuple):
    """A saved dashboard in the row of tabs."""

    slug: str
    name: str


def list_saved(project_id: int) -> list[SavedName]:
    """Those of a project, by name."""
    rows = SavedDashboard.objects.filter(project_id=project_id).order_by("name", "id")
    return [SavedName(*row) for row in rows.values_list("slug", "name")]


def find_saved(project_id: int, slug: str) -> Dashboard | None:
    """One of a project."""
    row = SavedDashboard.objects.filter(project_id=project_id, slug=slug).first()
    if row is None:
        return None
    return Dashboard(row.slug, row.name, read_panels(row.panels), pk=row.pk, revision=row.revision)


def write_panels(panels: tuple[Panel, ...]) -> str:
    """As they are kept."""
    return json.dumps([panel._asdict() | {"queries": [each._asdict() for each in panel.queries]} for panel in panels])


def read_panels(text: str) -> tuple[Panel, ...]:
    """What `write_panels` wrote."""
    return tuple(_read_panel(each) for each in json.loads(text))


def _read_panel(kept: dict[str, Any]) -> Panel:
    queries = tuple(
        PanelQuery(**each | {"filters": tuple((name, value) for name, value in each["filters"])})
        for each in kept["queries"]
    )
    return Panel(**kept | {"queries": queries, "group_by": tuple(kept["group_by"])})
