"""Why a body as a whole was not read. Nothing of it is kept when one of these is raised."""

from core.errors import MissionScopeError


class MalformedBody(MissionScopeError):
    """Not what its content type and encoding say."""

    code = "malformed_body"
    status = 400
    sentence = "The request body could not be read."


class TooLarge(MissionScopeError):
    """Over the limit, as sent or after decompression."""

    code = "too_large"
    status = 413
    sentence = "The request body is too large."


class UnsupportedEncoding(MissionScopeError):
    """A Content-Encoding that is not read here."""

    code = "unsupported_encoding"
    status = 415
    sentence = "This Content-Encoding is not supported: send gzip, deflate, zstd or identity."


class UnsupportedMediaType(MissionScopeError):
    """A Content-Type that is not read here."""

    code = "unsupported_media_type"
    status = 415
    sentence = "This Content-Type is not supported: send application/x-protobuf or application/json."
