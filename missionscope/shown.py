"""What of an address may stand in our own log and spans: it is a sender's text as telemetry is."""

import secrets
from functools import cache

from telemetry.redaction import Redactor

LONGEST_TEXT = 500


def show_text(text: str) -> str:
    """The text without secrets and personal data, of a length that logs bear."""
    shown, _ = get_redactor().redact_text(text)
    return shown if len(shown) <= LONGEST_TEXT else f"{shown[:LONGEST_TEXT]}…"


@cache
def get_redactor() -> Redactor:
    """Of this process: its placeholders are nobody's tokens elsewhere."""
    return Redactor(secrets.token_bytes(32))
