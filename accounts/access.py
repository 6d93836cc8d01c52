"""The one door from a key or a user to a project. A stranger is told the same as for what does not exist."""

import hmac

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from accounts.key_text import LONGEST_KEY, hash_key
from accounts.models import ApiKey, Membership, User
from accounts.records import KeyAccess, ProjectAccess
from accounts.selectors import list_projects
from core.errors import AccessDenied, NotAuthenticated, NotFound
from core.logs import add_logged_ids

SESSION_PROJECT = "project"
"""Session key of the slug of the project last chosen."""


def find_key(raw_key: str) -> KeyAccess | None:
    """What the key opens, straight from the database; None for a wrong or revoked one."""
    if not raw_key or len(raw_key) > LONGEST_KEY:
        return None
    wanted = hash_key(raw_key)
    row = ApiKey.objects.select_related("project").filter(hash=wanted, revoked_ns=None).first()
    if row is None or not hmac.compare_digest(row.hash, wanted):
        return None
    project = row.project
    return KeyAccess(row.pk, project.pk, project.slug, frozenset(row.scopes), bytes(project.redaction_key))


def project_for_key(raw_key: str, scope: str) -> KeyAccess:
    """What the key opens; NotAuthenticated for a wrong key, AccessDenied for one without the scope.

    Asks the database each time: doors use `accounts.keys`, which remembers and counts wrong keys.
    """
    return require_scope(find_key(raw_key), scope)


def require_scope(access: KeyAccess | None, scope: str) -> KeyAccess:
    """The same access, when it is one and allows the scope."""
    if access is None:
        raise NotAuthenticated
    if not access.allows(scope):
        raise AccessDenied(f"This key lacks the scope {scope}.")
    add_logged_ids(project_id=access.project_pk)
    return access


def projects_of(user: User | AnonymousUser) -> list[ProjectAccess]:
    """The projects a user may see; none for the anonymous."""
    return list_projects(user.pk) if user.is_authenticated and user.pk is not None else []


def require_role(user: User | AnonymousUser, project_pk: int, role: str) -> ProjectAccess:
    """The user's access to the project; NotFound for strangers, AccessDenied for too low a role."""
    membership = (
        Membership.objects.filter(user_id=user.pk or 0, project_id=project_pk, user__is_active=True)
        .select_related("project")
        .first()
    )
    if membership is None:
        raise NotFound
    project = membership.project
    access = ProjectAccess(project.pk, project.slug, project.name, membership.role)
    if not access.allows(role):
        raise AccessDenied(f"Only a project's {role} may do this.")
    return access


def get_project(request: HttpRequest) -> ProjectAccess:
    """The project a page is about: `?project=` when given, else the one last chosen, else the first.

    NotAuthenticated without a login; NotFound for a project that is not the user's, or when there is none.
    """
    if not request.user.is_authenticated:
        raise NotAuthenticated
    projects = projects_of(request.user)
    asked = request.GET.get("project", "")
    if asked:
        chosen = next((project for project in projects if project.slug == asked), None)
        if chosen is not None and request.session.get(SESSION_PROJECT) != asked:
            request.session[SESSION_PROJECT] = asked
    else:
        last = request.session.get(SESSION_PROJECT)
        chosen = next((project for project in projects if project.slug == last), projects[0] if projects else None)
    if chosen is None:
        raise NotFound
    add_logged_ids(project_id=chosen.project_pk, user_id=request.user.pk)
    return chosen
