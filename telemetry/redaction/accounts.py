"""Numbers of accounts and people, each with its check: payment cards, IBAN, US social security numbers."""

import re

from stdnum import iban

from telemetry.redaction.hits import Hit, Reading

_CARD = re.compile(
    r"(?<!\d)(?=("
    r"\d{12,19}(?!\d)"
    r"|\d{4}([ -])\d{4}\2\d{4}\2\d{4}(?:\2?\d{1,3})?(?!\d)"
    r"|\d{4}([ -])\d{6}\3\d{4,5}(?!\d)"
    r"))"
)
_CARD_NEAR = re.compile(r"(?i)\b(?:cards?|credit|debit|cc|visa|mastercard|maestro|amex|pan|diners|discover)\b")
_CARD_REACH = 60
_FOUR_GROUPS = len("4111 1111 1111 1111")
_NOT_BEFORE = re.compile(r"(?:\w|\d[.,]|[0-9a-fA-F]{2}-|[#])\Z")
_NOT_AFTER = re.compile(r"\w|[.,]\d|-[0-9a-fA-F]{2}")
_FIRST_DIGITS = {
    12: "50 56 57 58 6",
    13: "4 50 56 57 58 6",
    14: "300 301 302 303 304 305 309 36 38 39",
    15: "34 37 2131 1800",
    16: "4 51 52 53 54 55 22 23 24 25 26 27 35 6011 644 645 646 647 648 649 65 62 50 56 57 58 6",
    17: "62",
    18: "62",
    19: "4 62 6011 65 67 50 56 57 58",
}
_PREFIXES = {size: tuple(digits.split()) for size, digits in _FIRST_DIGITS.items()}
_UNSURE_SIZES = (12, 13, 14, 15, 17, 18, 19)

_DOUBLED = str.maketrans("0123456789", "0246813579")

_SSN = re.compile(r"(?<![\w.,-])(?!000|666|9)\d{3}([- ])(?!00)\d{2}\1(?!0000)\d{4}(?![\w-]|[.,]\d)")
_SSN_BARE = re.compile(r"(?<![\w.,-])(?!000|666|9)\d{3}(?!00)\d{2}(?!0000)\d{4}(?![\w-]|[.,]\d)")
_SSN_NEAR = re.compile(r"(?i)\bssn|social.{0,3}security|\bsocial\b|\btax.?payer")
_SSN_REACH = 40

_IBAN_SIZES = (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24"
    " FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28"
    " LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25"
    " QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30"
)
IBAN_SIZES = {country[:2]: int(country[2:]) for country in _IBAN_SIZES.split()}
"""Country to the length of its IBAN (SWIFT's registry)."""
_IBAN = re.compile(r"[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){11,30}")
_IBAN_GROUPS = re.compile(r"[ -]")


def find_cards(text: str, start: int, end: int) -> list[Hit]:
    """Payment card numbers in `text[start:end]`: a known beginning with a length of its own, a true check digit."""
    hits: list[Hit] = []
    for found in _CARD.finditer(text, start, end):
        first, last = found.span(1)
        if hits and first < hits[-1].end:
            continue
        hit = _card(text, first, last)
        if hit is None and last - first > _FOUR_GROUPS:  # what follows may be the month
            hit = _card(text, first, first + _FOUR_GROUPS)
        if hit is not None:
            hits.append(hit)
    return hits


def _card(text: str, start: int, end: int) -> Hit | None:
    digits = text[start:end].replace(" ", "").replace("-", "")
    if not digits.startswith(_PREFIXES.get(len(digits), ("?",))) or not _is_luhn(digits):
        return None
    return Hit(start, end, "card", digits) if _is_card(text, start, end, digits) else None


def _is_luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others."""
    return (sum(map(int, digits[-1::-2])) + sum(map(int, digits[-2::-2].translate(_DOUBLED)))) % 10 == 0


def _is_card(text: str, start: int, end: int, digits: str) -> bool:
    if len(set(digits)) < 2 or _NOT_AFTER.match(text, end) is not None:
        return False
    if _NOT_BEFORE.search(text[max(0, start - 3) : start]) is not None:
        return False
    if len(digits) in _UNSURE_SIZES and len(digits) == end - start:
        return _CARD_NEAR.search(text[max(0, start - _CARD_REACH) : end + 24].replace("_", " ")) is not None
    return True


def find_social(text: str, start: int, end: int) -> list[Hit]:
    """US social security numbers in `text[start:end]`: 3-2-4 in ranges that are given out, bare only where named."""
    hits = [
        Hit(*found.span(), "ssn", re.sub(r"\D", "", found.group()))
        for found in _SSN.finditer(text, start, min(len(text), end + 2))
        if found.group(1) == "-" or _named_social(text, found.start())
    ]
    for found in _SSN_BARE.finditer(text, start, min(len(text), end + 2)):
        if _named_social(text, found.start()):
            hits.append(Hit(*found.span(), "ssn", found.group()))
    return hits


def _named_social(text: str, start: int) -> bool:
    return _SSN_NEAR.search(text[max(0, start - _SSN_REACH) : start].replace("_", " ")) is not None


def find_iban(reading: Reading, at: int) -> tuple[Hit, ...]:
    """The IBAN whose first seven letters and digits end here: the country's length and a true checksum."""
    for start in (at - 7, at - 8):
        if start >= 0 and (hit := _iban_at(reading.text, start)) is not None:
            return (hit,)
    return ()


def _iban_at(text: str, start: int) -> Hit | None:
    size = IBAN_SIZES.get(text[start : start + 2].upper())
    found = _IBAN.match(text, start)
    if size is None or found is None or (start and text[start - 1].isalnum()):
        return None
    end = _end_of(text, start, size)
    number = _IBAN_GROUPS.sub("", text[start:end]).upper()
    if end > found.end() or text[end : end + 1].isalnum() or len(number) != size:
        return None
    if int("".join(str(int(sign, 36)) for sign in number[4:] + number[:4])) % 97 != 1 or not iban.is_valid(number):
        return None
    return Hit(start, end, "iban", number)


def _end_of(text: str, start: int, size: int) -> int:
    """Behind the `size`-th letter or digit."""
    end = start
    while size and end < len(text):
        size -= text[end] not in " -"
        end += 1
    return end
