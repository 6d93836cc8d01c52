"""Who may watch what: from a WebSocket's key, token or session to a project and a mission."""

from collections.abc import Collection, Mapping
from importlib import import_module
from types import SimpleNamespace
from typing import Any, NamedTuple, cast
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.http.cookie import parse_cookie
from django.http.request import validate_host

from accounts.access import SESSION_PROJECT, projects_of
from accounts.addresses import believe_proxies
from accounts.readers import authenticate_reader, get_sight
from accounts.records import KeyAccess, ProjectAccess, TokenAccess
from core.errors import MissionScopeError, NotAuthenticated, TokenExpired
from traces.selectors import find_mission

PREFIX = "/ws/missions/"
LAST_64 = 2**63 - 1
EXPIRED, NOT_ANY_MORE = "the token has expired", "no longer authorised"


class Viewer(NamedTuple):
    """What somebody may watch, and how long."""

    project_id: int
    user_id: str | None = None
    """Only missions of this user; None: all of the project."""
    expires_s: float | None = None
    """Unix time at which a token ends."""


class Watched(NamedTuple):
    """A mission somebody watches."""

    pk: int
    id: str
    change_seq: int


def is_own_origin(scope: Mapping[str, Any]) -> bool:
    """No Origin (a program), or one of ours or of the configured browsers' applications."""
    origin = _header(scope, b"origin")
    if not origin:
        return True
    if origin in settings.CORS_ALLOWED_ORIGINS or origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    try:
        parts = urlsplit(origin)
        known = validate_host(parts.hostname or "", settings.ALLOWED_HOSTS)
    except ValueError:
        return False
    return known and parts.netloc == _header(scope, b"host")


def identify(scope: Mapping[str, Any]) -> Viewer:
    """The viewer of this connection, asked of the database anew. Raises a MissionScopeError when there is none."""
    if access := _given_access(scope):
        sight = get_sight(access)
        expires_s = access.expires_s if isinstance(access, TokenAccess) else None
        return Viewer(sight.project_pk, sight.user_id, expires_s)
    session, projects = _session_projects(scope)
    wanted = _query(scope).get("project", "")
    chosen = wanted or session.get(SESSION_PROJECT, "")
    found = next((project for project in projects if project.slug == chosen), None)
    if found is None and (wanted or not projects):
        raise NotAuthenticated
    return Viewer((found or projects[0]).project_pk)


def find_loss(scope: Mapping[str, Any], viewer: Viewer) -> str:
    """Why the viewer may not go on; empty while the right holds.

    Another choice of project in the session takes nothing away.
    """
    try:
        if access := _given_access(scope):
            sight = get_sight(access)
            is_same = (sight.project_pk, sight.user_id) == (viewer.project_id, viewer.user_id)
        else:
            is_same = any(project.project_pk == viewer.project_id for project in _session_projects(scope)[1])
    except TokenExpired:
        return EXPIRED
    except MissionScopeError:
        return NOT_ANY_MORE
    return "" if is_same else NOT_ANY_MORE


def _given_access(scope: Mapping[str, Any]) -> KeyAccess | TokenAccess | None:
    """What the key or token opens; None when none was sent."""
    raw_key = _bearer(scope) or _query(scope).get("token", "")
    if not raw_key:
        return None
    client = scope.get("client") or ("unknown",)
    address = believe_proxies(client[0], _header(scope, b"x-forwarded-for"))
    return authenticate_reader(raw_key, address=address)


def _session_projects(scope: Mapping[str, Any]) -> tuple[SessionBase, list[ProjectAccess]]:
    """The session of the connection's cookie as it is now, and the projects its user may see."""
    key = parse_cookie(_header(scope, b"cookie")).get(settings.SESSION_COOKIE_NAME)
    if not key:
        raise NotAuthenticated
    session: SessionBase = import_module(settings.SESSION_ENGINE).SessionStore(key)
    user = get_user(cast(HttpRequest, SimpleNamespace(session=session)))
    return session, projects_of(cast(Any, user))


def find_watched(viewer: Viewer, mission_id: str) -> Watched | None:
    """The mission, when the viewer may see it."""
    mission = find_mission(viewer.project_id, mission_id, viewer.user_id)
    return None if mission is None else Watched(mission.pk, mission.id, mission.change_seq)


def get_mission_id(scope: Mapping[str, Any]) -> str:
    """The mission's id from the path; ids may hold slashes, so the raw path is what counts."""
    raw = scope.get("raw_path") or scope["path"].encode()
    path = raw.decode("latin-1").partition("?")[0]
    return unquote(path.removeprefix(PREFIX).removesuffix("/"), errors="replace")


def get_after(scope: Mapping[str, Any]) -> int | None:
    """The cursor to go on from; None for now. Raises ValueError when it is none."""
    text = _query(scope).get("after", "")
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 19 or int(text) > LAST_64:
        raise ValueError("after must be a cursor")
    return int(text)


def get_streams(scope: Mapping[str, Any], known: Collection[str]) -> list[str]:
    """The further streams asked for in the address. Raises ValueError for one that is not known."""
    asked = _query(scope).get("stream", "")
    if asked and asked not in known:
        raise ValueError("there is no such stream")
    return [asked] if asked else []


def _bearer(scope: Mapping[str, Any]) -> str:
    kind, _, value = _header(scope, b"authorization").partition(" ")
    return value.strip() if kind.lower() == "bearer" else _header(scope, b"x-api-key").strip()


def _header(scope: Mapping[str, Any], name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def _query(scope: Mapping[str, Any]) -> dict[str, str]:
    parsed = parse_qs(scope.get("query_string", b"").decode("latin-1"), max_num_fields=20)
    return {key: values[-1] for key, values in parsed.items()}
