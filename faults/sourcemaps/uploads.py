"""An upload checked and redacted: what is kept of a source map. No database."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import msgspec
from symbolic.exceptions import SymbolicError
from symbolic.sourcemapcache import SourceMapCache

from core.errors import FieldError, InvalidInput
from faults.sourcemaps.masking import mask, redact_lines
from telemetry.redaction import Redactor

MOST_TEXT = 1_000
_KEPT = (
    "version", "file", "sourceRoot", "sources", "sourcesContent", "names", "mappings", "ignoreList",
    "x_google_ignoreList",
)  # fmt: skip
_DEBUG_ID = re.compile(r"[0-9a-f]{32}")
_DEBUG_COMMENT = re.compile(rb"//# debugId=([0-9A-Fa-f-]{32,36})\s*\Z")
_TAIL_BYTES = 500


class Upload(msgspec.Struct, frozen=True):
    """A source map, fit to be kept."""

    release: str
    url: str
    debug_id: str
    source_map: bytes
    minified: bytes | None
    redacted_count: int
    notes: tuple[str, ...]
    """What the sender is told."""


def read_upload(fields: Mapping[str, str], source_map: bytes, minified: bytes | None, redaction_key: bytes) -> Upload:
    """The upload as it is kept. `fields`: release, url, debug_id. Raises InvalidInput."""
    content = _parse(source_map)
    release, url = _text(fields, "release"), normalize_url(_text(fields, "url"))
    debug_id = _find_debug_id(fields, content, minified)
    if not debug_id and not (release and url):
        raise _invalid("debug_id", "is needed, here or in the map; or else release and url")
    _check_map(source_map, minified)
    redactor = _get_redactor(redaction_key)
    cleaner = _Cleaner(redactor)
    kept = cleaner.clean_map(content)
    code = cleaner.clean_code(minified) if minified is not None else None
    if minified is None:
        cleaner.notes.append("Without the minified file the names of functions are not known.")
    named = (redactor.redact_text(text)[0] for text in (release, url))
    release, url = named
    return Upload(release, url, debug_id, msgspec.json.encode(kept), code, cleaner.count, tuple(cleaner.notes))


def normalize_url(url: str) -> str:
    """The address of a file without what differs between its loads: query and fragment."""
    return re.split(r"[?#]", url.strip(), maxsplit=1)[0]


def list_urls(url: str) -> tuple[str, ...]:
    """Under which addresses a frame's file may have been uploaded, the most telling first."""
    whole = normalize_url(url)
    try:
        parts = urlsplit(whole)
    except ValueError:
        return (whole,)
    return (whole, f"~{parts.path}") if parts.path.startswith("/") else (whole,)


def read_debug_id(text: str) -> str:
    """32 lower-case hexadecimal digits; empty when it is no debug id."""
    plain = text.strip().lower().replace("-", "")
    return plain if _DEBUG_ID.fullmatch(plain) else ""


class _Cleaner:
    """Redacts the parts of one upload, and counts."""

    def __init__(self, redactor: Redactor) -> None:
        self.redactor, self.count, self.notes = redactor, 0, list[str]()

    def clean_map(self, content: Mapping[str, Any]) -> dict[str, Any]:
        """The map with what is needed of it."""
        if "sections" in content:
            sections = [section for section in content["sections"] if isinstance(section, dict)]
            cleaned = [{**section, "map": self.clean_map(_object(section.get("map")))} for section in sections]
            return {"version": 3, "sections": [{name: part[name] for name in ("offset", "map")} for part in cleaned]}
        kept = {name: content[name] for name in _KEPT if name in content}
        for name in ("sources", "names", "file", "sourceRoot"):
            if name in kept:
                kept[name] = self._value(kept[name])
        if isinstance(kept.get("sourcesContent"), list):
            kept["sourcesContent"] = [self._source(text) for text in kept["sourcesContent"]]
        return kept

    def clean_code(self, minified: bytes) -> bytes | None:
        """The minified file, of the same length in every line."""
        masked = mask(minified.decode(errors="replace"), self.redactor)
        if masked is None:
            self.notes.append("The minified file could not be redacted in place and is not kept.")
            return None
        self.count += masked.redacted_count
        return masked.text.encode()

    def _value(self, value: Any) -> Any:
        redacted, counts = self.redactor.redact_value(value)
        self.count += sum(counts.values())
        return redacted

    def _source(self, text: Any) -> str | None:
        if not isinstance(text, str):
            return None
        masked = redact_lines(text, self.redactor)
        if masked is None:
            self.notes.append("A source could not be redacted in place and is not kept.")
            return None
        self.count += masked.redacted_count
        return masked.text


def _parse(source_map: bytes) -> dict[str, Any]:
    try:
        content = msgspec.json.decode(source_map.removeprefix(b")]}'\n"))
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise _invalid("source_map", "is not JSON") from None
    is_map = isinstance(content, dict) and content.get("version") == 3
    if not is_map or not (isinstance(content.get("mappings"), str) or isinstance(content.get("sections"), list)):
        raise _invalid("source_map", "is not a source map of version 3")
    return dict(content)


def _check_map(source_map: bytes, minified: bytes | None) -> None:
    try:
        SourceMapCache.from_bytes(minified or b"", source_map)
    except SymbolicError as error:
        raise _invalid("source_map", f"cannot be read: {error!s:.200}") from None


def _find_debug_id(fields: Mapping[str, str], content: Mapping[str, Any], minified: bytes | None) -> str:
    told = _text(fields, "debug_id")
    if told:
        debug_id = read_debug_id(told)
        if not debug_id:
            raise _invalid("debug_id", "must be 32 hexadecimal digits, with hyphens or without")
        return debug_id
    for name in ("debugId", "debug_id"):
        if isinstance(content.get(name), str) and (debug_id := read_debug_id(content[name])):
            return debug_id
    comment = _DEBUG_COMMENT.search(minified[-_TAIL_BYTES:]) if minified else None
    return read_debug_id(comment[1].decode()) if comment else ""


def _text(fields: Mapping[str, str], name: str) -> str:
    text = fields.get(name) or ""
    if not isinstance(text, str) or len(text) > MOST_TEXT or "\0" in text:
        raise _invalid(name, f"must be a text of at most {MOST_TEXT} characters")
    return text.strip()


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _invalid(field: str, message: str) -> InvalidInput:
    return InvalidInput(errors=(FieldError(field, message),))


@lru_cache(maxsize=16)
def _get_redactor(redaction_key: bytes) -> Redactor:
    return Redactor(redaction_key)
