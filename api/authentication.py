"""Who asks: an API key or a token in a header, or a logged-in person's session."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.access import get_project, require_scope
from accounts.addresses import get_client_address
from accounts.readers import authenticate_reader, get_sight
from accounts.records import KeyAccess, Sight, TokenAccess
from core.errors import AccessDenied, NotAuthenticated


class KeyHolder:
    """Stands in for the user where a key or token asks."""

    is_authenticated = True
    is_active = True
    is_anonymous = False
    pk = None

    def __init__(self, access: KeyAccess | TokenAccess) -> None:
        self.access = access


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer KEY` or `x-api-key: KEY`, or a token there. Never in the address: it would be logged."""

    def authenticate(self, request: Request) -> tuple[Any, KeyAccess | TokenAccess] | None:
        """The key's or token's holder; None when none was sent."""
        kind, _, value = get_authorization_header(request).decode("latin-1").partition(" ")
        raw_key = value.strip() if kind.lower() == "bearer" else request.headers.get("x-api-key", "").strip()
        if not raw_key:
            return None
        try:
            access = authenticate_reader(raw_key, address=get_client_address(request._request))
        except NotAuthenticated as error:
            raise AuthenticationFailed(error.detail) from None
        return KeyHolder(access), access

    def authenticate_header(self, request: Request) -> str:
        """Makes a missing login a 401."""
        return "Bearer"


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Tells the schema of keys."""

    target_class = "api.authentication.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """A bearer key or token."""
        return {"type": "http", "scheme": "bearer"}


def get_project_id(request: Request, scope: str = "read") -> int:
    """The project, all of which the request may be about: the key's, or the person's chosen one (`?project=`).

    AccessDenied for a token that may read one user's missions only, and for any that would do more than read.
    """
    if isinstance(request.auth, KeyAccess):
        return require_scope(request.auth, scope).project_pk
    if isinstance(request.auth, TokenAccess) and scope != "read":
        raise AccessDenied("A token may only read.")
    sight = get_request_sight(request)
    if sight.user_id is not None:
        raise AccessDenied("This token may read its own user's missions only.")
    return sight.project_pk


def get_request_sight(request: Request) -> Sight:
    """The missions that the request may read: every read that gives rows of missions is bound to it."""
    if isinstance(request.auth, KeyAccess):
        return get_sight(require_scope(request.auth, "read"))
    if isinstance(request.auth, TokenAccess):
        return get_sight(request.auth)
    return Sight(get_project(request._request).project_pk)
