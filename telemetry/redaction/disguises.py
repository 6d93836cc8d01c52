"""Texts made plain before they are searched, and the way back to the text as it was sent.

Two ways. `plain` keeps every character's place and costs little; it is done for each text that
has a trigger. `unmask` decodes what hides a whole word (`\\u0070assword`, `user%40host`, full-width
digits) and remembers where each character came from; it is done only when a trigger says so.
"""

import re
from bisect import bisect_right
from typing import NamedTuple

_LEVEL = (
    ("\\n", " \n"),
    ("\\r", "  "),
    ("\\t", "  "),
    ("\\b", "  "),
    ("\\f", "  "),
)
_ODD = (
    ("\u00a0", " "),
    ("\u202f", " "),
    ("\u2007", " "),
    ("\u2009", " "),
    ("\u2010", "-"),
    ("\u2011", "-"),
    ("\u2012", "-"),
    ("\u2013", "-"),
    ("\u2014", "-"),
    ("\u2212", "-"),
    ("\u200b", " "),
)
_LETTER = re.compile(r"\\u[0-9a-fA-F]{4}")
_BLANK = "      "
_MASK = re.compile(r"\\+u00([2-7][0-9a-fA-F])|%([2-7][0-9a-fA-F])|([\uff01-\uff5e])")
_FULL_WIDTH = 0xFEE0
_DELETE = 0x7F


def plain(text: str) -> str:
    """The same text, character for character, with escapes that are not part of a word as spaces.

    `\\n` before a word would otherwise be read as its first letter, and an escaped letter's
    digits as digits.
    """
    if "\\" in text:
        for written, read in _LEVEL:
            text = text.replace(written, read)
        if "\\u" in text:
            text = _LETTER.sub(_BLANK, text)
    if not text.isascii():
        for written, read in _ODD:
            text = text.replace(written, read)
    return text


class Unmasked(NamedTuple):
    """A decoded text and the way back."""

    text: str
    shifts: list[int]
    """Offsets in `text` just behind each decoded character."""
    lost: list[int]
    """With `shifts`: how many characters the original has more up to there."""

    def original(self, offset: int) -> int:
        """Where the character at this offset begins in the text as it was sent."""
        at = bisect_right(self.shifts, offset)
        return offset + (self.lost[at - 1] if at else 0)


def unmask(text: str) -> Unmasked:
    """The text with escaped ASCII, percent-encoded ASCII and full-width forms decoded, once."""
    parts: list[str] = []
    shifts: list[int] = []
    lost: list[int] = []
    read = made = 0
    for found in _MASK.finditer(text):
        escaped, percent, wide = found.groups()
        code = ord(wide) - _FULL_WIDTH if wide else int(escaped or percent, 16)
        if code == _DELETE:
            continue
        parts.append(text[read : found.start()])
        parts.append(chr(code))
        made += found.start() - read + 1
        read = found.end()
        shifts.append(made)
        lost.append(read - made)
    parts.append(text[read:])
    return Unmasked("".join(parts), shifts, lost)
