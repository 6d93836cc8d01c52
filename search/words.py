"""Texts to words, the same for both databases and for what is stored and what is asked. No Django here.

Words are what Unicode calls letters and digits, without case and without accents. Scripts that put no spaces between
words (Chinese, Japanese, Thai ...) give their characters and pairs of neighbours. A word is written in ASCII, so that
neither database's own idea of words has a say.
"""

import re
import unicodedata
from functools import lru_cache
from itertools import filterfalse, islice

MOST_WORDS = 20_000
"""Distinct words of one text that are indexed; the first ones. Stated in docs/limits.md."""
MOST_CHARACTERS = 2_000_000
"""Characters of one text that are read for words."""
LONGEST_WORD = 40
"""Characters of a word that count."""

_ASCII_WORDS = bytes(byte if byte > 127 or chr(byte).isalnum() else ord(" ") for byte in range(256))
"""For UTF-8: whatever ASCII has beside letters and digits separates words."""
_WORD = re.compile(r"[^\W_]+")
_ACCENTS = re.compile("[\u0300-\u036f\u064b-\u065f]+")
# Only marks that decorate letters of alphabets; the vowel signs of Indic scripts are part of a word.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]+"
)


def index_words(text: str) -> list[str]:
    """The distinct words a text is found by."""
    data = _prepared(text[:MOST_CHARACTERS]).encode(errors="surrogatepass").translate(_ASCII_WORDS)
    found = dict.fromkeys(data.decode(errors="surrogatepass").split())
    if len(found) > MOST_WORDS:
        found = dict.fromkeys(islice(found, MOST_WORDS))
    runs = [] if data.isascii() else list(filterfalse(str.isascii, found))
    for run in runs:
        del found[run]
    if found and max(map(len, found)) > LONGEST_WORD:
        found = dict.fromkeys(word[:LONGEST_WORD] for word in found)
    for run in runs:
        for word in _WORD.findall(run):
            found.update(dict.fromkeys(_index_forms(word)))
    return list(found)


def query_words(text: str) -> list[str]:
    """The words that must all be there. The last one may be the beginning of a word."""
    words: list[str] = []
    for word in _WORD.findall(_prepared(text[:1_000])):
        words.extend(_query_forms(word))
    return [word for word in dict.fromkeys(words) if word][:32]


def _prepared(text: str) -> str:
    """The text without case, its letters and accents joined, so that an accent does not cut a word."""
    if text.isascii():
        return text.lower()
    return text.casefold() if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text).casefold()


@lru_cache(maxsize=65_536)
def _fold(word: str) -> str:
    """A word without accents, its characters in their common form."""
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFKD", word)))


def _index_forms(word: str) -> list[str]:
    word = _fold(word)
    if word.isascii():
        return [word[:LONGEST_WORD]]
    forms: list[str] = []
    for run, unspaced in _runs(word):
        if unspaced:
            forms.extend(_ascii(character) for character in run)
            forms.extend(_ascii(run[at : at + 2]) for at in range(len(run) - 1))
        else:
            forms.append(_ascii(run[:LONGEST_WORD]))
    return forms


def _query_forms(word: str) -> list[str]:
    word = _fold(word)
    if word.isascii():
        return [word[:LONGEST_WORD]]
    forms: list[str] = []
    for run, unspaced in _runs(word):
        if unspaced and len(run) > 1:
            forms.extend(_ascii(run[at : at + 2]) for at in range(len(run) - 1))
        else:
            forms.append(_ascii(run[:LONGEST_WORD]))
    return forms


def _runs(word: str) -> list[tuple[str, bool]]:
    """The word cut where a script without spaces begins or ends."""
    runs: list[tuple[str, bool]] = []
    at = 0
    for match in _UNSPACED.finditer(word):
        if match.start() > at:
            runs.append((word[at : match.start()], False))
        runs.append((match.group(), True))
        at = match.end()
    if at < len(word):
        runs.append((word[at:], False))
    return runs


def _ascii(word: str) -> str:
    return word if word.isascii() else "x" + word.encode().hex()
