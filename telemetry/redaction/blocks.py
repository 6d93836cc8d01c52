"""Secrets that span lines: private keys in PEM and PGP armour, PuTTY keys, Kubernetes Secret manifests."""

import re

from telemetry.redaction.hits import Hit, Reading
from telemetry.redaction.pseudonyms import is_token
from telemetry.redaction.randomness import is_placeholder

MAX_KEY = 32_768
"""Characters of a private key that are looked at for its last line."""

_HEADER = re.compile(r"[ A-Za-z0-9_-]{0,40}PRIVATE KEY(?: BLOCK)?-----", re.IGNORECASE)
_FOOTER = "-----END"
_FOOTER_LINE = re.compile(r"-----END[ A-Za-z0-9_-]{0,60}-----", re.IGNORECASE)
_BODY = re.compile(
    r"[\s\\]{0,8}(?:[A-Z][A-Za-z-]{2,20}: [^\n\\]{0,100}[\s\\]{1,8}){0,4}"
    r"(?:[A-Za-z0-9+/=]{16,128}[\s\\]{0,8}){1,1000}(?:[A-Za-z0-9+/=]{1,15}(?=[\s\\\"']|$))?"
)
_ELSEWHERE = re.compile(r"-----BEGIN|[{}]|[\"']\s{0,8}:")
"""Between first and last line: they are of two keys, or of two values of a JSON object."""
_LEAST_BODY = re.compile(r"[A-Za-z0-9+/]{16}")
_KEY_MARK = 10
_DASHES = len("-----BEGIN")

_MANIFEST_REACH = 2_000
_MANIFEST_BEFORE = 600
_SECRET_KIND = re.compile(r"[\"'\\]{0,4}:[ \t]{0,4}[\"'\\]{0,4}Secret\b", re.IGNORECASE)
_DATA = re.compile(r"\b(?:data|stringData)[\"'\\]{0,4}:\s{1,8}")
_ENTRY = re.compile(r"([\w.-]{1,64}):[ \t]{1,4}[\"']?([^\s\"'{}|>]{4,8192})[\"']?(\s{1,40}|$)")


def find_private_key(reading: Reading, at: int) -> tuple[Hit, ...]:
    """The body of the private key whose `-----BEGIN` ends here, first and last line with it."""
    text = reading.text
    header = _HEADER.match(text, at)
    if header is None or at < reading.reached.get("key", 0):
        return ()
    end = _key_end(reading, header.end())
    if _LEAST_BODY.search(text, header.end(), end) is None:
        return ()
    reading.reached["key"] = end
    return (Hit(at - _DASHES, end, "private_key"),)


def _key_end(reading: Reading, start: int) -> int:
    """Behind the last line; where that is missing (a cut text), behind what can be key."""
    text = reading.text
    footer = reading.reached.get("footer", -1)
    if 0 <= footer < start or footer < 0:
        found = text.find(_FOOTER, start)
        footer = reading.reached["footer"] = found if found >= 0 else len(text)
    body = _BODY.match(text, start, min(len(text), start + MAX_KEY))
    body_end = start + len(body.group().rstrip(" \r\n\\")) if body else start
    line = _FOOTER_LINE.match(text, footer)
    if (
        line is not None
        and footer - start <= MAX_KEY
        and _ELSEWHERE.search(text, start, line.end() + _KEY_MARK) is None
    ):
        return line.end()
    return body_end


def find_manifest(reading: Reading, at: int) -> tuple[Hit, ...]:
    """The values of `data:` in the manifest whose `kind` ends here, when that is `Secret`."""
    text = reading.text
    if _SECRET_KIND.match(text, at) is None or at < reading.reached.get("manifest", 0):
        return ()
    stop = min(len(text), at + _MANIFEST_REACH)
    reading.reached["manifest"] = stop
    hits: list[Hit] = []
    for data in _DATA.finditer(text, max(0, at - _MANIFEST_BEFORE), stop):
        place = data.end()
        while (entry := _ENTRY.match(text, place)) is not None:
            if not is_placeholder(entry.group(2)) and not is_token(entry.group(2)):
                hits.append(Hit(*entry.span(2), "secret"))
            place = entry.end()
    return tuple(hits)
