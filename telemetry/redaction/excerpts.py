"""Excerpts of refused records, which are cut: a secret may have lost the end it would be told by."""

import re

from core.limits import MAX_EXCERPT_CHARACTERS

_CUT_WORD = re.compile(r"[\w@.+/=~%:-]{1,500}(?=…|\\u2026)")
_LAST_WORD = re.compile(r"[\w@.+/=~%:-]{1,500}\Z")


def without_cut_words(excerpt: str) -> str:
    """The excerpt without the words a cut went through, which the search could not judge."""
    whole = _CUT_WORD.sub("", excerpt)
    return _LAST_WORD.sub("…", whole) if len(excerpt) >= MAX_EXCERPT_CHARACTERS else whole
