"""Secrets covered in place: code in which nothing else moves, so that lines and columns stay what a map says.

Minified code is read for the names of its functions, so it must stay code: letters are covered by letters, digits by
digits, and of what redaction takes for a value only because of the name before it (`pass:e`) a short name is left.
"""

import re
from bisect import bisect_right
from typing import NamedTuple

from telemetry.redaction import Redactor
from telemetry.redaction.pseudonyms import TOKEN

_LITERAL = re.compile(
    r'"(?:[^"\\\n]|\\.)*+(?:"|(?=\n)|\Z)'
    r"|'(?:[^'\\\n]|\\.)*+(?:'|(?=\n)|\Z)"
    r"|`(?:[^`\\]|\\.)*+(?:`|\Z)"
    r"|/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)"
    r"|//[^\n]*+",
    re.DOTALL,
)
"""A text or a comment, to the end when it is not closed: so nothing is looked at twice."""
_IN_LITERAL = re.compile(r"(\\(?:u\{[0-9a-fA-F]+\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.))|([^\W\d_])|(\d)", re.DOTALL)
_WORD = re.compile(r"[\w$]+")
_LONGEST_NAME = 7
"""Of a word in code that may stay: no secret is so short, and no letter in it stands beside a digit."""
_NAMED = "[SECRET·"
"""How tokens begin of what may be a secret only because of the name before it."""
_KEYWORDS = frozenset({"continue", "debugger", "function", "instanceof", "undefined"})


class Masked(NamedTuple):
    """A text without secrets, of the same length."""

    text: str
    redacted_count: int


def mask(text: str, redactor: Redactor) -> Masked | None:
    """The text with what redaction takes out covered; None when it cannot be told what that was.

    What stays are pieces of the redacted text, whatever is found between them.
    """
    redacted, counts = redactor.redact_text(text)
    if redacted == text:
        return Masked(text, 0)
    kept, tokens = TOKEN.split(redacted), TOKEN.findall(redacted)
    if not tokens or not text.startswith(kept[0]) or not text.endswith(kept[-1]):
        return None
    cover, last = _Cover(text), len(tokens) - 1
    pieces, place = [kept[0]], len(kept[0])
    for at, (token, piece) in enumerate(zip(tokens, kept[1:], strict=True)):
        found = text.find(piece, place) if at < last else len(text) - len(piece)
        if found < place:
            return None
        pieces += [cover.span(place, found, is_named=token.startswith(_NAMED)), piece]
        place = found + len(piece)
    return Masked("".join(pieces), sum(counts.values()))


def redact_lines(text: str, redactor: Redactor) -> Masked | None:
    """The text with tokens for what was taken out, as long as its lines stay; else covered, as `mask` does."""
    redacted, counts = redactor.redact_text(text)
    if redacted.count("\n") == text.count("\n"):
        return Masked(redacted, sum(counts.values()))
    return mask(text, redactor)


class _Cover:
    """Covers parts of one text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._literals = [match.span() for match in _LITERAL.finditer(text)]
        self._starts = [start for start, _ in self._literals]

    def span(self, start: int, end: int, *, is_named: bool) -> str:
        """The part, covered: in code, where only a name before it made it a secret, what may be one; else all of it."""
        secret = self._text[start:end]
        if not is_named or self._is_in_literal(start):
            return _IN_LITERAL.sub(_cover_character, secret)
        pieces, place = [], start
        for literal in _LITERAL.finditer(secret):
            pieces.append(_WORD.sub(_cover_word, self._text[place : start + literal.start()]))
            pieces.append(_IN_LITERAL.sub(_cover_character, literal[0]))
            place = start + literal.end()
        return "".join((*pieces, _WORD.sub(_cover_word, self._text[place:end])))

    def _is_in_literal(self, place: int) -> bool:
        at = bisect_right(self._starts, place) - 1
        return at >= 0 and self._literals[at][0] < place < self._literals[at][1]


def _cover_character(match: re.Match[str]) -> str:
    return match[1] or ("x" if match[2] else "0")


def _cover_word(match: re.Match[str]) -> str:
    word = match[0]
    is_name = word.isalpha() and (len(word) <= _LONGEST_NAME or word in _KEYWORDS)
    return word if is_name or len(word) == 1 else re.sub(r"[^\W\d_]", "x", re.sub(r"\d", "0", word))
