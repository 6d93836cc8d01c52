"""One shape for every error: {"detail", "code", "errors": [{"field", "message"}]}."""

import logging
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from core.errors import MissionScopeError, TooManyRequests, Unavailable

RETRY_AFTER_S = 2

log = logging.getLogger(__name__)


def answer_error(error: Exception, context: dict[str, Any]) -> Response | None:
    """The answer to an exception; None, for Django's debug page, only in debugging."""
    set_rollback()
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, MissionScopeError):
        body = _body(
            error.detail, error.code, [{"field": each.field, "message": each.message} for each in error.errors]
        )
        headers = {"Retry-After": str(error.retry_after_s)} if isinstance(error, TooManyRequests) else {}
        if isinstance(error, Unavailable):
            headers["Retry-After"] = str(RETRY_AFTER_S)
        if error.status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        return Response(body, status=error.status, headers=headers)
    if isinstance(error, exceptions.APIException):
        headers = {}
        if getattr(error, "auth_header", None):
            headers["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]
        fields = list(_fields(error.detail)) if isinstance(error, exceptions.ValidationError) else []
        detail = "The request is not valid." if fields else str(error.detail)
        return Response(_body(detail, error.default_code, fields), status=error.status_code, headers=headers)
    return _answer_failure(error)


def _answer_failure(error: Exception) -> Response | None:
    """What we did not expect: told to the log, not to the caller."""
    if isinstance(error, (OperationalError, InterfaceError)):
        log.warning("the database did not answer: %s", type(error).__name__)
        body = _body("The database is not available. Try again.", "unavailable", [])
        return Response(body, status=503, headers={"Retry-After": str(RETRY_AFTER_S)})
    if settings.DEBUG:
        return None
    log.error("a request failed", exc_info=error)
    return Response(_body(MissionScopeError.sentence, MissionScopeError.code, []), status=500)


def _body(detail: str, code: str, errors: list[dict[str, str]]) -> dict[str, Any]:
    return {"detail": detail, "code": code, "errors": errors}


def _fields(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _fields(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(detail, list):
        for inner in detail:
            yield from _fields(inner, path)
    else:
        yield {"field": path, "message": str(detail)}
