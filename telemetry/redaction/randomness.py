"""Whether a value looks made by a machine: entropy, and the shapes of what is no secret."""

import re
from collections import Counter
from math import log2

_RANDOM = re.compile(r"[\w.=+/~-]{12,512}")
_IDENTIFIER = re.compile(
    r"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[a-z_.-]+|[0-9.,:-]+|[\w.-]+\.(?:py|js|ts|json|md|txt|html|ya?ml|csv)"
)
_WORDS = re.compile(r"[A-Za-z]{4,}")
_PLACEHOLDER = re.compile(
    r"(?i)\s*(?:"
    r"\$?\{[^{}]{0,100}\}|\$\(?\w{1,60}\)?|\{\{.{0,100}\}\}|<[^<>]{0,100}>|%\(?\w{1,60}\)?s?|\[[^\[\]·]{0,60}\]"
    r"|[*x.•_-]{1,80}|null|none|nil|true|false|undefined|string|str|integer|int|number|boolean|bool|object|array|any"
    r"|optional|required|redacted|masked|hidden|filtered|empty|n/?a|secret|password|token|bearer|basic|oauth2?|apikey"
    r"|your[-_ ].{0,60}"
    r")\s*"
)
RANDOM_BITS = 3.5
"""Shannon bits per character from which a value under a weak name counts as random."""


def entropy(text: str) -> float:
    """Shannon entropy in bits per character."""
    size = len(text)
    return -sum(count / size * log2(count / size) for count in Counter(text).values()) if size else 0.0


def is_random(value: str) -> bool:
    """Whether this is a key or hash rather than a word, an identifier, a number or a file name."""
    if not _RANDOM.fullmatch(value) or _IDENTIFIER.fullmatch(value):
        return False
    letters = sum(map(str.isalpha, value))
    if letters == len(value) or sum(len(word) for word in _WORDS.findall(value)) > 0.7 * len(value):
        return False
    return any(map(str.isdigit, value)) and entropy(value) >= RANDOM_BITS


def is_placeholder(value: str) -> bool:
    """Whether this stands for a value, or says of what type it is, and is no value itself."""
    return len(value) <= 128 and _PLACEHOLDER.fullmatch(value) is not None
