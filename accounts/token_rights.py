"""What the claims of a token allow. Plain Python."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

_ALL_PERMISSIONS = frozenset({"*", "missions:read"})
_ALL_ROLES = frozenset({"super_admin", "admin"})
_OWN_PERMISSION, _OWN_ROLE = "missions:read:own", "user"


class Reach(Enum):
    """Which missions of the project somebody may read."""

    ALL = "all"
    OWN = "own"
    NONE = "none"


def decide_reach(claims: Mapping[str, Any]) -> Reach:
    """By permissions and by roles: either may be absent, and what is no list of texts says nothing."""
    permissions, roles = _texts(claims.get("permissions")), _texts(claims.get("roles"))
    if permissions & _ALL_PERMISSIONS or roles & _ALL_ROLES:
        return Reach.ALL
    if _OWN_PERMISSION in permissions or _OWN_ROLE in roles:
        return Reach.OWN
    return Reach.NONE


def _texts(value: Any) -> frozenset[str]:
    return frozenset(each for each in value if isinstance(each, str)) if isinstance(value, list) else frozenset()
