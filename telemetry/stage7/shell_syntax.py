"""Documents as MongoDB's shell and tools print them: to plain values.

Beside JSON: unquoted keys, single quotes, trailing commas, comments, `ObjectId("…")`, `ISODate("…")`, `NumberLong(5)`;
and the extended JSON of exports, `{"$oid": …}`, `{"$date": …}`. Linear, no recursion.
"""

import re
from typing import Any

import msgspec

from telemetry.decode.refusal import Refusal

DEEPEST = 200
_TOKEN = re.compile(
    r"""\s+ | //[^\n]* | /\*.*?\*/
    | (?P<open>[\[{]) | (?P<close>[\]}]) | (?P<mark>[,:])
    | (?P<call>(?:new\s+)?[A-Za-z_$][\w$.]*\s*\()
    | (?P<end>\))
    | (?P<double>"(?:[^"\\]++|\\.)*+") | (?P<single>'(?:[^'\\]++|\\.)*+')
    | (?P<number>[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
    | (?P<word>[A-Za-z_$][\w$.-]*)
    | (?P<pattern>/(?:[^/\\\n]++|\\.)++/[a-z]*)
    """,
    re.VERBOSE | re.DOTALL,
)
_WORDS = {"true": True, "false": False, "null": None, "undefined": None, "NaN": None, "Infinity": None}
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}
_WRAPPERS = ("$oid", "$date", "$numberLong", "$numberInt", "$numberDouble", "$numberDecimal", "$uuid", "$symbol")
_NUMBERS = frozenset({"NumberLong", "NumberInt", "NumberDecimal", "Long", "Int32", "Double", "Decimal128"})
_TEXTS = frozenset(
    {"ObjectId", "ObjectID", "ISODate", "Date", "UUID", "Timestamp", "BinData", "DBRef", "MinKey", "MaxKey"}
)
_CALLS = _NUMBERS | _TEXTS


def read_document(text: str) -> Any:
    """The value of one document. Raises Refusal when it is none."""
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        value = _Reader(text).read()
    return unwrap(value)


def unwrap(value: Any) -> Any:
    """Extended JSON to plain values: ids and times to texts, numbers to numbers."""
    holder = [value]
    stack: list[tuple[Any, Any]] = [(holder, 0)]
    while stack:
        container, key = stack.pop()
        item = container[key]
        if isinstance(item, dict):
            plain = _unwrapped(item)
            if plain is not item:
                container[key] = plain
                continue
            stack += [(item, name) for name, inner in item.items() if isinstance(inner, dict | list)]
        elif isinstance(item, list):
            stack += [(item, place) for place, inner in enumerate(item) if isinstance(inner, dict | list)]
    return holder[0]


def _unwrapped(item: dict[str, Any]) -> Any:
    if len(item) != 1:
        return item
    ((name, inner),) = item.items()
    if name not in _WRAPPERS:
        return item
    if isinstance(inner, dict) and len(inner) == 1 and "$numberLong" in inner:
        inner = inner["$numberLong"]
    if name.startswith("$number") or (name == "$date" and not _is_iso(inner)):
        return _number(inner)
    return inner


def _is_iso(value: Any) -> bool:
    return isinstance(value, str) and not value.lstrip("-").isdigit()


def _number(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return int(value) if value.strip().lstrip("+-").isdigit() and len(value) < 40 else float(value)
    except ValueError:
        return value


class _Reader:
    """Tokens of one document to its value, with a stack of open containers."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.stack: list[tuple[str, Any]] = []
        """Open containers: `[`, `{` or the name of a call, and what it holds so far."""
        self.keys: list[str | None] = []
        """For each open container the key that waits for its value."""
        self.value: Any = None
        self.is_done = False

    def read(self) -> Any:
        """The value; Refusal when the text is no document."""
        while not self.is_done:
            match = _TOKEN.match(self.text, self.at)
            if match is None:
                raise self._refuse()
            self.at = match.end()
            kind = match.lastgroup
            if kind is not None:
                self._take(kind, match[kind])
        if self.text[self.at :].strip(" \t\r\n,;"):
            raise self._refuse()
        return self.value

    def _take(self, kind: str, text: str) -> None:
        if kind in ("open", "call"):
            self._open("{" if text == "{" else "[" if text == "[" else text[:-1].split()[-1])
        elif kind in ("close", "end"):
            self._close(text)
        elif kind == "mark":
            return
        elif kind in ("double", "single"):
            self._put(_unescape(text[1:-1]), is_key=self._wants_key())
        elif kind == "number":
            self._put(_number(text), is_key=self._wants_key())
        elif kind == "word":
            is_key = self._wants_key()
            self._put(text if is_key else _WORDS.get(text, text), is_key=is_key)
        else:
            self._put(text, is_key=False)

    def _open(self, kind: str) -> None:
        if len(self.stack) >= DEEPEST:
            raise Refusal("nesting_too_deep", f"A value is nested deeper than {DEEPEST} levels.")
        if kind not in "{[" and kind not in _CALLS:
            raise self._refuse()
        self.stack.append((kind, {} if kind == "{" else []))
        self.keys.append(None)

    def _close(self, text: str) -> None:
        if not self.stack:
            raise self._refuse()
        kind, held = self.stack.pop()
        key = self.keys.pop()
        if {"{": "}", "[": "]"}.get(kind, ")") != text or key is not None:
            raise self._refuse()
        self._put(held if kind in "{[" else _call(kind, held), is_key=False)

    def _wants_key(self) -> bool:
        return bool(self.stack) and self.stack[-1][0] == "{" and self.keys[-1] is None

    def _put(self, value: Any, *, is_key: bool) -> None:
        if is_key:
            self.keys[-1] = str(value)
            return
        if not self.stack:
            self.value, self.is_done = value, True
            return
        kind, held = self.stack[-1]
        if kind != "{":
            held.append(value)
            return
        key = self.keys[-1]
        if key is None:
            raise self._refuse()
        held[key], self.keys[-1] = value, None

    def _refuse(self) -> Refusal:
        return Refusal("not_a_document", f"Neither JSON nor a document of the shell, from character {self.at} on.")


def _call(name: str, arguments: list[Any]) -> Any:
    """What a constructor of the shell stands for: its text, or its number."""
    if name in _NUMBERS:
        return _number(arguments[0]) if arguments else 0
    if name == "Timestamp":
        return arguments[0] if arguments else 0
    if name == "BinData" and len(arguments) == 2:
        return arguments[1]
    return arguments[0] if arguments else name


def _unescape(text: str) -> str:
    if "\\" not in text:
        return text
    return _ESCAPE.sub(lambda match: _escape(match[1]), text)


def _escape(code: str) -> str:
    if code[0] in "ux" and len(code) > 1:
        return chr(int(code[1:], 16))
    return _ESCAPED.get(code, code)
