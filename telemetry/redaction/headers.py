"""Credentials told by the words around them: `Bearer x`, `Basic x`, `curl -u`, pairs, "my password is"."""

import base64
import binascii
import re

from telemetry.redaction.assignments import closing_quote, judge, read_leaves
from telemetry.redaction.hits import Hit, Reading
from telemetry.redaction.keys import Secrecy, secrecy
from telemetry.redaction.pseudonyms import is_token
from telemetry.redaction.randomness import entropy, is_placeholder

_BEARER = re.compile(r"[ \t]{1,4}([A-Za-z0-9._~+/=-]{8,4096})")
_BASIC = re.compile(r"[ \t]{1,4}([A-Za-z0-9+/]{6,1024}={0,2})(?![\w+/=])")
_BEARER_BITS = 2.5
_CURL_REACH = 600
_LEAST_CURL = 2
_CURL_USER = re.compile(
    r"""\s(?:-u|--user|--proxy-user|-U)(?:=|[ \t]{0,5})\\{0,7}["']?([^\s:"'\\]{0,128})["']?"""
    r""":\\{0,7}["']?([^\s"'\\]{0,256})"""
)
_PAIR = re.compile(
    r"""\\{0,31}["']\s{0,4},\s{0,4}(?:\\{0,31}["'](?:value|Value|VALUE|val)\\{0,31}["']\s{0,4}:\s{0,4}"""
    r"""(?:\{\s{0,4}\\{0,31}["']\w{1,24}\\{0,31}["']\s{0,4}:\s{0,4})?)?(\\{0,31})(["'])"""
)
_ENTRY_OBJECT = re.compile(r"""\\{0,31}["']\s{0,4},\s{0,4}(?=\{)""")
_XML_VALUE = re.compile(r"""\\{0,31}["']\s{0,4}value\s{0,4}=\s{0,4}(\\{0,31})(["'])""")
_NAME_BEFORE = re.compile(r"[\w.-]{1,64}")
_FIELD_NAME = re.compile(
    r"[A-Za-z]+(?:-[A-Za-z]+)+|(?i:accept|origin|host|user|username|user_name|e?mail|name|login|id|account|url|date|age|vary)"
)
_SPOKEN = re.compile(r"[ \t]{1,3}(?:is|was|:=?)[ \t]{1,3}[\"'`]?([^\s\"'`,;]{4,128})")


def find_bearer(reading: Reading, at: int) -> tuple[Hit, ...]:
    """The token behind `Bearer `, where no header's name told it already."""
    found = _BEARER.match(reading.text, at - 1)
    if found is None or not any(map(str.isdigit, found.group(1))) or entropy(found.group(1)) < _BEARER_BITS:
        return ()
    return (Hit(*found.span(1), "authorization"),)


def find_basic(reading: Reading, at: int) -> tuple[Hit, ...]:
    """The Base64 of `user:password` behind `Basic `."""
    found = _BASIC.match(reading.text, at - 1)
    if found is None or not _is_user_and_password(found.group(1)):
        return ()
    return (Hit(*found.span(1), "authorization"),)


def _is_user_and_password(encoded: str) -> bool:
    bare = encoded.rstrip("=")
    try:
        decoded = base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except binascii.Error:
        return False
    return b":" in decoded and decoded.isascii() and decoded.decode("ascii").isprintable()


def find_curl_user(reading: Reading, at: int) -> tuple[Hit, ...]:
    """The passwords given to `curl -u user:password`, or the user where it is a key and the password empty."""
    if at <= reading.reached.get("curl", 0):
        return ()
    stop = at + _CURL_REACH
    reading.reached["curl"] = stop
    hits = []
    for found in _CURL_USER.finditer(reading.text, at - 1, stop):
        part = 2 if found.group(2) else 1
        given = found.group(part)
        if len(given) >= _LEAST_CURL and not is_token(given) and not is_placeholder(given):
            hits.append(Hit(*found.span(part), "secret"))
    return tuple(hits)


def find_pair(reading: Reading, at: int) -> tuple[Hit, ...]:
    """The value in `["Authorization", "x"]`, `"name": "Authorization", "value": "x"`, `key="Password" value="x"`,
    and all texts of the object in `["auth_token", {...}]`.
    """
    text = reading.text
    at -= 1  # the trigger read the quote behind the name
    found = _NAME_BEFORE.match(text[max(0, at - 64) : at][::-1])
    name = found.group()[::-1] if found else ""
    sure = secrecy(name)
    if sure < Secrecy.TEXT:
        return ()
    pair = _PAIR.match(text, at) or _XML_VALUE.match(text, at)
    if pair is None:
        entry = _ENTRY_OBJECT.match(text, at)
        is_entry = entry is not None and _begins_row(text, at - len(name))
        return read_leaves(reading, entry.end(), name, sure) if entry is not None and is_entry else ()
    end = closing_quote(text, pair.end(), depth=len(pair.group(1)), mark=pair.group(2))
    is_list = "value" not in pair.group().lower()
    if is_list and not (
        _begins_row(text, at - len(name)) and _ends_row(text, end) and not is_name(text[pair.end() : end])
    ):
        return ()
    hit = judge(text, pair.end(), end, name, sure)
    return (hit,) if hit else ()


def is_name(value: str) -> bool:
    """Whether this is the name of a header or field: `["Authorization", "Accept-Language"]` is a list of names."""
    return _FIELD_NAME.fullmatch(value) is not None or (value.isalpha() and secrecy(value) is not Secrecy.NONE)


def _begins_row(text: str, name_at: int) -> bool:
    left = text[max(0, name_at - 40) : name_at].rstrip("\\\"'b")
    return left.rstrip().endswith(("[", "("))


def _ends_row(text: str, end: int) -> bool:
    return text[end : end + 40].lstrip("\\\"' ,").startswith(("]", ")"))


def find_spoken(reading: Reading, at: int) -> tuple[Hit, ...]:
    """The password in "my password is hunter2": a word with a digit or a sign in it."""
    found = _SPOKEN.match(reading.text, at)
    if found is None:
        return ()
    value = found.group(1).rstrip(".!?)")
    if value.isalpha() or is_token(value) or is_placeholder(value) or "'" in value:
        return ()
    if not any(map(str.isdigit, value)) and not any(sign in value for sign in "@#$%^&*!_+="):
        return ()
    return (Hit(found.start(1), found.start(1) + len(value), "secret"),)
