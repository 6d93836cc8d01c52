"""When two records tell of the same exception: type and message are equal, however they are written."""

import re
from typing import NamedTuple

from core.hashing import digest16

_TYPED = re.compile(
    r"(?:Uncaught )?([A-Za-z_$][\w.$]{0,200}(?:Error|Exception|Warning|Timeout|Exit|Interrupt|Failure|Fault|Panic))"
    r"(?:: (.*)|$)",
    re.DOTALL,
)
COMPARED_CHARACTERS = 300
NO_TYPES = frozenset({"_OTHER", "ERROR", "error"})
"""Words in the place of a type that say nothing."""


class Named(NamedTuple):
    """An exception's type and message, apart."""

    error_type: str
    message: str


def name_failure(error_type: str, message: str) -> Named:
    """Type and message without one in the other: many senders write `ValueError: no` as message or status."""
    told = message.strip()
    kind = "" if error_type in NO_TYPES else error_type.strip()
    found = _TYPED.match(told)
    if kind and told in (kind, short_type(kind)):
        return Named(kind, "")
    if found is not None and (not kind or short_type(found[1]) == short_type(kind)):
        return Named(kind or found[1], (found[2] or "").strip())
    if kind and told.startswith(f"{kind}: "):
        return Named(kind, told[len(kind) + 2 :].strip())
    return Named(kind, told)


def short_type(error_type: str) -> str:
    """The type's own name: some senders write the module before it, others do not."""
    return error_type.rpartition(".")[2] or error_type


def match_key(error_type: str, message: str) -> bytes:
    """Equal for equal exceptions; empty when neither type nor message is told. Give it what `name_failure` gives."""
    if not error_type and not message:
        return b""
    compared = " ".join(message.split())[:COMPARED_CHARACTERS]
    return digest16(short_type(error_type).encode(errors="replace"), b"\0", compared.encode(errors="replace"))
