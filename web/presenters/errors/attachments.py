"""What a client sent along with an error: texts as far as they are kept, of everything else what it was. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from telemetry.conventions.values import read_text
from web.presenters.formats import format_bytes
from web.presenters.mission.texts import Text, present_value

ATTRIBUTE = "sentry.attachments"
MOST_SHOWN = 50


class AttachmentView(NamedTuple):
    """One attachment."""

    name: str
    words: str
    """Its type and size."""
    not_kept: str
    """What of it is not kept, and why; empty: all of it is."""
    text: Text | None


def present_attachments(attributes: Mapping[str, Any]) -> list[AttachmentView]:
    """The attachments that an event's record names."""
    told = attributes.get(ATTRIBUTE)
    if isinstance(told, str) or not isinstance(told, Sequence):
        return []
    return [_view(each) for each in told[:MOST_SHOWN] if isinstance(each, Mapping)]


def _view(told: Mapping[str, Any]) -> AttachmentView:
    size = told.get("size_bytes")
    parts = (read_text(told.get("content_type")), format_bytes(size) if isinstance(size, int) else "")
    text = told.get("text")
    return AttachmentView(
        name=read_text(told.get("file_name")) or read_text(told.get("attachment_type")) or "(no name)",
        words=" · ".join(part for part in parts if part),
        not_kept=read_text(told.get("not_kept")),
        text=present_value(text) if isinstance(text, str) else None,
    )
