"""Keys, members and changes as the settings show them."""

from collections.abc import Iterable
from typing import NamedTuple

from accounts.records import ApiKeyRow, AuditRow, ProjectAccess

ROLES = (
    ("owner", "Owner", "does everything, members and the project itself too"),
    ("member", "Member", "sees everything, makes and revokes keys"),
    ("viewer", "Viewer", "sees everything, changes nothing"),
)
SCOPE_WORDS = {
    "ingest": "send data",
    "errors": "report errors; alone, a public DSN",
    "read": "read missions",
    "admin": "everything, for owners' scripts",
}
ACTION_WORDS = {
    "user.created": "made the account",
    "project.created": "made the project",
    "project.renamed": "renamed the project to",
    "member.set": "set the role of",
    "member.removed": "removed",
    "api_key.created": "made the key",
    "api_key.revoked": "revoked the key",
    "source_map.kept": "kept a source map:",
    "source_map.removed": "removed source maps:",
    "alert_rule.created": "made the alert rule",
    "alert_rule.changed": "changed the alert rule",
    "alert_rule.deleted": "removed the alert rule",
    "alert_silence.created": "silenced alerts:",
    "alert_silence.ended": "ended a silence:",
    "alert_inhibition.created": "made the inhibition",
    "alert_inhibition.deleted": "removed the inhibition",
    "alert_channel.created": "made the channel",
    "alert_channel.changed": "changed the channel",
    "alert_channel.deleted": "removed the channel",
    "alert_channel.tested": "tested the channel",
    "alert_channel.secret_renewed": "made another secret for the channel",
}


class KeyItem(NamedTuple):
    """One key."""

    row: ApiKeyRow
    can_revoke: bool


class AuditItem(NamedTuple):
    """One change as a sentence: who, did what, to what."""

    time_ns: int
    who: str
    action: str
    subject: str
    note: str


def present_keys(rows: Iterable[ApiKeyRow], project: ProjectAccess) -> list[KeyItem]:
    """Live keys before revoked ones. A key that administers the project can only be revoked by owners."""
    items = [KeyItem(row, row.revoked_ns is None and project.allows(_least_role(row))) for row in rows]
    return sorted(items, key=lambda item: item.row.revoked_ns is not None)


def present_audit(rows: Iterable[AuditRow]) -> list[AuditItem]:
    """Changes, newest first as they come."""
    return [_audit_item(row) for row in rows]


def _least_role(row: ApiKeyRow) -> str:
    return "owner" if "admin" in row.scopes else "member"


def _audit_item(row: AuditRow) -> AuditItem:
    detail = dict(row.detail)
    subject = next((str(detail.pop(key)) for key in ("username", "name", "slug") if key in detail), "")
    note = ", ".join(f"{key} {_plain(value)}" for key, value in detail.items())
    return AuditItem(
        row.time_ns, row.username or "MissionScope", ACTION_WORDS.get(row.action, row.action), subject, note
    )


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
