"""What accounts gives to others: frozen values, never model instances. No Django here."""

import msgspec

ROLE_RANK = {"viewer": 1, "member": 2, "owner": 3}
"""Each role may do what those of lower rank may."""
DSN_SCOPE = "errors"
"""Report errors as Sentry's clients do. A key with this scope alone is public: it stands in the code of pages."""
SCOPES = ("ingest", DSN_SCOPE, "read", "admin")
"""What a key may do; `ingest` includes `errors`, `admin` includes the others."""
_INCLUDING = {DSN_SCOPE: frozenset({DSN_SCOPE, "ingest", "admin"})}


class KeyAccess(msgspec.Struct, frozen=True):
    """What a valid key opens."""

    key_pk: int
    project_pk: int
    project_slug: str
    scopes: frozenset[str]
    redaction_key: bytes
    """32 bytes, of the project."""

    def allows(self, scope: str) -> bool:
        """May the key do this?"""
        return not self.scopes.isdisjoint(_INCLUDING.get(scope) or {scope, "admin"})


class TokenAccess(msgspec.Struct, frozen=True):
    """What a valid token of stage7's SecurityManager lets its holder read."""

    project_pk: int
    project_slug: str
    user_id: str | None
    """Only missions of this user; None: all of the project."""
    expires_s: float
    """Unix time from which on it is refused."""


class Sight(msgspec.Struct, frozen=True):
    """Which missions somebody may read: a project's, all of them or one user's."""

    project_pk: int
    user_id: str | None = None
    """None: all."""


class ProjectAccess(msgspec.Struct, frozen=True):
    """A project as one user may see it."""

    project_pk: int
    slug: str
    name: str
    role: str
    """owner, member or viewer"""

    def allows(self, role: str) -> bool:
        """Is the user's role at least this one?"""
        return ROLE_RANK[self.role] >= ROLE_RANK[role]


class ApiKeyRow(msgspec.Struct, frozen=True):
    """A key without the key."""

    pk: int
    name: str
    prefix: str
    scopes: tuple[str, ...]
    created_ns: int
    created_by: str
    """User name, or empty."""
    last_used_ns: int | None
    revoked_ns: int | None
    public_key: str = ""
    """The key itself, of one that is public; else empty."""


class MemberRow(msgspec.Struct, frozen=True):
    """A member of a project."""

    user_pk: int
    username: str
    email: str
    role: str
    created_ns: int


class AuditRow(msgspec.Struct, frozen=True):
    """One thing somebody changed."""

    pk: int
    time_ns: int
    username: str
    """Empty when the program itself did it."""
    action: str
    detail: dict[str, object]


class Tenant(msgspec.Struct, frozen=True):
    """A project as those see it who store for it without a key: commands on the server itself."""

    pk: int
    slug: str
    redaction_key: bytes
