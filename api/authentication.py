"""Who asks: an API key in a header, or a logged-in person's session."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.access import get_project, require_scope
from accounts.addresses import get_client_address
from accounts.keys import authenticate_now
from accounts.records import KeyAccess
from core.errors import NotAuthenticated


class KeyHolder:
    """Stands in for the user where a key asks."""

    is_authenticated = True
    is_active = True
    is_anonymous = False
    pk = None

    def __init__(self, access: KeyAccess) -> None:
        self.access = access


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer KEY` or `x-api-key: KEY`. Never in the address: it would be logged."""

    def authenticate(self, request: Request) -> tuple[Any, KeyAccess] | None:
        """The key's holder; None when no key was sent."""
        kind, _, value = get_authorization_header(request).decode("latin-1").partition(" ")
        raw_key = value.strip() if kind.lower() == "bearer" else request.headers.get("x-api-key", "").strip()
        if not raw_key:
            return None
        try:
            access = authenticate_now(raw_key, scope="read", address=get_client_address(request._request))
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
        """A bearer key."""
        return {"type": "http", "scheme": "bearer"}


def get_project_id(request: Request, scope: str = "read") -> int:
    """The project the request is about: the key's, or the person's chosen one (`?project=`)."""
    if isinstance(request.auth, KeyAccess):
        return require_scope(request.auth, scope).project_pk
    return get_project(request._request).project_pk
