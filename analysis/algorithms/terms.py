"""The distinctive things a text names: what is quoted, identifiers, codes and long numbers, but no plain words."""

import re
from collections.abc import Collection

READ_CHARACTERS = 1_000
MOST_TERMS = 3
_QUOTED = re.compile(r"(?<!\w)(['\"`])([^'\"`\n]{2,60})\1(?!\w|\s*:)")
_WORD = re.compile(r"[A-Za-z0-9_][\w./:@-]*\w")
_PLAIN = re.compile(r"[A-Z]?[a-z]+")
_CLASS_OF_ERROR = re.compile(r".*(?:error|exception|warning|timeout|failure)s?", re.IGNORECASE)
_MARKED = re.compile(r"(?=.*\d)(?=.*[A-Za-z]).{4,}|\d{4,}|[A-Z]{3,}|\w*_\w+|[a-z]+[A-Z]\w*")
_COMMON = frozenset(
    "none null nil true false nonetype object str int list dict tuple float bool string number undefined nan error "
    "get post put patch delete head http https json xml html api url uri sql tcp tls ssl dns utc eof not the and for "
    "status_code error_type http/1.1 utf-8 type value key name id user model index file data result message function "
    "int32 int64 float32 float64 uint8 sha256 ipv4 ipv6 base64 cancelled unknown invalid_argument deadline_exceeded "
    "not_found already_exists permission_denied resource_exhausted failed_precondition aborted out_of_range "
    "unimplemented internal unavailable data_loss unauthenticated".split()
)


def shared_terms(one: str, other: str, common: Collection[str] = ()) -> tuple[str, ...]:
    """What both texts name, the longest first; `common` (in lower case) distinguishes nothing here."""
    one, other = one[:READ_CHARACTERS], other[:READ_CHARACTERS]
    both = _named(one, other) | _named(other, one) | (_quoted(one) & _quoted(other))
    told = {term for term in both if term.lower() not in _COMMON and term.lower() not in common}
    longest = sorted(told, key=lambda term: (-len(term), term))
    kept = [term for at, term in enumerate(longest) if not any(term in longer for longer in longest[:at])]
    return tuple(kept[:MOST_TERMS])


def _named(text: str, other: str) -> set[str]:
    """What the text marks as a name and the other holds as a word of its own. A plain word in quotes is no name."""
    words = {word for word in _WORD.findall(text) if _MARKED.fullmatch(word)}
    words.update(term for term in _quoted(text) if not _PLAIN.fullmatch(term))
    return {
        term
        for term in words
        if not _CLASS_OF_ERROR.fullmatch(term)
        and not term.startswith(("http:", "https:"))
        and re.search(rf"(?<!\w){re.escape(term)}(?!\w)", other)
    }


def _quoted(text: str) -> set[str]:
    quoted = {found[2].strip() for found in _QUOTED.finditer(text)}
    return {term for term in quoted if term[:1].isalnum() and not _CLASS_OF_ERROR.fullmatch(term)}
