"""Bearer tokens of stage7's SecurityManager: RS256, signed with its key, and only ever good for reading.

A user's token must be of a type meant for requests: refresh and e-mail tokens are signed with the same key.
"""

import logging
import time
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import jwt
from django.conf import settings

from accounts.key_text import LONGEST_KEY
from accounts.keys import count_wrong
from accounts.models import Project
from accounts.public_keys import FileSource, KeySource, UrlSource
from accounts.records import TokenAccess
from accounts.token_rights import Reach, decide_reach
from core.errors import AccessDenied, NotAuthenticated, TokenExpired, Unavailable

ALGORITHMS = ["RS256"]
LONGEST_TOKEN = 8192
REQUEST_TYPES = frozenset({"access", "api"})
"""Types of users' tokens that may ask for something."""
PROJECT_KEPT_S = 15.0
_REQUIRED = ["exp", "iat", "iss", "aud", "sub"]
# A token's text is the sender's: what its pieces make of a decoder ends here, not in an answer 500.
_UNREADABLE = (jwt.PyJWTError, ValueError, TypeError, ArithmeticError, RecursionError)

log = logging.getLogger(__name__)


class _Known(NamedTuple):
    until_s: float
    project: tuple[int, str] | None


_projects: dict[str, _Known] = {}


def is_token(raw: str) -> bool:
    """Three parts, and longer than any API key: a signature of 2048 bits alone is."""
    return len(raw) > LONGEST_KEY and raw.count(".") == 2


def authenticate_token(raw: str, *, address: str) -> TokenAccess:
    """What the token lets its holder read.

    Raises NotAuthenticated (TokenExpired for one that was good), AccessDenied (it may read nothing), TooManyRequests
    or Unavailable (there is no public key yet, or no project).
    """
    source = find_source()
    if source is None or len(raw) > LONGEST_TOKEN:
        raise _refusal(address)
    try:
        claims = _read_claims(raw, source)
    except jwt.ExpiredSignatureError:
        raise TokenExpired from None
    except _UNREADABLE:
        raise _refusal(address) from None
    if not _is_meant_for_us(claims):
        raise _refusal(address)
    return _open(claims)


def warm() -> None:
    """Ask for the public key before somebody needs it."""
    source = find_source()
    if source is not None:
        source.current()


def forget_all() -> None:
    """Between tests: keys and projects are looked for again."""
    _source.cache_clear()
    _projects.clear()


def find_source() -> KeySource | None:
    """Where the public key comes from, as the settings say; None when no tokens are taken."""
    return _source(
        settings.MISSIONSCOPE_TOKEN_KEY_FILE,
        settings.MISSIONSCOPE_TOKEN_KEY_URL,
        settings.MISSIONSCOPE_TOKEN_KEY_TIMEOUT_S,
        settings.MISSIONSCOPE_TOKEN_KEY_EVERY_S,
        settings.MISSIONSCOPE_TOKEN_KEY_AGE_S,
    )


@cache
def _source(file: str, url: str, timeout_s: float, every_s: float, age_s: float) -> KeySource | None:
    if file:
        return FileSource(Path(file))
    return UrlSource(url, timeout_s=timeout_s, every_s=every_s, age_s=age_s) if url else None


def _read_claims(raw: str, source: KeySource) -> dict[str, Any]:
    key = source.current()
    if key is None:
        raise Unavailable("Tokens cannot be checked now: their public key is not known.")
    try:
        return _decode(raw, key.rsa)
    except jwt.InvalidSignatureError:
        newer = source.newer(key)
        if newer is None:
            raise
        return _decode(raw, newer.rsa)


def _decode(raw: str, key: Any) -> dict[str, Any]:
    # Issuer and audience are looked at afterwards: they count as a pair.
    options: Any = {"require": _REQUIRED, "verify_aud": False, "verify_iss": False}
    return jwt.decode(raw, key, algorithms=ALGORITHMS, leeway=settings.MISSIONSCOPE_TOKEN_LEEWAY_S, options=options)


def _is_meant_for_us(claims: dict[str, Any]) -> bool:
    pair, kind = (claims["iss"], claims["aud"]), claims.get("type")
    if not isinstance(claims["sub"], str) or not claims["sub"] or not isinstance(kind, str | None):
        return False
    if pair == settings.MISSIONSCOPE_TOKEN_USERS:
        return kind in REQUEST_TYPES
    return pair == settings.MISSIONSCOPE_TOKEN_SERVICES and (kind is None or kind in REQUEST_TYPES)


def _open(claims: dict[str, Any]) -> TokenAccess:
    reach = decide_reach(claims)
    if reach is Reach.NONE:
        raise AccessDenied("This token may read no missions.")
    project = _find_project(settings.MISSIONSCOPE_TOKEN_PROJECT)
    if project is None:
        log.warning("there is no project for tokens: see MISSIONSCOPE_TOKEN_PROJECT")
        raise Unavailable("The project that tokens read does not exist.")
    return TokenAccess(
        project_pk=project[0],
        project_slug=project[1],
        user_id=None if reach is Reach.ALL else claims["sub"],
        expires_s=int(claims["exp"]) + settings.MISSIONSCOPE_TOKEN_LEEWAY_S,
    )


def _find_project(wanted: str) -> tuple[int, str] | None:
    """Key and slug of the project of that slug, else of the only one of that name; remembered for some seconds."""
    known = _projects.get(wanted)
    if known is None or known.until_s < time.monotonic():
        rows = Project.objects.filter(slug=wanted) or Project.objects.filter(name=wanted)[:2]
        found = (rows[0].pk, rows[0].slug) if len(rows) == 1 else None
        known = _projects[wanted] = _Known(time.monotonic() + PROJECT_KEPT_S, found)
    return known.project


def _refusal(address: str) -> NotAuthenticated:
    """What to answer to a token that is not good. Raises TooManyRequests when there were too many."""
    count_wrong(address)
    return NotAuthenticated("A valid API key, token or login is needed.")
