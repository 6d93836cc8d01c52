"""One attribute value read as text, count, money or decoded JSON. Nothing here raises on any value."""

import math
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, cast

import msgspec

Attributes = Mapping[str, Any]

_MOST = 2**63 - 1
MOST_DECIMALS = 30


def read_text(value: Any) -> str:
    """Text of a scalar; empty for everything else (lists, maps, bytes, booleans, None)."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return ""
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return ""


def unquote(text: str) -> str:
    """The text inside a JSON string (MLflow encodes even plain words); other text as it is."""
    if len(text) >= 2 and text[0] == '"' == text[-1]:
        inner = decode_json(text)
        return inner if isinstance(inner, str) else text
    return text


def first_text(attributes: Attributes, names: tuple[str, ...]) -> str:
    """The first usable text among these attributes, else empty."""
    for name in names:
        text = read_name(attributes, name)
        if text:
            return text
    return ""


def first_id(attributes: Attributes, names: tuple[str, ...]) -> str:
    """The first usable text among these attributes, also alone in a list, as headers are; else empty."""
    for name in names:
        value = attributes.get(name)
        text = read_text(value[0] if isinstance(value, list) and len(value) == 1 else value).strip()
        if text:
            return text
    return ""


def first_name(attributes: Attributes, names: tuple[str, ...]) -> str:
    """The name of the first of these attributes that holds a usable text, else empty."""
    for name in names:
        if read_name(attributes, name):
            return name
    return ""


def read_name(attributes: Attributes, name: str) -> str:
    """Text of one attribute, unquoted where its sender encodes words as JSON (MLflow)."""
    value = attributes.get(name)
    text = (value if isinstance(value, str) else read_text(value)).strip()
    if text[:1] == '"' and name.startswith("mlflow."):
        return unquote(text)
    return text


def read_count(value: Any) -> int | None:
    """A count of zero or more that fits 63 bits; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        text = value.strip().strip('"')
        if not (text.isascii() and text.isdigit() and len(text) <= 19):
            return None
        value = int(text)
    elif isinstance(value, float):
        if not value.is_integer():
            return None
        value = int(value)
    if isinstance(value, int) and 0 <= value <= _MOST:
        return value
    return None


def first_count(attributes: Attributes, names: tuple[str, ...]) -> int | None:
    """The first usable count among these attributes."""
    for name in names:
        count = read_count(attributes.get(name))
        if count is not None:
            return count
    return None


def read_money(value: Any) -> Decimal | None:
    """A finite amount of zero or more, exactly as written; None for anything else, or finer than any price."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        amount = Decimal(str(value).strip().strip('"'))
    except InvalidOperation:
        return None
    if not amount.is_finite() or not 0 <= amount < 10**12:
        return None
    return amount if int(amount.as_tuple().exponent) >= -MOST_DECIMALS else None


def read_seconds(value: Any) -> float | None:
    """A finite duration of zero or more in the sender's unit; None for anything else."""
    amount = read_money(value)
    number = float(amount) if amount is not None else None
    return number if number is not None and math.isfinite(number) else None


def decode_json(value: str | bytes) -> Any:
    """Decoded JSON, or None when it is not JSON (also for the text `null`)."""
    try:
        return msgspec.json.decode(value)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return None


def read_json(value: Any) -> Any:
    """A structured value as it is, or the object or array a JSON text holds; None for plain text and scalars."""
    if isinstance(value, (dict, list)):
        return value
    if isinstance(value, str):
        text = value.lstrip()
        if text[:1] in ("{", "["):
            return decode_json(text)
        if text[:2] in ('"{', '"['):
            inner = decode_json(text)
            return decode_json(inner) if isinstance(inner, str) else None
    return None


def read_object(value: Any) -> dict[str, Any] | None:
    """A map, given or as JSON text; None for everything else."""
    found = read_json(value)
    return cast("dict[str, Any]", found) if isinstance(found, dict) else None


def shorten(text: str, length: int = 120) -> str:
    """One line of at most `length` characters."""
    line = " ".join(text[: length * 4].split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"
