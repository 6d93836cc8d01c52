"""Attribute values out of protobuf: a fast reading for clean ones, a careful one for the rest."""

from functools import lru_cache
from typing import Any

from google.protobuf.message import DecodeError

from core.limits import MAX_ATTRIBUTES, MAX_NESTING, MAX_VALUE_BYTES
from telemetry.decode.groups import Unclean
from telemetry.decode.raw import Pairs
from telemetry.decode.refusal import Refusal
from telemetry.decode.wire import AnyValue, ArrayValue, KeyValue, KeyValueList, encode_varint

SHORT = 200
"""Attributes up to this many bytes are remembered for the length of a request."""

_LONG = MAX_VALUE_BYTES // 4
"""Above this the limit may be passed: the careful reading counts."""

_KEY_TAG, _VALUE_TAG, _TEXT_TAG = 0x0A, b"\x12", b"\x0a"
_NEVER = b"no header"
"""Never found where a value begins."""


class Texts(dict[bytes, str]):
    """Names decoded once for each distinct one; raises Unclean or UnicodeDecodeError for those that need care."""

    def __missing__(self, encoded: bytes) -> str:
        text = str(encoded, "utf-8")
        if "\0" in text or len(encoded) > MAX_VALUE_BYTES:
            raise Unclean
        self[encoded] = text
        return text


class Attributes(dict[bytes, tuple[str, Any]]):
    """Encoded attributes to (key, value), each distinct short one decoded once for a request.

    Only unchanging values are remembered, so that no two records share a list or dict.
    """

    def __init__(self) -> None:
        super().__init__()
        self._keys = Texts()

    def read(self, encoded: Any) -> dict[str, Any]:
        """A record's attributes, the last of equal keys winning. Raises Unclean, UnicodeDecodeError or DecodeError."""
        if len(encoded) > MAX_ATTRIBUTES:
            raise Unclean
        find = self.__getitem__
        decode = self._decode
        return dict([find(item) if len(item) <= SHORT else decode(item) for item in encoded])

    def __missing__(self, encoded: bytes) -> tuple[str, Any]:
        pair = self._decode(encoded)
        if not isinstance(pair[1], list | dict):
            self[encoded] = pair
        return pair

    def _decode(self, encoded: bytes) -> tuple[str, Any]:
        size = len(encoded)
        if size > _LONG:
            raise Unclean
        if size > 5 and encoded[0] == _KEY_TAG and encoded[1] < 128:
            key_end = encoded[1] + 2
            header = _text_header(size - key_end)
            if encoded.startswith(header, key_end):
                text = str(encoded[key_end + len(header) :], "utf-8")
                if "\0" in text:
                    raise Unclean
                return self._keys[encoded[2:key_end]], text
        message = KeyValue.FromString(encoded)
        return self._keys[message.key], read_clean(message.value, 0)


@lru_cache(maxsize=8192)
def _text_header(rest: int) -> bytes:
    """What stands between key and text when, after the key, `rest` bytes hold a text value and nothing else.

    Most attributes are just that, and making a message of each would cost more than all the rest of a span.
    """
    text = rest - 2
    while text > 0:
        inner = _TEXT_TAG + encode_varint(text)
        header = _VALUE_TAG + encode_varint(len(inner) + text) + inner
        if len(header) + text <= rest:
            return header if len(header) + text == rest else _NEVER
        text -= 1
    return _NEVER


def read_pairs(encoded: Any) -> Pairs:
    """All attributes in order, whatever their texts hold. Raises Refusal when one cannot be decoded."""
    pairs = []
    for item in encoded:
        message = _parse(KeyValue, item)
        pairs.append((read_text(message.key), read_value(message.value, 0)))
    return pairs


def read_body(encoded: bytes) -> Any:
    """The body of a log record. Raises Refusal."""
    return read_value(_parse(AnyValue, encoded), 0)


def read_text(encoded: bytes) -> str:
    """The text, with each byte that is not UTF-8 as a lone surrogate."""
    return encoded.decode("utf-8", "surrogateescape")


def read_value(message: Any, depth: int) -> Any:
    """An AnyValue as a plain value. Raises Refusal when it is broken or nested too deeply."""
    field = message.WhichOneof("value")
    match field:
        case None | "string_value_strindex":
            return None
        case "string_value":
            return read_text(message.string_value)
        case "array_value":
            items = _parse(ArrayValue, _deeper(message.array_value, depth)).values
            return [read_value(_parse(AnyValue, item), depth + 1) for item in items]
        case "kvlist_value":
            items = _parse(KeyValueList, _deeper(message.kvlist_value, depth)).values
            entries = [_parse(KeyValue, item) for item in items]
            return {read_text(entry.key): read_value(entry.value, depth + 1) for entry in entries}
    return getattr(message, field)


def read_clean_body(encoded: bytes) -> Any:
    """The body of a clean log record. Raises Unclean, UnicodeDecodeError or DecodeError."""
    if len(encoded) > _LONG:
        raise Unclean
    return read_clean(AnyValue.FromString(encoded), 0) if encoded else None


def read_clean(message: Any, depth: int) -> Any:
    """The same for a value that is expected to be clean: a text that needs care raises."""
    field = message.WhichOneof("value")
    if field == "string_value":
        text = str(message.string_value, "utf-8")
        if "\0" in text:
            raise Unclean
        return text
    if field == "array_value":
        parse = AnyValue.FromString
        items = ArrayValue.FromString(_deeper(message.array_value, depth)).values
        return [read_clean(parse(item), depth + 1) for item in items]
    if field == "kvlist_value":
        result = {}
        for item in KeyValueList.FromString(_deeper(message.kvlist_value, depth)).values:
            entry = KeyValue.FromString(item)
            key = str(entry.key, "utf-8")
            if "\0" in key:
                raise Unclean
            result[key] = read_clean(entry.value, depth + 1)
        return result
    if field is None or field == "string_value_strindex":
        return None
    return getattr(message, field)


def _deeper(encoded: bytes, depth: int) -> bytes:
    if depth >= MAX_NESTING:
        raise Refusal("nesting_too_deep", f"A value is nested deeper than {MAX_NESTING} levels.")
    return encoded


def _parse(message_class: Any, encoded: bytes) -> Any:
    try:
        return message_class.FromString(encoded)
    except DecodeError as error:
        raise Refusal("malformed_value", "An attribute or body is not valid protobuf.") from error
