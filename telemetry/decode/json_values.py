"""Values, numbers and ids out of OTLP/JSON. What cannot be read raises Refusal and names the field."""

import base64
import binascii
import math
from typing import Any

from core.ids import parse_hex
from core.limits import MAX_NESTING
from telemetry.decode import json_shapes as shapes
from telemetry.decode.raw import Pairs
from telemetry.decode.refusal import Refusal

_MAX_DIGITS = 20
"""Of a 64-bit integer with its sign."""
_SHOWN_ID = 64
"""Characters: twice as many as a trace id has digits."""
_SAFE_DIGITS = 19
"""Fewer digits than this always fit 64 bits."""
_INT64 = range(-(2**63), 2**63)
_DOUBLES = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def read_pairs(attributes: list[shapes.KeyValue]) -> Pairs:
    """All attributes in order."""
    return [(item.key, read_value(item.value, 0)) for item in attributes]


def read_value(value: shapes.AnyValue | None, depth: int) -> Any:
    """An AnyValue as a plain value; a value with no field set is None."""
    if value is None:
        return None
    text = value.string_value
    integer = value.int_value
    boolean = value.bool_value
    double = value.double_value
    array = value.array_value
    entries = value.kvlist_value
    encoded = value.bytes_value
    fields = (text, integer, boolean, double, array, entries, encoded)
    if fields.count(None) < len(fields) - 1:
        raise Refusal("any_value_ambiguous", "An attribute value has more than one of stringValue, intValue and so on.")
    if text is not None:
        return text
    if integer is not None:
        return read_int64(integer)
    if boolean is not None:
        return boolean
    if double is not None:
        return double if isinstance(double, float) else _read_double(double)
    if array is not None:
        _check_depth(depth)
        return [read_value(item, depth + 1) for item in array.values]
    if entries is not None:
        _check_depth(depth)
        return {item.key: read_value(item.value, depth + 1) for item in entries.values}
    return None if encoded is None else _read_bytes(encoded)


def read_int64(number: int | str) -> int:
    """An intValue."""
    if isinstance(number, str) and len(number) < _SAFE_DIGITS and number.isascii() and number.isdigit():
        return int(number)
    value = read_integer("intValue", number)
    if value not in _INT64:
        raise Refusal("number_out_of_range", "intValue is not a 64-bit integer.")
    return value


def read_integer(field: str, number: int | str) -> int:
    """An integer given as a number or as decimal text (no exponent, no sign but a minus)."""
    if isinstance(number, int):
        return number
    digits = number.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()):
        raise Refusal("integer_expected", f"{field} must be a whole number in decimal digits.")
    digits = digits.lstrip("0") or "0"
    if len(digits) > _MAX_DIGITS:
        raise Refusal("number_out_of_range", f"{field} has too many digits.")
    return -int(digits) if number.startswith("-") else int(digits)


def read_id(field: str, word: str, text: str, size: int) -> bytes:
    """An id of `size` bytes written in hexadecimal, not all zero."""
    value = find_id(text, size)
    if any(value):
        return value
    if value:
        raise Refusal(f"{word}_zero", f"{field} is all zero.")
    digits = 2 * size
    if not text:
        raise Refusal(f"{word}_length", f"{field} is missing: {digits} hexadecimal digits are needed.")
    hint = " This looks like base64: OTLP/JSON writes ids in hex." if _is_base64(text, size) else ""
    try:
        bytes.fromhex(text)
    except ValueError:
        raise Refusal("hex_expected", f"{field} must be {digits} hexadecimal digits (hex).{hint}") from None
    raise Refusal(f"{word}_length", f"{field} must be {digits} hexadecimal digits (hex), not {len(text)}.")


def find_id(text: str, size: int) -> bytes:
    """The id, or empty when it is not one."""
    try:
        return parse_hex(text, size)
    except ValueError:
        return b""


def shown_id(text: str) -> str:
    """An id as it came, in ASCII; of what is much too long only how long: half a text could not be redacted."""
    if len(text) > _SHOWN_ID and text.strip(" 0"):
        return f"{len(text)} characters"
    return text[:_SHOWN_ID].encode("ascii", "backslashreplace").decode()


def _is_base64(text: str, size: int) -> bool:
    try:
        return len(base64.b64decode(text, validate=True)) == size
    except (binascii.Error, ValueError):
        return False


def _read_double(text: str) -> float:
    return read_double("doubleValue", text)


def read_double(field: str, text: str) -> float:
    """A number given as text: decimal, or NaN, Infinity or -Infinity."""
    special = _DOUBLES.get(text)
    if special is not None:
        return special
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or "_" in text or not text.isascii():
        raise Refusal("number_expected", f"{field} must be a number, NaN, Infinity or -Infinity.")
    return value


def _read_bytes(text: str) -> bytes:
    try:
        standard = text.replace("-", "+").replace("_", "/").rstrip("=")
        return base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise Refusal("base64_expected", "bytesValue must be base64.") from None


def _check_depth(depth: int) -> None:
    if depth >= MAX_NESTING:
        raise Refusal("nesting_too_deep", f"A value is nested deeper than {MAX_NESTING} levels.")
