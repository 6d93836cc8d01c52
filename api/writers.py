"""Who may change something of a project: members by their role, programs with a key that administers it."""

from typing import Any, NamedTuple, cast

from rest_framework.request import Request

from accounts.access import get_project, require_scope
from accounts.models import User
from accounts.records import KeyAccess, TokenAccess
from core.errors import AccessDenied, FieldError, InvalidInput


class Writer(NamedTuple):
    """Who changes something."""

    project_id: int
    user: User | None
    """None: a key does."""


def get_writer(request: Request, role: str) -> Writer:
    """Who asks, when they may change what needs this role. Raises AccessDenied, or NotFound for strangers."""
    if isinstance(request.auth, KeyAccess):
        return Writer(require_scope(request.auth, "admin").project_pk, None)
    if isinstance(request.auth, TokenAccess):
        raise AccessDenied("A token may only read.")
    project = get_project(request._request)
    if not project.allows(role):
        raise AccessDenied(f"Only a project's {role} may do this.")
    return Writer(project.project_pk, cast(User, request.user))


def get_fields(request: Request) -> dict[str, Any]:
    """The fields of a JSON object that was sent. InvalidInput for anything else."""
    given = request.data
    if not isinstance(given, dict):
        raise InvalidInput(errors=(FieldError("", "must be a JSON object"),))
    return dict(given)
