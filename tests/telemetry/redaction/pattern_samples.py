"""Texts made from a Go regular expression, so that each secret rule of a foreign table can be tried."""

import random
import re
import string
from re import _constants as code  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

_WORD = string.ascii_letters + string.digits
_CATEGORIES = {
    code.CATEGORY_DIGIT: string.digits,
    code.CATEGORY_WORD: _WORD,
    code.CATEGORY_SPACE: " ",
    code.CATEGORY_NOT_SPACE: _WORD,
    code.CATEGORY_NOT_WORD: " ",
    code.CATEGORY_NOT_DIGIT: string.ascii_letters,
}


def to_python(pattern: str) -> str:
    """The Go expression in Python's syntax: scoped flags for flags in the middle, classes spelled out."""
    pattern = pattern.replace(r"\z", r"\Z").replace("[[:alnum:]]", "[A-Za-z0-9]").replace("[:alnum:]", "A-Za-z0-9")
    pattern = re.sub(r"\(\?P<\w+>", "(?:", pattern)
    made: list[str] = []
    open_groups = [0]
    at, in_class = 0, False
    while at < len(pattern):
        if pattern[at] == "\\":
            made.append(pattern[at : at + 2])
            at += 2
            continue
        if not in_class and pattern.startswith("(?i)", at):
            made.append("(?i:")
            open_groups[-1] += 1
            at += 4
            continue
        letter = pattern[at]
        if in_class:
            in_class = letter != "]"
        elif letter == "[":
            in_class = True
            if pattern[at + 1 : at + 2] == "]":
                made.append("[\\]")
                at += 2
                continue
        elif letter == "(":
            open_groups.append(0)
        elif letter == ")":
            made.append(")" * open_groups.pop())
        made.append(letter)
        at += 1
    return "".join(made) + ")" * open_groups[0]


class Sampler:
    """Makes texts that match a pattern. Optional parts that are only dressing are left out."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)

    def sample(self, pattern: str) -> str:
        """One text that the Go expression matches."""
        return self._all(parser.parse(to_python(pattern)))

    def _all(self, parsed: Any) -> str:
        return "".join(self._one(operation, argument) for operation, argument in parsed)

    def _one(self, operation: Any, argument: Any) -> str:
        if operation is code.LITERAL:
            return chr(argument)
        if operation is code.ANY:
            return "."
        if operation is code.NOT_LITERAL:
            return self._random.choice(string.ascii_lowercase)
        if operation is code.IN:
            return self._random.choice(_letters(argument))
        if operation is code.BRANCH:
            return self._all(self._random.choice(argument[1]))
        if operation is code.SUBPATTERN:
            return self._all(argument[3])
        if operation in (code.MAX_REPEAT, code.MIN_REPEAT, code.POSSESSIVE_REPEAT):
            low, high, inner = argument
            count = low if low == 0 and not _is_body(inner, high) else self._random.randint(low, min(high, low + 6))
            return "".join(self._all(inner) for _ in range(count))
        return ""


def _is_body(inner: Any, high: int) -> bool:
    return high == 1 and len(inner) > 0 and inner[0][0] is code.SUBPATTERN


def _letters(members: Any) -> str:
    if members and members[0][0] is code.NEGATE:
        return string.ascii_lowercase
    letters = ""
    for operation, argument in members:
        if operation is code.LITERAL:
            letters += chr(argument)
        elif operation is code.RANGE:
            letters += "".join(map(chr, range(argument[0], argument[1] + 1)))
        elif operation is code.CATEGORY:
            letters += _CATEGORIES[argument]
    kept = "".join(letter for letter in letters if letter in _WORD)
    return kept or letters
