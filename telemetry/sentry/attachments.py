"""Attachments: a text is kept to a bound, of everything else what it was."""

import codecs
from collections.abc import Mapping
from typing import Any

from core.limits import MAX_ATTACHMENT_BYTES
from telemetry.conventions.values import read_text

_TEXT_TYPES = ("application/json", "application/xml", "application/yaml", "application/x-yaml", "application/x-ndjson")
_TEXT_ENDS = (".txt", ".log", ".json", ".md", ".csv", ".xml", ".yaml", ".yml", ".ini", ".toml", ".html", ".ndjson")


def show_attachment(headers: Mapping[str, Any], payload: bytes) -> dict[str, Any]:
    """What is kept of an attachment: its name, type and size, and its beginning when it is a text."""
    content_type, file_name = read_text(headers.get("content_type")), read_text(headers.get("filename"))
    shown: dict[str, Any] = {
        "file_name": file_name,
        "content_type": content_type,
        "attachment_type": read_text(headers.get("attachment_type")),
        "size_bytes": len(payload),
    }
    text = _read_beginning(payload) if _is_named_text(content_type, file_name) else None
    if text is None:
        return shown | {"not_kept": "Only texts are kept."}
    is_cut = len(payload) > MAX_ATTACHMENT_BYTES
    cut = {"not_kept": f"Only what fits {MAX_ATTACHMENT_BYTES} bytes is kept."} if is_cut else {}
    return shown | {"text": text} | cut


def _is_named_text(content_type: str, file_name: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind.startswith("text/") or kind in _TEXT_TYPES or file_name.lower().endswith(_TEXT_ENDS)


def _read_beginning(payload: bytes) -> str | None:
    """The text within the bound, cut between lines or words so that redaction sees them whole; None: it is none."""
    is_cut = len(payload) > MAX_ATTACHMENT_BYTES
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(payload[:MAX_ATTACHMENT_BYTES], not is_cut)
    except UnicodeDecodeError:
        return None
    if "\0" in text:
        return None
    if not is_cut:
        return text
    end = text.rfind("\n")
    return text[: (end if end >= 0 else text.rfind(" ")) + 1]
