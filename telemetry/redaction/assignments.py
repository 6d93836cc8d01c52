"""Values under names that say they are secret, in text: JSON at any depth of escaping, code, headers, queries.

The trigger is a telling word with `:` or `=` behind it; this reads the name to its left, asks
`keys` how secret it makes its value, and finds the value's end.
"""

import re
from typing import NamedTuple

from telemetry.redaction.hits import Hit, Reading
from telemetry.redaction.keys import Secrecy, secrecy
from telemetry.redaction.pseudonyms import is_token
from telemetry.redaction.randomness import is_placeholder, is_random

MAX_VALUE = 16_384
"""Characters of a quoted value that are looked at for its end; what has none ends at its line."""

_DEEPEST = 64
_NAME_REACH = 96
_LONGEST_NAME = 60
_CURL_REACH = 16
_NAME = re.compile(r"[\w.$-]{1,64}")
_QUOTES = "\"'`"
_OPERATOR = re.compile(r"[:=>]{0,4}\s{0,4}")
_OPENING = re.compile(r"(\\{0,31})([\"'`])")
_BARE = re.compile(r"[^\s\"'`&;<>\\\[{(,][^\s\"'`&;<>\\]{0,1023}")
_STRUCTURE = re.compile(r"[\[\]{}]|(\\{0,31})([\"'])")
_STRUCTURAL = re.compile(r"\s{0,8}(?:\\{0,31}[\"'`]\s{0,8})?[,}\]):]")
_JSON_BOUNDARY = re.compile(r"\\{0,31}\"\s{0,8}[,}\]:]")
_KEY_END = re.compile(r"\s{0,8}:")
_SCHEMA = re.compile(
    r"\{\s{0,40}\\{0,31}[\"'](?:type|\$ref|anyOf|allOf|oneOf|title|description|const|enum)\\{0,31}[\"']\s{0,8}:"
)
_NUMBER = re.compile(r"-?\d{3,32}(?![\w.])")
_ATTRIBUTE_PATH = re.compile(r"[A-Za-z_$][\w$]*(?:(?:\.|->|::)[A-Za-z_$][\w$]*)*[.:]?")
_AFTER_VALUE = ("", *"\n ,;})\"'`\\&")
_ENVIRONMENT = re.compile(r"[A-Z][A-Z0-9_]{2,}")
_SCHEME = re.compile(r"(?i)\s*(bearer|basic|token|digest|negotiate|apikey|api-key|bot|key|aws4-hmac-sha256)\s+(?=\S)")
_COOKIE_PAIR = re.compile(r"[^\s=;,\"'\\]{1,128}=[^\s;,\"'\\]")
_LINE_END = re.compile(r"[\r\n\"'\\]")
_QUERY_NAMES = frozenset(
    "key sig signature x-amz-signature x-amz-credential x-amz-security-token sid code_verifier".split()
)


class Name(NamedTuple):
    """The name left of a `:` or `=`."""

    name: str
    start: int
    quote: str
    """The quote behind it with its backslashes, or empty."""


def find(reading: Reading, at: int) -> tuple[Hit, ...]:
    """The secret value of the assignment whose operator ends at this offset, or nothing."""
    if at <= reading.reached.get("assignment", 0):
        return ()
    text = reading.text
    name = _name_before(text, at - 1)
    if name is None:
        return ()
    in_query = _is_curl_header(text, name.start) or text[max(0, name.start - 5) : name.start].endswith(
        ("?", "&", "&amp;")
    )
    sure = secrecy(name.name)
    if in_query and name.name.lower() in _QUERY_NAMES:
        sure = max(sure, Secrecy.TEXT)
    if sure is Secrecy.NONE:
        return ()
    hits = _values(reading, at, name, sure, in_query=in_query)
    if hits:
        reading.reached["assignment"] = hits[-1].end
    return hits


def _is_curl_header(text: str, start: int) -> bool:
    return text[max(0, start - _CURL_REACH) : start].rstrip("\"' \t=\\").endswith(("-H", "--header"))


def _name_before(text: str, operator: int) -> Name | None:
    left = text[max(0, operator - _NAME_REACH) : operator].rstrip(" \t:=?")
    bare = left.rstrip(_QUOTES + "\\]")
    found = _NAME.match(bare[::-1])
    if found is None:
        return None
    name = found.group()[::-1]
    rest = bare[: len(bare) - len(name)]
    if len(name) > _LONGEST_NAME or rest.endswith(("+", "/")):
        return None  # the end of a Base64 text, with its padding
    start = operator - _NAME_REACH if operator > _NAME_REACH else 0
    return Name(name, start + len(bare) - len(name), left[len(bare) :].rstrip("]"))


def _values(reading: Reading, at: int, name: Name, sure: Secrecy, *, in_query: bool) -> tuple[Hit, ...]:
    text = reading.text
    operator = _OPERATOR.match(text, at)
    start = operator.end() if operator else at
    opening = _OPENING.match(text, start)
    if opening is not None:
        if _ends_the_outer(text, at, opening, name):
            return ()
        end = closing_quote(text, opening.end(), depth=len(opening.group(1)), mark=opening.group(2))
        return _one(judge(text, opening.end(), end, name.name, sure))
    if text[start : start + 1] in ("[", "{") and sure >= Secrecy.TEXT and name.quote:
        return read_leaves(reading, start, name.name, sure)
    if "\n" in text[at:start]:
        return ()
    if sure is Secrecy.ANY and (number := _NUMBER.match(text, start)) is not None:
        return (Hit(start, number.end(), "secret", quote=name.quote),)
    return _one(_bare_value(text, at, start, name, sure, in_query=in_query))


