"""Our exceptions: each carries a stable code, an HTTP status and a sentence that is safe to show."""

from typing import ClassVar, NamedTuple


class FieldError(NamedTuple):
    """One field that cannot be accepted."""

    field: str
    """Path of the field in the request; empty for the request as a whole."""
    message: str


class MissionScopeError(Exception):
    """The root: whatever may be told to a caller."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500
    sentence: ClassVar[str] = "Something went wrong."

    def __init__(self, sentence: str = "", *, errors: tuple[FieldError, ...] = ()) -> None:
        self.detail = sentence or self.sentence
        self.errors = errors
        super().__init__(self.detail)


class InvalidInput(MissionScopeError):
    """The request cannot be understood or accepted; `errors` names the fields."""

    code = "invalid"
    status = 400
    sentence = "The request is not valid."


class NotAuthenticated(MissionScopeError):
    """Nobody is known to be asking: no key, a wrong one, a revoked one."""

    code = "not_authenticated"
    status = 401
    sentence = "A valid API key or login is needed."


class TokenExpired(NotAuthenticated):
    """It was good until its time was over: whoever has a new one may try again."""

    sentence = "The token has expired."


class AccessDenied(MissionScopeError):
    """Who asks is known and may not do this."""

    code = "access_denied"
    status = 403
    sentence = "This key or role may not do this."


class NotFound(MissionScopeError):
    """There is no such thing, or none that the asker may know of: the two are not told apart."""

    code = "not_found"
    status = 404
    sentence = "There is no such thing here."


class Conflict(MissionScopeError):
    """The change does not fit the present state."""

    code = "conflict"
    status = 409
    sentence = "This does not fit the present state."


class Unavailable(MissionScopeError):
    """Something that is needed for the answer is not there now; nothing is wrong with the request."""

    code = "unavailable"
    status = 503
    sentence = "This cannot be answered now. Try again."


class TooManyRequests(MissionScopeError):
    """A limit was hit; `retry_after_s` says when to come back."""

    code = "too_many_requests"
    status = 429
    sentence = "Too many requests. Try again later."

    def __init__(self, sentence: str = "", *, retry_after_s: int) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(sentence)
