"""What the frame of every page needs to know."""

from functools import cached_property
from typing import NamedTuple

from django.http import HttpRequest

from accounts.access import get_project, projects_of
from accounts.records import ProjectAccess
from alerts.standing import Loud, count_loud
from core.errors import NotAuthenticated, NotFound

THEMES = ("dark", "light")
PAGES = (
    ("Missions", "/missions/"),
    ("Errors", "/errors/"),
    ("Logs", "/logs/"),
    ("Dashboards", "/dashboards/"),
    ("Alerts", "/alerts/"),
)


class NavItem(NamedTuple):
    """One page of the top bar."""

    label: str
    path: str
    is_current: bool


class Shell:
    """Asked by the templates; the database is only asked by those that draw the whole frame."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @property
    def theme(self) -> str:
        """`dark`, `light`, or empty: as the system has it."""
        theme = self._request.COOKIES.get("theme", "")
        return theme if theme in THEMES else ""

    @property
    def nav(self) -> list[NavItem]:
        """The pages of the top bar."""
        return [NavItem(label, path, self._request.path.startswith(path)) for label, path in PAGES]

    @property
    def initial(self) -> str:
        """The first letter of the user's name."""
        user = getattr(self._request, "user", None)
        return str(user.get_username())[:1] if user is not None else ""

    @cached_property
    def project(self) -> ProjectAccess | None:
        """The project the page is about."""
        known = getattr(self._request, "project", None)
        if isinstance(known, ProjectAccess):
            return known
        try:
            return get_project(self._request)
        except (NotAuthenticated, NotFound):
            return None

    @cached_property
    def alerts(self) -> Loud | None:
        """What fires in the project and is not kept quiet."""
        return None if self.project is None else count_loud(self.project.project_pk)

    @cached_property
    def projects(self) -> list[ProjectAccess]:
        """The projects the user may turn to."""
        return projects_of(self._request.user)


def shell(request: HttpRequest) -> dict[str, Shell]:
    """`shell` for every template."""
    return {"shell": Shell(request)}
