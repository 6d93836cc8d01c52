"""The one door for programs that read: an API key or a token, and what it lets its holder see."""

from accounts.keys import authenticate_now
from accounts.records import KeyAccess, Sight, TokenAccess
from accounts.tokens import authenticate_token, is_token


def authenticate_reader(raw: str, *, address: str) -> KeyAccess | TokenAccess:
    """What the key or token opens.

    Raises NotAuthenticated, AccessDenied (it may not read), TooManyRequests or Unavailable.
    """
    if is_token(raw):
        return authenticate_token(raw, address=address)
    return authenticate_now(raw, scope="read", address=address)


def get_sight(access: KeyAccess | TokenAccess) -> Sight:
    """The missions that are to be seen with it."""
    return Sight(access.project_pk, access.user_id if isinstance(access, TokenAccess) else None)
