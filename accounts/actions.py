"""What people do to accounts. Each change is one transaction with its audit event."""

import time
from collections.abc import Iterable
from functools import partial
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction

from accounts.key_text import check_key, hash_key, new_key, new_public_key, show_prefix
from accounts.keys import forget_key
from accounts.models import ApiKey, AuditEvent, Membership, Project, Role, User
from accounts.records import DSN_SCOPE, SCOPES
from core.errors import Conflict, FieldError, InvalidInput, NotFound


class NewApiKey(NamedTuple):
    """A key just made."""

    key: str
    """The key itself: shown now, never again."""
    row: ApiKey


def create_user(username: str, password: str, *, email: str = "", is_administrator: bool = False) -> User:
    """A user who can log in; Conflict when the name is taken."""
    try:
        with transaction.atomic():
            user = User.objects.create_user(
                username, email, password, is_superuser=is_administrator, is_staff=is_administrator
            )
            record_event("user.created", user=user, detail={"username": username})
    except IntegrityError:
        raise Conflict("This user name is taken.") from None
    return user


def create_project(slug: str, name: str, *, owner: User | None = None) -> Project:
    """A project, owned by `owner`; Conflict when the slug is taken."""
    try:
        with transaction.atomic():
            project = Project.objects.create(slug=slug, name=name)
            if owner is not None:
                Membership.objects.create(project=project, user=owner, role=Role.OWNER)
            record_event("project.created", project=project, user=owner, detail={"slug": slug})
    except IntegrityError:
        raise Conflict("This project name is taken.") from None
    return project


def rename_project(project: Project, name: str, *, by: User | None = None) -> None:
    """Give the project another name; its slug stays. InvalidInput for an empty or too long one."""
    wanted = name.strip()
    if not wanted or len(wanted) > 200:
        raise InvalidInput(errors=(FieldError("name", "must have 1 to 200 characters"),))
    with transaction.atomic():
        Project.objects.filter(pk=project.pk).update(name=wanted)
        record_event("project.renamed", project=project, user=by, detail={"name": wanted, "before": project.name})


def add_member(project: Project, user: User, role: str, *, by: User | None = None) -> Membership:
    """Make the user a member, or change the role of one; the last owner stays owner."""
    if role not in Role.values:
        raise InvalidInput(errors=(FieldError("role", "must be owner, member or viewer"),))
    with transaction.atomic():
        lock_project(project.pk)
        if role != Role.OWNER:
            _keep_an_owner(project, user)
        membership, _ = Membership.objects.update_or_create(project=project, user=user, defaults={"role": role})
        detail = {"username": user.username, "role": role}
        record_event("member.set", project=project, user=by, detail=detail)
    return membership


def remove_member(project: Project, user: User, *, by: User | None = None) -> None:
    """End a membership; NotFound when there is none, Conflict for the last owner."""
    with transaction.atomic():
        lock_project(project.pk)
        _keep_an_owner(project, user)
        count, _ = Membership.objects.filter(project=project, user=user).delete()
        if not count:
            raise NotFound("This user is not a member.")
        record_event("member.removed", project=project, user=by, detail={"username": user.username})


def create_api_key(
    project: Project,
    name: str,
    scopes: Iterable[str] = ("ingest", "read"),
    *,
    by: User | None = None,
    key: str = "",
) -> NewApiKey:
    """A new key. `key` sets its value (for a first start that is configured from outside); Conflict when it exists."""
    wanted = set(scopes)
    is_public = wanted == {DSN_SCOPE}
    chosen = check_key(key) if key else new_public_key() if is_public else new_key()
    if not wanted or not wanted <= set(SCOPES):
        raise InvalidInput(errors=(FieldError("scopes", f"must be some of {', '.join(SCOPES)}"),))
    if not name.strip() or len(name) > 200:
        raise InvalidInput(errors=(FieldError("name", "must have 1 to 200 characters"),))
    try:
        with transaction.atomic():
            row = ApiKey.objects.create(
                project=project,
                name=name.strip(),
                prefix=show_prefix(chosen),
                hash=hash_key(chosen),
                scopes=[scope for scope in SCOPES if scope in wanted],
                public_key=chosen if is_public else "",
                created_by=by,
            )
            detail = {"name": row.name, "prefix": row.prefix, "scopes": row.scopes}
            record_event("api_key.created", project=project, user=by, detail=detail)
    except IntegrityError:
        raise Conflict("This key exists already.") from None
    return NewApiKey(chosen, row)


def revoke_api_key(project: Project, key_pk: int, *, by: User | None = None) -> None:
    """End a key: here at once, in other processes within accounts.keys.KEPT_S.

    NotFound when it is not a live key of the project.
    """
    with transaction.atomic():
        live = ApiKey.objects.filter(project=project, pk=key_pk, revoked_ns=None)
        if live.update(revoked_ns=time.time_ns()) != 1:
            raise NotFound("There is no such key.")
        row = ApiKey.objects.get(pk=key_pk)
        detail = {"name": row.name, "prefix": row.prefix}
        record_event("api_key.revoked", project=project, user=by, detail=detail)
        transaction.on_commit(partial(forget_key, row.hash))


def record_event(
    action: str, *, project: Project | None = None, user: User | None = None, detail: dict[str, Any] | None = None
) -> None:
    """Add to the audit trail; call it inside the transaction of the change."""
    AuditEvent.objects.create(action=action, project=project, user=user, detail=detail or {})


def lock_project(project_pk: int) -> None:
    """Hold other changes of the same project's members until the transaction ends."""
    Project.objects.select_for_update().get(pk=project_pk)


def _keep_an_owner(project: Project, user: User) -> None:
    owners = list(Membership.objects.filter(project=project, role=Role.OWNER).values_list("user_id", flat=True))
    if owners == [user.pk]:
        raise Conflict("A project needs an owner: make somebody else owner first.")
