"""Lines in the order they were printed to log records: a stack trace goes with the line above it."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import msgspec

from core.limits import MAX_VALUE_BYTES
from telemetry.decode.errors import MalformedBody
from telemetry.decode.json_items import parse_json
from telemetry.decode.plain import check_nesting, clean_item
from telemetry.decode.refusal import Refusal
from telemetry.loglines.drafts import Draft, Hints
from telemetry.loglines.exceptions import TRACEBACK
from telemetry.loglines.objects import read_object
from telemetry.loglines.terminal import strip_codes
from telemetry.loglines.texts import begins_with_time, read_text
from telemetry.records import LogRecord, Repair

_MOST_JOINED = 1_000
_MOST_CHARACTERS = 1 << 20
"""Of lines joined to one record. What comes after is a record of its own."""
_MOST_OPEN = 64
"""Services whose last line may still go on."""
_LINKS = ("Caused by: ", "Suppressed: ", "During handling of the above exception", "The above exception was the direct")
_RAISED = re.compile(r"[A-Za-z_][\w.]{0,200}(?:: |:?$)")
_GOES_ON = re.compile(r"[ \t]+\S")
_JSON_STARTS = ("{", "[")
_SUSPECT = re.compile(r"\\u|\d{19}|[eE][+-]?\d{3}|NaN|Infinity")
"""Stands in every JSON from which NUL, a lone surrogate or a number that no store holds can come."""
_FEW_BRACKETS = 40


class Line(NamedTuple):
    """A line and what is known of it."""

    number: int
    """Which it is, as its sender counts."""
    text: str
    hints: Hints = Hints()
    repairs: tuple[Repair, ...] = ()


class Read(NamedTuple):
    """What became of a line, or of several that belong together."""

    number: int
    shape: str
    """Which library wrote it; json, logfmt or text; broken_json for what begins like an object and is none."""
    record: LogRecord | None
    refusal: Refusal | None
    source: Any


class _Open:
    """A text that may go on in the next line."""

    def __init__(self, line: Line) -> None:
        self.line, self.texts, self.size = line, [line.text], len(line.text)
        self.blanks = 0
        self.in_traceback = line.text.strip().endswith(TRACEBACK)

    def takes(self, text: str) -> bool:
        """Does this line belong to it? Then it has been added."""
        if len(self.texts) >= _MOST_JOINED or self.size + len(text) > _MOST_CHARACTERS:
            return False
        if not text.strip():
            self.blanks += len(self.texts) > 1
            return self.blanks == 1
        if not self._continues(text):
            return False
        if self.blanks:
            self.texts.append("")
        self.blanks = 0
        self.texts.append(text)
        self.size += len(text) + 1
        return True

    def _continues(self, text: str) -> bool:
        if begins_with_time(text):
            return False
        if text.startswith(_LINKS):
            self.in_traceback = self.in_traceback or text.startswith(_LINKS[2:])
            return True
        if self.blanks and not (self.in_traceback and text.startswith(TRACEBACK)):
            return False
        if _GOES_ON.match(text) or text.startswith(TRACEBACK):
            self.in_traceback = self.in_traceback or TRACEBACK in text
            return True
        return self.in_traceback and self.texts[-1][:1] in (" ", "\t") and _RAISED.match(text) is not None

    def read(self) -> Read:
        """The record."""
        return _read(self.line, "\n".join(self.texts))


def read_lines(lines: Iterable[Line]) -> Iterator[Read]:
    """What the lines are. Lines of different services and streams may be mixed; each line is kept or refused alone."""
    opened: dict[tuple[str, str], _Open] = {}
    for line in lines:
        place = (line.hints.service, line.hints.stream)
        last = opened.get(place)
        if last is not None and last.takes(line.text):
            continue
        if last is not None:
            yield opened.pop(place).read()
        if not line.text.strip():
            continue
        value = _parse(line.text)
        if isinstance(value, dict | list):
            yield _read(line, value)
            continue
        if len(opened) >= _MOST_OPEN:
            yield opened.pop(next(iter(opened))).read()
        opened[place] = _Open(line)
    for each in opened.values():
        yield each.read()


def read_value(number: int, value: Any, hints: Hints) -> Read:
    """What an item of a JSON array is."""
    return _read(Line(number, "", hints), value)


def _parse(text: str) -> Any:
    """The object or list of a line; None for every other text."""
    plain = (strip_codes(text).text if text[:1] == "\x1b" else text).strip()
    if not plain.startswith(_JSON_STARTS) or plain[-1] not in "]}":
        return None
    try:
        return parse_json(plain.encode(errors="surrogatepass"))
    except MalformedBody:
        return None


def _read(line: Line, source: Any, *, is_plain: bool = False) -> Read:
    """A line that holds an object which cannot be kept is kept as text."""
    try:
        is_clean = _is_clean(line.text)
        draft = _draft(source, line.hints, is_clean=is_clean, is_plain=is_plain)
        record = draft.finish(line.hints)
        if not is_clean:
            check_nesting(record.body)
            check_nesting(record.attributes)
    except Refusal as refusal:
        text = source if isinstance(source, str) else line.text
        if is_plain or not text:
            return Read(line.number, "json", None, refusal, source)
        repair = Repair("body", refusal.reason, "an object", "its text")
        return _read(line._replace(repairs=(*line.repairs, repair)), text, is_plain=True)
    if line.repairs:
        record = msgspec.structs.replace(record, repairs=(*record.repairs, *line.repairs))
    return Read(line.number, draft.shape, record, None, source)


def _is_clean(text: str) -> bool:
    """Is this JSON that needs no look at each of its values? Most lines are."""
    if not text.startswith("{") or 4 * len(text) > MAX_VALUE_BYTES or _SUSPECT.search(text):
        return False
    return text.count("{") + text.count("[") <= _FEW_BRACKETS


def _draft(source: Any, hints: Hints, *, is_clean: bool, is_plain: bool) -> Draft:
    value, repairs = (source, ()) if is_clean and isinstance(source, dict) else clean_item(source)
    if isinstance(value, dict):
        draft = read_object(value, hints)
    elif isinstance(value, str):
        draft = read_text(value, hints, is_plain=is_plain)
        draft.shape = "broken_json" if value.startswith("{") else draft.shape
    else:
        draft = Draft("json", body=value)
    draft.repairs = (*draft.repairs, *repairs)
    return draft
