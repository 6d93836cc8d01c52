"""A line of plain text to a log record: its time, level and logger, `key=value` pairs, and an object at its end.

Time, level and logger are taken off the text where they stand before it; everything else stays.
"""

import re
from typing import Any, NamedTuple

from telemetry.conventions.values import decode_json
from telemetry.decode.repairs import REPLACEMENT
from telemetry.loglines.correlation import read_trace
from telemetry.loglines.drafts import Draft, Hints
from telemetry.loglines.exceptions import cut_stack, read_stack
from telemetry.loglines.levels import ERROR, WORDS, Level, read_level
from telemetry.loglines.objects import read_object
from telemetry.loglines.spellings import ID_OF, compared, find_leaves
from telemetry.loglines.terminal import strip_codes
from telemetry.loglines.times import read_time
from telemetry.records import Repair

_TIME = re.compile(
    r"\s{0,8}\[?(?P<time>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|\s?[+-]\d\d:?\d\d)?"
    r"|\d{4}/\d\d/\d\d \d\d:\d\d:\d\d|\d{1,2}/\d{1,2}/\d{4}, \d{1,2}:\d\d:\d\d(?: [AP]M)?"
    r"|\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})\]?(?:\s{0,3}[|-](?=\s))?(?:\s{1,8}|$)"
)
_LOWER = "|".join(sorted(WORDS.keys() - {"default", "config", "http", "log", "success", "exception"}))
_UPPER = _LOWER.upper()
_LEVEL = re.compile(
    rf"(?:[\[<(](?P<held>{_LOWER}|{_UPPER})\s{{0,4}}[\])>]:?|(?P<upper>{_UPPER})(?:\s{{0,4}}:|(?=\s)|$)|(?P<lower>{_LOWER}):)"
    r"(?:\s{1,8}[|-](?=\s))?\s{0,8}"
)
_LATER_LEVEL = re.compile(rf"(?<![\w.])[\[(]?({_UPPER})[\])]?(?=[\s:|]|$)[:|]?(?:\s{{1,4}}[|-](?=\s))?\s{{0,8}}")
_LOGGER_BEFORE = re.compile(r"\[?(?P<logger>[A-Za-z_][\w.$/@-]{0,100})\]?(?:\s{1,4}[|-])?\s{1,4}")
_LOGGER_AFTER = re.compile(r"(?P<logger>[A-Za-z_][\w.]{0,100}):(?=[^\s/:])")
_PAIR = re.compile(r'\s*+([A-Za-z_@][\w.@/-]{0,100})=("(?:[^"\\]|\\.)*+"|[^\s"]*+)(?=\s|$)')
_NAMED = re.compile(r"""(?<![\w.-])([A-Za-z_][\w.-]{1,40})["']?(?:=|:\s?)["']?([^\s"',;()\[\]{}<>=]{1,200})""")
_SEARCHED = 8_192
"""Characters in which ids are looked for."""
_LEVEL_WITHIN = 100
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\x85\u2028\u2029]")
_FEWEST_PAIRS = 2


class _Head(NamedTuple):
    time_ns: int | None
    level: Level
    logger: str
    text: str
    """Without what was taken off."""


def decode_text(line: bytes) -> tuple[str, tuple[Repair, ...]]:
    """A line without its end; bytes that are no UTF-8 are replaced, and counted."""
    line = line.rstrip(b"\r\n")
    try:
        return line.decode(), ()
    except UnicodeDecodeError:
        text = line.decode(errors="replace")
        count = text.count(REPLACEMENT)
        return text, (Repair("body", "invalid_utf8", f"{count} unreadable", f"{count} × U+FFFD ({REPLACEMENT})"),)


def begins_with_time(text: str) -> bool:
    """Is this the first line of a record?"""
    return _TIME.match(text) is not None


