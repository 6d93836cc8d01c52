"""Reads of accounts: frozen rows."""

from accounts.models import ApiKey, AuditEvent, Membership, Project
from accounts.records import ApiKeyRow, AuditRow, MemberRow, ProjectAccess, Tenant
from core.errors import NotFound

MOST_ROWS = 1000


def list_projects(user_pk: int) -> list[ProjectAccess]:
    """The projects a user belongs to, by name."""
    memberships = Membership.objects.filter(user_id=user_pk, user__is_active=True).select_related("project")
    ordered = memberships.order_by("project__name", "project_id")
    return [ProjectAccess(m.project_id, m.project.slug, m.project.name, m.role) for m in ordered]


def list_members(project_pk: int) -> list[MemberRow]:
    """The members of a project, by user name."""
    memberships = Membership.objects.filter(project_id=project_pk).select_related("user").order_by("user__username")
    return [MemberRow(m.user_id, m.user.username, m.user.email, m.role, m.created_ns) for m in memberships[:MOST_ROWS]]


def list_api_keys(project_pk: int) -> list[ApiKeyRow]:
    """The keys of a project, newest first, revoked ones too."""
    keys = ApiKey.objects.filter(project_id=project_pk).select_related("created_by").order_by("-pk")
    return [_api_key_row(key) for key in keys[:MOST_ROWS]]


def find_public_key(project_pk: int) -> str:
    """The newest key of a project's DSN; empty when there is none."""
    live = ApiKey.objects.filter(project_id=project_pk, revoked_ns=None).exclude(public_key="")
    return live.order_by("-pk").values_list("public_key", flat=True).first() or ""


def list_audit_events(project_pk: int, *, limit: int = 100) -> list[AuditRow]:
    """What was changed in a project, newest first."""
    events = AuditEvent.objects.filter(project_id=project_pk).select_related("user").order_by("-time_ns", "-pk")
    return [
        AuditRow(event.pk, event.time_ns, event.user.username if event.user else "", event.action, event.detail)
        for event in events[: min(limit, MOST_ROWS)]
    ]


def _api_key_row(key: ApiKey) -> ApiKeyRow:
    return ApiKeyRow(
        pk=key.pk,
        name=key.name,
        prefix=key.prefix,
        scopes=tuple(key.scopes),
        created_ns=key.created_ns,
        created_by=key.created_by.username if key.created_by else "",
        last_used_ns=key.last_used_ns,
        revoked_ns=key.revoked_ns,
        public_key=key.public_key,
    )


def get_redaction_key(project_pk: int) -> bytes:
    """The project's secret for pseudonyms, for those that store what did not come through a door. NotFound."""
    key = Project.objects.filter(pk=project_pk).values_list("redaction_key", flat=True).first()
    if key is None:
        raise NotFound
    return bytes(key)


def find_tenant(slug: str) -> Tenant | None:
    """The project of that short name; None when there is none."""
    row = Project.objects.filter(slug=slug).first()
    return None if row is None else Tenant(row.pk, row.slug, bytes(row.redaction_key))


def list_project_slugs(project_pk: int | None, limit: int) -> dict[int, str]:
    """Short names by key: of one project, or of the first `limit` that were made."""
    query = Project.objects.order_by("pk") if project_pk is None else Project.objects.filter(pk=project_pk)
    return dict(query.values_list("pk", "slug")[:limit])
