"""What people do to metrics: make dashboards. Each change is one transaction with its audit event."""

import secrets
import time
from collections.abc import Callable

from django.db import transaction

from accounts.actions import record_event
from accounts.models import Project, User
from core.errors import Conflict, FieldError, InvalidInput, NotFound
from metrics.dashboards.panels import AGGREGATIONS, SHAPES, UNITS, Panel
from metrics.models import SavedDashboard
from metrics.saved import read_panels, write_panels

MOST_DASHBOARDS = 100
MOST_PANELS = 40
LONGEST_NAME, LONGEST_TITLE, LONGEST_METRIC, LONGEST_LABEL = 80, 120, 250, 200
Panels = tuple[Panel, ...]


def create_dashboard(project_id: int, name: str, *, by: User) -> str:
    """An empty dashboard; gives its slug. Raises InvalidInput, Conflict."""
    name = _check_name(name)
    with transaction.atomic():
        if SavedDashboard.objects.filter(project_id=project_id).count() >= MOST_DASHBOARDS:
            raise Conflict(f"A project has at most {MOST_DASHBOARDS} dashboards.")
        slug = f"d-{secrets.token_hex(6)}"
        SavedDashboard.objects.create(
            project_id=project_id, slug=slug, name=name, created_by_id=by.pk, changed_ns=time.time_ns()
        )
        _record("dashboard.created", project_id, by, slug, name)
    return slug


def rename_dashboard(project_id: int, slug: str, name: str, *, by: User) -> None:
    """Give it another name. Raises InvalidInput, NotFound."""
    name = _check_name(name)
    with transaction.atomic():
        changed = SavedDashboard.objects.filter(project_id=project_id, slug=slug)
        if not changed.update(name=name, changed_ns=time.time_ns()):
            raise NotFound
        _record("dashboard.renamed", project_id, by, slug, name)


def delete_dashboard(project_id: int, slug: str, *, by: User) -> None:
    """Remove it. Raises NotFound."""
    with transaction.atomic():
        count, _ = SavedDashboard.objects.filter(project_id=project_id, slug=slug).delete()
        if not count:
            raise NotFound
        _record("dashboard.deleted", project_id, by, slug, "")


def add_panel(project_id: int, slug: str, panel: Panel, *, revision: int, by: User) -> None:
    """One more at the end. Raises InvalidInput, NotFound, Conflict."""
    panel = check_panel(panel._replace(key=f"p{secrets.token_hex(4)}"))
    _change(project_id, slug, lambda panels: (*panels, panel), revision=revision, by=by)


def replace_panel(project_id: int, slug: str, panel: Panel, *, revision: int, by: User) -> None:
    """Another in its place. Raises InvalidInput, NotFound, Conflict."""
    panel = check_panel(panel)
    _change(
        project_id,
        slug,
        lambda panels: tuple(panel if each.key == panel.key else each for each in panels),
        revision=revision,
        by=by,
    )


def remove_panel(project_id: int, slug: str, key: str, *, revision: int, by: User) -> None:
    """One less. Raises NotFound, Conflict."""
    _change(
        project_id,
        slug,
        lambda panels: tuple(each for each in panels if each.key != key),
        revision=revision,
        by=by,
    )


def move_panel(project_id: int, slug: str, key: str, by_places: int, *, revision: int, by: User) -> None:
    """Towards the front (negative) or the end. Raises NotFound, Conflict."""

    def move(panels: Panels) -> Panels:
        rest = [each for each in panels if each.key != key]
        at = next((index for index, each in enumerate(panels) if each.key == key), None)
        if at is None:
            raise NotFound
        rest.insert(max(0, at + by_places), panels[at])
        return tuple(rest)

    _change(project_id, slug, move, revision=revision, by=by)


def check_panel(panel: Panel) -> Panel:
    """The same, when it can be asked. Raises InvalidInput with every field that cannot."""
    query = panel.queries[0]
    errors = [
        FieldError(field, message)
        for field, message, is_wrong in (
            ("title", f"must have 1 to {LONGEST_TITLE} characters", not 1 <= len(panel.title) <= LONGEST_TITLE),
            ("metric", f"must have 1 to {LONGEST_METRIC} characters", not 1 <= len(query.name) <= LONGEST_METRIC),
            ("aggregation", "is none of those offered", query.aggregation not in AGGREGATIONS),
            ("unit", "is none of those offered", panel.unit not in UNITS),
            ("shape", "is none of those offered", panel.shape not in SHAPES),
            ("group_by", "is too long", any(len(each) > LONGEST_LABEL for each in panel.group_by)),
            ("filter", "is too long", any(len(part) > LONGEST_LABEL for pair in query.filters for part in pair)),
        )
        if is_wrong
    ]
    if errors:
        raise InvalidInput(errors=tuple(errors))
    return panel


def _change(project_id: int, slug: str, change: Callable[[Panels], Panels], *, revision: int, by: User) -> None:
    """Only when nobody has changed it since `revision`: then what the other did would be lost."""
    with transaction.atomic():
        row = SavedDashboard.objects.filter(project_id=project_id, slug=slug).first()
        if row is None:
            raise NotFound
        panels = change(read_panels(row.panels))
        if len(panels) > MOST_PANELS:
            raise Conflict(f"A dashboard has at most {MOST_PANELS} panels.")
        changed = SavedDashboard.objects.filter(pk=row.pk, revision=revision).update(
            panels=write_panels(panels), revision=revision + 1, changed_ns=time.time_ns()
        )
        if not changed:
            raise Conflict("Somebody has changed this dashboard meanwhile. Reload the page.")
        _record("dashboard.changed", project_id, by, slug, row.name)


def _check_name(name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= LONGEST_NAME:
        raise InvalidInput(errors=(FieldError("name", f"must have 1 to {LONGEST_NAME} characters"),))
    return name


def _record(action: str, project_id: int, by: User, slug: str, name: str) -> None:
    project = Project.objects.get(pk=project_id)
    record_event(action, project=project, user=by, detail={"dashboard": slug, "name": name})
