"""Long texts and JSON values as the page shows them: folded, with their size.

What is longer than MOST_CHARACTERS is shown to SHOWN_CHARACTERS: the page says how much there is and links to all of
it. One giant prompt must not freeze the page.
"""

from typing import Any, NamedTuple

import orjson

from web.presenters.formats import format_bytes

FOLD_LINES = 24
FOLD_CHARACTERS = 2_400
MOST_CHARACTERS = 60_000
SHOWN_CHARACTERS = 20_000
PREVIEW_CHARACTERS = 140
_OPTIONS = orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS


class Text(NamedTuple):
    """A text to show."""

    text: str
    line_count: int
    size: str
    """Its length as people read it, in bytes of UTF-8."""
    is_long: bool
    """Folded until opened."""
    is_code: bool
    """JSON or another structured value: shown in the fixed-width type."""
    rest: str = ""
    """How much more there is than `text`; empty when that is all."""


def present_text(value: str, *, is_code: bool = False, is_whole: bool = False) -> Text:
    """A text as it is; with `is_whole` however long."""
    lines = value.count("\n") + 1
    is_long = lines > FOLD_LINES or len(value) > FOLD_CHARACTERS
    size = format_bytes(_count_bytes(value))
    if is_whole or len(value) <= MOST_CHARACTERS:
        return Text(value, lines, size, is_long, is_code)
    shown = value[:SHOWN_CHARACTERS]
    return Text(shown, lines, size, is_long, is_code, format_bytes(_count_bytes(value[SHOWN_CHARACTERS:])))


def present_value(value: Any, *, is_whole: bool = False) -> Text:
    """Any decoded value: texts as they are, everything else as indented JSON."""
    if isinstance(value, str):
        parsed = _parse_container(value)
        if parsed is None:
            return present_text(value, is_whole=is_whole)
        value = parsed
    return present_text(indent_json(value), is_code=True, is_whole=is_whole)


def _count_bytes(text: str) -> int:
    return len(text.encode(errors="surrogatepass"))


def indent_json(value: Any) -> str:
    """Indented JSON; what JSON has no word for reads as text."""
    try:
        return orjson.dumps(value, default=_plain, option=_OPTIONS).decode()
    except (orjson.JSONEncodeError, RecursionError):
        return repr(value)


def one_line(value: Any, limit: int = PREVIEW_CHARACTERS) -> str:
    """The beginning of a value on one line; an ellipsis says that there is more."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else _compact(value)
    flat = " ".join(text[: limit * 4].split())
    return flat if len(flat) <= limit and len(text) <= limit * 4 else f"{flat[: limit - 1]}…"


def _compact(value: Any) -> str:
    try:
        return orjson.dumps(value, default=_plain, option=orjson.OPT_NON_STR_KEYS).decode()
    except (orjson.JSONEncodeError, RecursionError):
        return repr(value)


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return f"0x{value.hex()}"
    return str(value)


def _parse_container(text: str) -> Any:
    """The list or map a text holds; None when it is something else."""
    stripped = text.strip()
    if not stripped or stripped[0] not in "[{" or stripped[-1] not in "]}":
        return None
    try:
        return orjson.loads(stripped)
    except orjson.JSONDecodeError:
        return None
