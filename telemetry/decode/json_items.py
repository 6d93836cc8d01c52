"""The items of a JSON request: one object, an array, `{"records": [...]}` or NDJSON.

An item that is not JSON costs no other item. What a JavaScript or Python sender writes beside the standard (lone
surrogates, NaN) is read, and repaired afterwards (`telemetry.decode.plain`).
"""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from core.limits import MAX_ITEMS, MAX_JSON_VALUES
from telemetry.decode.errors import MalformedBody, TooLarge
from telemetry.decode.json_lenient import without_depths
from telemetry.decode.refusal import Refusal

LIST_KEY = "records"

BOM = b"\xef\xbb\xbf"
_LINE = re.compile(rb"[^\n]+")
_TEXT = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_MOST_DIGITS = 4_000
"""Python reads no longer ones."""
_SHOWN = 500


class Item(NamedTuple):
    """One item of a request, or why it is none."""

    value: Any
    """Decoded; the beginning of the line when it is not JSON."""
    refusal: Refusal | None = None


def read_items(data: bytes, *, is_lines: bool) -> list[Item]:
    """The items in order. Raises MalformedBody when the body is no JSON at all, TooLarge when it holds too much.

    A body of several lines is NDJSON when it `is_lines` (its content type says so) or its first line is an object.
    """
    data = data.removeprefix(BOM)
    check_values(data)
    try:
        whole = parse_json(data)
    except MalformedBody as error:
        return _read_lines(data, error, is_lines=is_lines)
    values = list_items(whole)
    if len(values) > MAX_ITEMS:
        raise _too_many()
    return [Item(value) for value in values]


def parse_json(data: bytes) -> Any:
    """One JSON value, with what senders add to JSON. Raises MalformedBody."""
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _parse_carefully(data)


def list_items(whole: Any) -> list[Any]:
    """The items of a body that is one JSON value."""
    if isinstance(whole, dict) and whole.keys() == {LIST_KEY} and isinstance(whole[LIST_KEY], list):
        whole = whole[LIST_KEY]
    return whole if isinstance(whole, list) else [whole]


def _read_lines(data: bytes, error: MalformedBody, *, is_lines: bool) -> list[Item]:
    """The items of NDJSON; `error`, which says why the body is no single value, when it is no NDJSON either."""
    items: list[Item] = []
    has_object = False
    for line in _lines(data):
        if len(items) == MAX_ITEMS:
            raise _too_many()
        item = _read_line(line)
        has_object = has_object or isinstance(item.value, dict)
        if not is_lines and not has_object:
            raise error
        items.append(item)
    if not has_object:
        raise error
    return items


def _lines(data: bytes) -> Iterator[bytes]:
    """Those that are not blank."""
    for match in _LINE.finditer(data):
        line = match[0].strip()
        if line:
            yield line


def _read_line(line: bytes) -> Item:
    try:
        return Item(parse_json(line))
    except MalformedBody:
        return Item(line[:_SHOWN].decode(errors="replace"), Refusal("not_json", "The line is not valid JSON."))


def _parse_carefully(data: bytes) -> Any:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise MalformedBody("The request body is not valid UTF-8.") from None
    try:
        return _load(text)
    except RecursionError:
        return _load(without_depths(text))


def _load(text: str) -> Any:
    try:
        return json.loads(text, parse_int=_integer)
    except json.JSONDecodeError as error:
        raise MalformedBody(f"The request body is not valid JSON: {error}.") from None


def _integer(text: str) -> int | float:
    return int(text) if len(text) <= _MOST_DIGITS else float(text)


def check_values(data: bytes) -> None:
    """Raises TooLarge when the body may hold too many values. Counts commas and brackets, those in texts not."""
    if _count_marks(data) > MAX_JSON_VALUES and _count_marks(_TEXT.sub(b"", data)) > MAX_JSON_VALUES:
        raise TooLarge(f"The request holds more than {MAX_JSON_VALUES} values. Send it in parts.")


def _count_marks(data: bytes) -> int:
    return data.count(b",") + data.count(b"[") + data.count(b"{") + data.count(b"\n")


def _too_many() -> TooLarge:
    return TooLarge(f"The request holds more than {MAX_ITEMS} records. Send it in parts.")
