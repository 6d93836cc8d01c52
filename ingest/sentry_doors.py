"""`/api/PROJECT/envelope/` and the older `/api/PROJECT/store/`: where Sentry's clients send to, given a DSN.

A DSN is `https://KEY@host/PROJECT`. It stands in the code of web pages, so its key may do nothing but report here.
"""

import re
from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import parse_qs

from accounts.records import DSN_SCOPE, KeyAccess
from core.errors import AccessDenied, NotAuthenticated
from ingest.doors import Door, Headers, Problem
from ingest.json_doors import JsonDoor

PATH = re.compile(r"/api/(?P<project>[^/]{1,100})/(?P<door>envelope|store)/?")
_AUTH_KEY = re.compile(r"(?:^|[\s,])sentry_key\s*=\s*\"?([^\s,\"]+)")
_NO_KEY = "A DSN's key is needed: X-Sentry-Auth: Sentry sentry_key=KEY, or ?sentry_key=KEY."


class SentryDoor(JsonDoor):
    """A door of Sentry's protocol. Clients name any content type, so the path says how a body is read."""

    encodings: ClassVar[dict[str, str]] = {}
    scope: ClassVar[str] = DSN_SCOPE

    def find_encoding(self, media_type: str) -> str | None:
        """The same for all."""
        return self.default_encoding

    def find_key(self, headers: Mapping[bytes, bytes], query: bytes) -> str:
        """From Sentry's header, the address, or as at the other doors."""
        for name in (b"x-sentry-auth", b"authorization"):
            value = headers.get(name, b"").decode("latin-1")
            if (found := _AUTH_KEY.search(value)) and (name == b"x-sentry-auth" or value[:6].lower() == "sentry"):
                return found[1]
        if key := _key_of_query(query):
            return key
        try:
            return super().find_key(headers, query)
        except NotAuthenticated:
            raise NotAuthenticated(_NO_KEY) from None

    def admit(self, access: KeyAccess, path: str, query: bytes) -> KeyAccess:
        """The key must be of the project in the path, and one that may do more must not stand in an address."""
        match = PATH.fullmatch(path)
        if match is None or match["project"] not in (str(access.project_pk), access.project_slug):
            raise AccessDenied("This key is not of the project that the address names.")
        if _key_of_query(query) and access.scopes != {DSN_SCOPE}:
            raise AccessDenied(f"Only a key whose one scope is {DSN_SCOPE} may stand in an address.")
        return access

    def list_headers(self, problem: Problem | None) -> Headers:
        """What Sentry's clients look at when they are refused: why, and until when to be silent."""
        if problem is None:
            return ()
        told = " ".join(problem.sentence.split()).encode("ascii", "replace")
        headers: list[tuple[bytes, bytes]] = [(b"x-sentry-error", told)]
        if problem.status == 429:
            wait = dict(problem.headers).get(b"retry-after", b"60")
            headers.append((b"x-sentry-rate-limits", wait + b"::project"))
        return tuple(headers)


_DOORS: dict[str, Door] = {name: SentryDoor(f"sentry_{name}") for name in ("envelope", "store")}


def find_sentry_door(path: str) -> Door | None:
    """The door at this address; None when it is none of Sentry's."""
    match = PATH.fullmatch(path)
    return _DOORS[match["door"]] if match else None


def _key_of_query(query: bytes) -> str:
    keys = parse_qs(query.decode("latin-1")).get("sentry_key", [""])
    return keys[0].strip()
