"""Tokens that stand for what was taken out: `[EMAIL·7f3a9c]`.

The six digits are a keyed hash of the value, so the same value has the same token inside a
project, another one in another project, and nobody without the key can try values against it.
"""

import re
from hashlib import blake2b

WITHHELD = "[WITHHELD: redaction failed]"
"""Stands for a whole text that could not be searched."""

TOKEN = re.compile(r"\[[A-Z_]{2,24}·[0-9a-f]{6}\]")


class Pseudonyms:
    """Makes the tokens of one project."""

    def __init__(self, key: bytes) -> None:
        if not key:
            raise ValueError("a pseudonym key must not be empty")
        self._keyed = blake2b(key=blake2b(key, digest_size=32, person=b"redaction").digest(), digest_size=3)

    def token(self, kind: str, value: str) -> str:
        """The token for this value. The kind is its label only: one value has the same digits under every kind."""
        keyed = self._keyed.copy()
        keyed.update(value.encode("utf-8", "surrogatepass"))
        return f"[{kind.upper()}·{keyed.hexdigest()}]"


def is_token(text: str) -> bool:
    """Whether nothing else is in this text than tokens: it has been redacted."""
    if "·" not in text:
        return text == WITHHELD
    return not TOKEN.sub("", text).strip(" ,;")
