"""One redactor for each project's key, kept because building its tables takes time."""

from functools import lru_cache

from telemetry.redaction import Redactor


@lru_cache(maxsize=256)
def get_redactor(redaction_key: bytes) -> Redactor:
    """The project's redactor; safe to use from any thread."""
    return Redactor(redaction_key)