def read_text(text: str, hints: Hints, *, is_plain: bool = False) -> Draft:
    """What a program printed: one line, or the lines of a stack trace below it. `is_plain`: read no object in it."""
    text, codes = strip_codes(text)
    first, newline, more = text.partition("\n")
    pairs = None if is_plain else _read_pairs(first)
    if pairs is not None:
        draft = read_object(pairs, hints, "logfmt")
        if newline:
            draft.body = f"{draft.body if isinstance(draft.body, str) else first}\n{more}"
    else:
        draft = _read_head(first, newline + more, hints, is_plain=is_plain)
    if codes:
        draft.repairs = (*draft.repairs, Repair("body", "terminal_codes_removed", f"{codes} codes", ""))
    if newline:
        _read_stack(draft, text)
    return draft


def _read_pairs(line: str) -> dict[str, Any] | None:
    """The pairs of a line that is made of them alone (logfmt)."""
    found: dict[str, Any] = {}
    at, end = 0, len(line.rstrip())
    while at < end:
        match = _PAIR.match(line, at)
        if match is None or match[1] in found:
            return None
        value = match[2]
        decoded = decode_json(value) if value[:1] == '"' else value
        found[match[1]] = value if decoded is None else decoded
        at = match.end()
    return found if len(found) >= _FEWEST_PAIRS else None


def _read_head(line: str, more: str, hints: Hints, *, is_plain: bool) -> Draft:
    head = _take_head(line, hints.offset_ns)
    at = head.text.find("{") if head.text.endswith("}") and not is_plain else -1
    held = decode_json(head.text[at:]) if at >= 0 else None
    if isinstance(held, dict) and (at == 0 or "message" not in held):
        draft = read_object({**held, "message": head.text[:at].rstrip() or held.get("message")}, hints, "text")
        if draft.body is None or isinstance(draft.body, dict):
            draft.body = head.text
        draft.body = f"{draft.body}{more}" if isinstance(draft.body, str) else draft.body
    else:
        draft = Draft("text", body=head.text + more, attributes=_find_ids(head.text))
        trace = read_trace(find_leaves(draft.attributes))
        draft.trace_id, draft.span_id = trace.trace_id, trace.span_id
        for key in trace.keys:
            del draft.attributes[key]
    draft.time_ns = draft.time_ns if head.time_ns is None else head.time_ns
    if head.level.text:
        draft.severity_number, draft.severity_text = head.level.number, head.level.text
    draft.logger = head.logger or draft.logger
    return draft


def _take_head(line: str, offset_ns: int) -> _Head:
    time_ns, text, logger = None, line, ""
    match = _TIME.match(line)
    if match is not None:
        time_ns = read_time(match["time"], offset_ns)
        text = line[match.end() :] if time_ns is not None else line
    match = _LEVEL.match(text)
    if match is not None:
        level = read_level(match["held"] or match["upper"] or match["lower"]) or Level(0, "")
        text = text[match.end() :]
        if (named := _LOGGER_AFTER.match(text)) is not None and match["upper"]:
            logger, text = named["logger"], text[named.end() :]
        return _Head(time_ns, level, logger, text)
    control = _CONTROL.search(text, 0, _LEVEL_WITHIN)
    match = _LATER_LEVEL.search(text, 0, control.start() if control is not None else _LEVEL_WITHIN)
    if match is None:
        return _Head(time_ns, Level(0, ""), "", text)
    level = read_level(match[1]) or Level(0, "")
    named = _LOGGER_BEFORE.fullmatch(text, 0, match.start()) if time_ns is not None else None
    if named is None:
        return _Head(time_ns, level, "", text)
    return _Head(time_ns, level, named["logger"], text[match.end() :])


def _find_ids(text: str) -> dict[str, Any]:
    """The ids that a sentence names as `missionId=…` or `mission_id: …`."""
    found: dict[str, Any] = {}
    for match in _NAMED.finditer(text, 0, _SEARCHED):
        name = compared(match[1])
        key = ID_OF.get(name) or (name if name in ("traceid", "spanid", "traceparent") else "")
        if key and match[2].strip("."):
            found.setdefault(key, match[2].rstrip("."))
    return found


def _read_stack(draft: Draft, text: str) -> None:
    head = read_stack(text)
    if head is None:
        return
    told = {"exception.type": head[0], "exception.message": head[1], "exception.stacktrace": cut_stack(text)}
    draft.attributes |= {name: value for name, value in told.items() if value}
    if not draft.severity_text:
        draft.severity_number = ERROR
