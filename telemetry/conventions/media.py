"""Images, sounds, films and documents in any family's words: their bytes, their address, or the id of a file."""

from collections.abc import Callable
from typing import Any

from telemetry.conventions.conversation import Part
from telemetry.conventions.values import read_text

MEDIA_TYPES = frozenset({
    "image_url", "input_image", "image", "blob", "uri", "file", "input_file", "document", "document_url", "audio",
    "input_audio", "audio_url", "video", "video_url", "media", "image-url", "binary",
})  # fmt: skip

_MEDIA_FIELDS = ("image_url", "audio_url", "video_url", "document_url", "input_audio", "source", "image", "file",
                 "inline_data")  # fmt: skip


def read_media(raw: dict[str, Any], kind: str) -> Part:
    """An image, sound, film or document: its bytes, its address, or the id of a file."""
    modality = read_text(raw.get("modality")) or next(
        (word for word in ("image", "audio", "video", "document") if word in kind), ""
    )
    body = next((raw[name] for name in (kind, *_MEDIA_FIELDS) if raw.get(name)), raw)
    if isinstance(body, dict) and isinstance(body.get(kind), (dict, str)):
        body = body[kind]
    body = {"url": body} if isinstance(body, str) else body if isinstance(body, dict) else raw
    mime = first_of(body, "mime_type", "media_type", "mimeType", "mediaType", "format") or first_of(
        raw, "mime_type", "media_type", "mimeType", "mediaType"
    )
    file_id = first_of(body, "file_id", "fileId") or first_of(raw, "file_id")
    address = first_of(body, "url", "uri", "file_uri", "fileUri", "file_url") or first_of(raw, "uri", "url", "file_url")
    data = next((body[name] for name in ("data", "content", "bytes", "file_data") if body.get(name)), None)
    name = first_of(body, "filename", "name")
    if address.startswith("data:"):
        head, _, data = address.partition(",")
        mime, address = mime or head[5:].partition(";")[0], ""
    if data is not None:
        return Part(type="blob", modality=modality, mime_type=mime, data=data, name=name)
    if address:
        return Part(type="uri", modality=modality, mime_type=mime, uri=address, name=name)
    if file_id:
        return Part(type="file", modality=modality, mime_type=mime, file_id=file_id, name=name)
    return Part(type="generic", modality=modality, data=raw)


def read_gemini_media(raw: dict[str, Any], value: Any) -> Part:
    """Gemini's inlineData or fileData."""
    return read_media({"source": value}, "blob") if isinstance(value, dict) else Part(type="generic", data=raw)


def read_bedrock_media(kind: str) -> Callable[[dict[str, Any], Any], Part]:
    """A reader of Bedrock's image, document or video block."""

    def read(raw: dict[str, Any], value: Any) -> Part:
        source = value.get("source") if isinstance(value, dict) else None
        if not isinstance(source, dict):
            return Part(type="generic", modality=kind, data=raw)
        return read_media({"source": {**source, "format": value.get("format"), "name": value.get("name")}}, kind)

    return read


def first_of(holder: dict[str, Any], *names: str) -> str:
    """The first usable text among these fields."""
    return next((text for name in names if (text := read_text(holder.get(name)))), "")
