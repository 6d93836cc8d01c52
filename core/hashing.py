"""Short content hashes (blake2b)."""

from hashlib import blake2b


def digest8(*parts: bytes) -> bytes:
    """8 bytes over the parts in order."""
    state = blake2b(digest_size=8)
    for part in parts:
        state.update(part)
    return state.digest()


def digest16(*parts: bytes) -> bytes:
    """16 bytes over the parts in order."""
    state = blake2b(digest_size=16)
    for part in parts:
        state.update(part)
    return state.digest()
