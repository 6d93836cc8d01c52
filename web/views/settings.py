"""Settings of a project: its name, its keys, its members, what was changed, how to send data."""

import secrets
from typing import NamedTuple

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import actions, selectors
from accounts.models import Project, User
from accounts.records import DSN_SCOPE, SCOPES, ProjectAccess
from core.errors import AccessDenied, Conflict, FieldError, InvalidInput, MissionScopeError
from web.door import project_page
from web.presenters.addresses import base_url
from web.presenters.settings import ROLES, SCOPE_WORDS, present_audit, present_keys
from web.presenters.snippets import all_snippets, curl_snippet, make_dsn, sentry_snippets

MOST_EVENTS = 200


class NewAccount(NamedTuple):
    """An account just made: the password is shown now, never again."""

    username: str
    password: str


@require_http_methods(["GET", "HEAD", "POST"])
@project_page()
def show_project(request: HttpRequest, project: ProjectAccess) -> HttpResponse:
    """The project's name, which owners may change."""
    error: MissionScopeError | None = None
    name = project.name
    if request.method == "POST":
        _require(project, "owner")
        name = request.POST.get("name", "")
        try:
            actions.rename_project(_project(project), name, by=_user(request))
        except InvalidInput as refused:
            error = refused
        else:
            messages.success(request, "The project has its new name.")
            return HttpResponseRedirect(request.path)
    context = {"section": "project", "project": project, "name": name, "error": error}
    return render(request, "settings/project.html", context, status=400 if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@project_page()
def show_keys(request: HttpRequest, project: ProjectAccess) -> HttpResponse:
    """The project's keys; a POST makes one, and its answer is the only page that ever shows it."""
    made: actions.NewApiKey | None = None
    error: MissionScopeError | None = None
    if request.method == "POST":
        try:
            made = _create_key(request, project)
        except InvalidInput as refused:
            error = refused
    context = {
        "section": "keys",
        "project": project,
        "keys": present_keys(selectors.list_api_keys(project.project_pk), project),
        "scopes": [(scope, SCOPE_WORDS[scope]) for scope in SCOPES if scope != "admin" or project.allows("owner")],
        "can_change": project.allows("member"),
        "made": made,
        "snippet": curl_snippet(base_url(request), made.key) if made and "ingest" in made.row.scopes else None,
        "error": error,
        "form": request.POST,
        "chosen_scopes": request.POST.getlist("scopes") if error else ["ingest", "read"],
    }
    return render(request, "settings/keys.html", context, status=400 if error else 200)


@require_POST
@project_page("member")
def revoke_key(request: HttpRequest, project: ProjectAccess, key_pk: int) -> HttpResponse:
    """End a key. Keys that administer the project are the owners' business."""
    key = next((row for row in selectors.list_api_keys(project.project_pk) if row.pk == key_pk), None)
    if key is not None and "admin" in key.scopes:
        _require(project, "owner")
    actions.revoke_api_key(_project(project), key_pk, by=_user(request))
    messages.success(request, "The key is revoked. Senders that use it are refused within 15 seconds.")
    return HttpResponseRedirect("/settings/keys/")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@project_page()
def show_members(request: HttpRequest, project: ProjectAccess) -> HttpResponse:
    """Who belongs to the project; owners add people who have an account, administrators also make accounts."""
    error: MissionScopeError | None = None
    made: NewAccount | None = None
    if request.method == "POST":
        _require(project, "owner")
        try:
            made = _add_member(request, project)
        except (InvalidInput, Conflict) as refused:
            error = refused
        else:
            if made is None:
                return HttpResponseRedirect(request.path)
    context = {
        "section": "members",
        "project": project,
        "members": selectors.list_members(project.project_pk),
        "roles": ROLES,
        "can_change": project.allows("owner"),
        "can_make_accounts": _user(request).is_superuser,
        "made": made,
        "error": error,
        "form": request.POST,
    }
    return render(request, "settings/members.html", context, status=400 if error else 200)


@require_POST
@project_page("owner")
def change_member(request: HttpRequest, project: ProjectAccess, user_pk: int) -> HttpResponse:
    """Give a member another role, or end the membership (`role=remove`)."""
    member = next((row for row in selectors.list_members(project.project_pk) if row.user_pk == user_pk), None)
    if member is None:
        raise InvalidInput("This person is not a member of the project any more.")
    user, role = User.objects.get(pk=user_pk), request.POST.get("role", "")
    try:
        if role == "remove":
            actions.remove_member(_project(project), user, by=_user(request))
            messages.success(request, f"{member.username} is no longer a member.")
        else:
            actions.add_member(_project(project), user, role, by=_user(request))
            messages.success(request, f"{member.username} is now {role}.")
    except MissionScopeError as refused:
        messages.error(request, refused.detail)
    return HttpResponseRedirect("/settings/members/" if user_pk != request.user.pk else "/settings/")


@require_safe
@project_page()
def show_sending(request: HttpRequest, project: ProjectAccess) -> HttpResponse:
    """Ready-made ways to send data here."""
    key = selectors.find_public_key(project.project_pk)
    dsn = make_dsn(base_url(request), key, project.project_pk) if key else ""
    context = {
        "section": "send",
        "project": project,
        "dsn": dsn,
        "can_change": project.allows("member"),
        "snippets": [*(sentry_snippets(dsn) if dsn else ()), *all_snippets(base_url(request))],
    }
    return render(request, "settings/send.html", context)


@require_POST
@project_page("member")
def make_public_key(request: HttpRequest, project: ProjectAccess) -> HttpResponse:
    """Make the key of a DSN, where there is none yet."""
    if not selectors.find_public_key(project.project_pk):
        actions.create_api_key(_project(project), "DSN", (DSN_SCOPE,), by=_user(request))
        messages.success(request, "The project has a DSN. Its key is among the API keys and can be revoked there.")
    return HttpResponseRedirect("/settings/send/")


@require_safe
@project_page("member")
def show_history(request: HttpRequest, project: ProjectAccess) -> HttpResponse:
    """Who changed what in the project."""
    events = selectors.list_audit_events(project.project_pk, limit=MOST_EVENTS)
    context = {"section": "history", "project": project, "events": present_audit(events)}
    return render(request, "settings/history.html", context)


def _create_key(request: HttpRequest, project: ProjectAccess) -> actions.NewApiKey:
    _require(project, "member")
    scopes = request.POST.getlist("scopes")
    if "admin" in scopes:
        _require(project, "owner")
    return actions.create_api_key(_project(project), request.POST.get("name", ""), scopes, by=_user(request))


def _add_member(request: HttpRequest, project: ProjectAccess) -> NewAccount | None:
    username, role = request.POST.get("username", "").strip(), request.POST.get("role", "")
    if request.POST.get("make_account"):
        return _make_member(request, project, username, role)
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise InvalidInput(errors=(FieldError("username", "nobody with an account has this user name"),))
    if any(row.user_pk == user.pk for row in selectors.list_members(project.project_pk)):
        raise InvalidInput(errors=(FieldError("username", "is a member already; change the role in the list"),))
    actions.add_member(_project(project), user, role, by=_user(request))
    messages.success(request, f"{user.username} is now {role}.")
    return None


def _make_member(request: HttpRequest, project: ProjectAccess, username: str, role: str) -> NewAccount:
    if not _user(request).is_superuser:
        raise AccessDenied("Only an administrator may make accounts.")
    try:
        User._meta.get_field("username").clean(username, None)
    except ValidationError:
        message = "must have 1 to 150 letters, digits or @ . + - _"
        raise InvalidInput(errors=(FieldError("username", message),)) from None
    password = secrets.token_urlsafe(12)
    with transaction.atomic():
        user = actions.create_user(username, password)
        actions.add_member(_project(project), user, role, by=_user(request))
    return NewAccount(username, password)


def _require(project: ProjectAccess, role: str) -> None:
    if not project.allows(role):
        raise AccessDenied(f"Only a project's {role} may do this.")


def _project(access: ProjectAccess) -> Project:
    return Project.objects.get(pk=access.project_pk)


def _user(request: HttpRequest) -> User:
    return User.objects.get(username=request.user.get_username())
