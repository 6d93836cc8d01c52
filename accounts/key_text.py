"""API keys as text: how one is made, checked and hashed. The key itself is never stored."""

import hashlib
import secrets

from core.errors import FieldError, InvalidInput

KEY_START = "ms_"
SHORTEST_KEY = 8
LONGEST_KEY = 200


def new_key() -> str:
    """A random key of 256 bits."""
    return KEY_START + secrets.token_urlsafe(32)


def new_public_key() -> str:
    """A random key of 128 bits, of the characters that Sentry's clients take in a DSN."""
    return KEY_START + secrets.token_hex(16)


def check_key(key: str) -> str:
    """The same key, fit to be one; InvalidInput otherwise."""
    is_plain = key.isascii() and key.isprintable() and " " not in key
    if not is_plain or not SHORTEST_KEY <= len(key) <= LONGEST_KEY:
        message = f"must have {SHORTEST_KEY} to {LONGEST_KEY} visible ASCII characters without spaces"
        raise InvalidInput(errors=(FieldError("key", message),))
    return key


def hash_key(key: str) -> str:
    """What is stored of a key, in hex. A key is random, so one round of SHA-256 is enough."""
    return hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()


def show_prefix(key: str) -> str:
    """The first characters, so that people can tell keys apart; never more than a third."""
    return key[: min(10, len(key) // 3)]
