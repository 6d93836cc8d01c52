"""Excerpts of refused records, which are cut: a secret may have lost the end it would be told by."""

import re

from core.limits import MAX_EXCERPT_CHARACTERS

_GROUPS = r"(?:(?<![\w.])[+(]?[A-Z0-9]{1,5}[)]?[ -]){0,9}"
"""Groups before the cut one: of a card's number, an account or a telephone number."""
_CUT_WORD = re.compile(_GROUPS + r"[\w@.+/=~%:-]{0,500}(?=…|\\u2026)")
_LAST_WORD = re.compile(_GROUPS + r"[\w@.+/=~%:-]{0,500}\Z")


def without_cut_words(excerpt: str) -> str:
    """The excerpt without the words a cut went through, which the search could not judge."""
    whole = _CUT_WORD.sub("", excerpt)
    return _LAST_WORD.sub("…", whole) if len(excerpt) >= MAX_EXCERPT_CHARACTERS else whole