def _ends_the_outer(text: str, at: int, opening: re.Match[str], name: Name) -> bool:
    """Whether the quote behind the operator ends the text around it, as in `"x?password="}`, and opens no value."""
    if name.quote and text[at - 1] == ":":
        return len(opening.group(1)) < name.quote.count("\\")
    return _STRUCTURAL.match(text, opening.end()) is not None


def _one(hit: Hit | None) -> tuple[Hit, ...]:
    return () if hit is None else (hit,)


def read_leaves(reading: Reading, start: int, name: str, sure: Secrecy) -> tuple[Hit, ...]:
    """The strings inside the JSON list or object that begins here, unless it is a JSON Schema."""
    if start < reading.reached.get("leaves", 0) or _SCHEMA.match(reading.text, start) is not None:
        return ()
    text = reading.text
    limit = min(len(text), start + MAX_VALUE)
    hits: list[Hit] = []
    depth = 0
    at = start
    while (mark := _STRUCTURE.search(text, at, limit)) is not None:
        at = mark.end()
        if mark.group(2) is None:
            depth += 1 if mark.group() in "[{" else -1
            if depth <= 0:
                break
            continue
        end = closing_quote(text, at, depth=len(mark.group(1)), mark=mark.group(2))
        behind = end + len(mark.group())
        if _KEY_END.match(text, behind) is None:
            hits += _one(judge(text, at, end, name, sure))
        at = max(behind, at)
    reading.reached["leaves"] = at
    return tuple(hits)


def closing_quote(text: str, start: int, *, depth: int, mark: str) -> int:
    """Where the string ends that such a quote with `depth` backslashes opened: at its like or at a shallower one."""
    end = _quote_like(text, start, depth, mark)
    if mark != '"' and (around := _JSON_BOUNDARY.search(text, start, end)) is not None:
        return around.start()  # the text around it ends first
    return end


def _quote_like(text: str, start: int, depth: int, mark: str) -> int:
    limit = min(len(text), start + MAX_VALUE)
    at = start
    while (quote := text.find(mark, at, limit)) >= 0:
        before = text[max(start, quote - _DEEPEST) : quote]
        slashes = len(before) - len(before.rstrip("\\"))
        if slashes % (2 * (depth + 1)) == depth or slashes < depth:
            return quote - min(slashes, depth)
        at = quote + 1
    line = text.find("\n", start, limit)
    return line if line >= 0 else limit


def judge(text: str, start: int, end: int, name: str, sure: Secrecy) -> Hit | None:
    """What to replace of a value under a name: nothing, all, or the part behind `Bearer `."""
    value = text[start:end]
    if not value.strip() or is_token(value) or (is_placeholder(value) and not _is_short_secret(value, name)):
        return None
    if sure is Secrecy.WEAK and not is_random(value):
        return None
    if name.lower() == "token" and (
        value[0].isspace() or len(value) == 1 or '"logprob' in text[end : end + 40].replace("\\", "")
    ):
        return None
    return _hit(text, start, end, name)


def _is_short_secret(value: str, name: str) -> bool:
    """A one-letter credential in a header is a credential; elsewhere `x` stands for one."""
    return (
        "authorization" in name.lower() and value.isalnum() and value.lower() not in ("bearer", "basic", "none", "null")
    )


def _hit(text: str, start: int, end: int, name: str) -> Hit | None:
    lowered = name.lower()
    kind = "secret"
    if "auth" in lowered:
        scheme = _SCHEME.match(text, start, end)
        if scheme is not None:
            start, kind = scheme.end(), "authorization"
        elif "authorization" in lowered:
            kind = "authorization"
    elif "cookie" in lowered:
        kind = "cookie"
    if is_token(text[start:end]):
        return None
    return Hit(start, end, kind)


def _bare_value(text: str, at: int, start: int, name: Name, sure: Secrecy, *, in_query: bool) -> Hit | None:
    lowered = name.name.lower()
    if "cookie" in lowered:
        return _cookie(text, start)
    if "authorization" in lowered and (scheme := _SCHEME.match(text, start)) is not None:
        start = scheme.end()
    found = _BARE.match(text, start)
    if found is None:
        return None
    value = found.group()
    if in_query:
        value = value.partition("#")[0]
    value = value.rstrip(".,:)]}!?")
    end = start + len(value)
    if not value or is_token(text[start : end + 1]) or (is_placeholder(value) and not _is_short_secret(value, lowered)):
        return None
    if not _is_told(text, at, start, end, name, sure, in_query=in_query):
        return None
    return _hit(text, start, end, name.name)


def _is_told(text: str, at: int, start: int, end: int, name: Name, sure: Secrecy, *, in_query: bool) -> bool:
    """Whether a value without quotes is a value, and not code that computes one or prose about one."""
    value = text[start:end]
    if sure is Secrecy.WEAK:
        return is_random(value)
    if in_query or "authorization" in name.name.lower():
        return True
    if "(" in value or "[" in value or value.isdigit():
        return False
    if _ATTRIBUTE_PATH.fullmatch(value):
        joined = start == at and text[at - 1] == "="
        if "." in value or not any(map(str.isdigit, value)):
            return joined and _ENVIRONMENT.fullmatch(name.name) is not None
        return joined or text[end : end + 1] in _AFTER_VALUE
    return any(map(str.isalnum, value))


def _cookie(text: str, start: int) -> Hit | None:
    if _COOKIE_PAIR.match(text, start) is None:
        return None
    stop = _LINE_END.search(text, start, start + MAX_VALUE)
    end = stop.start() if stop else min(len(text), start + MAX_VALUE)
    return None if is_token(text[start:end]) else Hit(start, end, "cookie")
