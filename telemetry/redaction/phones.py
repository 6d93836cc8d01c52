"""Phone numbers: international ones by their plan, North American by their form, others where they are called so."""

import re
from collections.abc import Callable, Iterator

import phonenumbers

from telemetry.redaction.hits import Hit

_EXTENSION = r"(?:[ ]?(?:x|ext\.?[ ]?|#)[ ]?\d{1,6})?"
_INTERNATIONAL = re.compile(r"(?<![\w+.])(?:\+|00)(?=[1-9])\d{1,3}(?:[ .\-/]{0,2}\(?\d{1,5}\)?){2,8}" + _EXTENSION)
_NORTH_AMERICAN = re.compile(
    r"(?<![\w.\-+/])(?:(?:001|1)[ .-])?(?:\([2-9]\d{2}\)[ .-]?|[2-9]\d{2}[ .-])\d{3}[ .-]\d{4}"
    + _EXTENSION
    + r"(?![\w]|[-./]\d)"
)
_TRUNK = re.compile(
    r"(?<![\w.\-+/])0[1-9](?:[ .]\d\d){4}(?![\w]|[-./ ]\d)|(?<![\w.\-+/])07\d{3} \d{3} ?\d{3}(?![\w]|[-./ ]\d)"
)
_NAMED = re.compile(
    r"(?<![\w.+])\(?\d{1,10}\)?(?:[ .\-/]{1,2}\(?\d{2,7}\)?){1,6}"
    + _EXTENSION
    + r"(?![^\W_])|(?<![\w.+,-])\d{7,13}(?![\w.,]\d|\w)"
)
_BEFORE = re.compile(
    r"(?:\b(?:phones?|telephone|tel|cellphone|fax|whatsapp|sms|hotline|landline|telefon|t[ée]l[ée]phone|"
    r"tel[ée]fono|m[óo]vil|celular|telefone|telefono|телефон|тел|電話|电话|手机)\b|"
    r"\b(?:call|reach|text|phone|ring|dial|contact|message)\s(?:(?:me|us|him|her|them|you|back|someone)\s)?"
    r"(?:at|on|by)\b|\bcall me\b|\bdial\b|\banswering\sat\b|\bmessages?\s(?:to|at|on)\b|\bregistered\snumber\b)"
    r"[\w\s.:#()\"'\\=*-]{0,24}\Z|"
    r"\b(?:desk|mobile|cell|handy|office|direct)(?:[ ](?:number|no|phone|line))?[\"'\\]{0,4}\s?[:=#]"
    r"[\s\"'\\]{0,6}\Z"
)
_AFTER = re.compile(r"(?i)[ \t(,-]{0,3}(?:office|fax|mobile|cell|home|desk|direct|phone|tel)\b")
_REACH = 48
_DATE = re.compile(
    r"(?:(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)?\d\d)(?:[ T]{1,2}\d{1,2})?"
    r"|(?:19|20)\d\d[-/ ](?:19|20)\d\d"
)
_SEPARATED = re.compile(r"[ .()-]")
_LEAST, _MOST = 7, 15
_EXTENSION_REACH = 10


def find_phones(text: str, start: int, end: int) -> list[Hit]:
    """Phone numbers in `text[start:end]`, a run of digits and what may stand between them."""
    written = text[start:end].strip()
    beyond = min(len(text), end + _EXTENSION_REACH)
    hits: list[Hit] = []
    if "+" in written or "00" in written:
        hits = _collect(hits, _INTERNATIONAL.finditer(text, start, beyond), _is_international)
    if not written.isdigit():
        hits = _collect(hits, _NORTH_AMERICAN.finditer(text, start, beyond), _is_form)
        hits = _collect(hits, _TRUNK.finditer(text, start, beyond), _is_form)
    if _is_called_so(text, start, end):
        hits = _collect(hits, _NAMED.finditer(text, start, beyond), _is_number)
    return hits


def _collect(known: list[Hit], found: Iterator[re.Match[str]], is_one: Callable[[str], bool]) -> list[Hit]:
    """Both in order. Where something is known already, only a number with more digits in front replaces it."""
    hits: list[Hit] = []
    at = 0
    for match in found:
        written = match.group().rstrip(" .-/(")
        first, last = match.start(), match.start() + len(written)
        while at < len(known) and known[at].end <= first:
            hits.append(known[at])
            at += 1
        rivals = at
        while rivals < len(known) and known[rivals].start < last:
            rivals += 1
        if any(hit.start < first or hit.end != last for hit in known[at:rivals]) or not is_one(written):
            continue
        hits.append(Hit(first, last, "phone", "".join(filter(str.isdigit, written))))
        at = rivals
    return [*hits, *known[at:]]


def _is_international(written: str) -> bool:
    if written.startswith("00"):
        if _SEPARATED.search(written) is None:
            return False
        written = "+" + written[2:]
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(written, None))
    except phonenumbers.NumberParseException:
        return False


def _is_form(_written: str) -> bool:
    """The form itself is proof enough."""
    return True


def _is_number(written: str) -> bool:
    return _LEAST <= sum(map(str.isdigit, written)) <= _MOST and not is_date(written)


def is_date(written: str) -> bool:
    """Whether these digits are a date, perhaps with an hour, or a span of years."""
    return _DATE.fullmatch(written) is not None


def _is_called_so(text: str, start: int, end: int) -> bool:
    """Whether the words before or behind a run of digits call it a phone number."""
    end -= len(text[start:end]) - len(text[start:end].rstrip(" .-/("))
    before = text[max(0, start - _REACH) : start].replace("_", " ").lower()
    return _BEFORE.search(before) is not None or _AFTER.match(text, end) is not None
