"""JSON values in place: pointers (RFC 6901), equality and copies that no depth can break."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

Json = Any
"""None, bool, int, float, str, list or dict of these."""


class PathError(ValueError):
    """A pointer that leads nowhere in this value."""


@lru_cache(maxsize=65_536)
def parse_pointer(pointer: str) -> tuple[str, ...]:
    """The keys of a pointer; the empty pointer is the whole value. A lone `/` names the key that is empty."""
    if pointer == "":
        return ()
    if not pointer.startswith("/"):
        raise PathError(f"a pointer starts with a slash: {pointer[:80]}")
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/"))


def join_pointer(keys: tuple[str | int, ...]) -> str:
    """The pointer with these keys."""
    return "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in keys)


def list_index(key: str, length: int) -> int:
    """A position in a list of this length, as RFC 6901 writes it: no sign, no leading zero."""
    if not key.isascii() or not key.isdigit() or (len(key) > 1 and key[0] == "0") or len(key) > 18:
        raise PathError(f"not a position in a list: {key[:80]}")
    position = int(key)
    if position >= length:
        raise PathError(f"position {position} is beyond a list of {length}")
    return position


def get_value(value: Json, keys: tuple[str, ...]) -> Json:
    """What lies under these keys; PathError when there is nothing."""
    for key in keys:
        if isinstance(value, dict):
            if key not in value:
                raise PathError(f"no key {key[:80]}")
            value = value[key]
        elif isinstance(value, list):
            value = value[list_index(key, len(value))]
        else:
            raise PathError(f"nothing lies below a {type(value).__name__}: {key[:80]}")
    return value


def clone(value: Json) -> Json:
    """A copy that shares no list or dict with the original."""
    if not isinstance(value, dict | list):
        return value
    copied: Json = {} if isinstance(value, dict) else []
    stack = [(value, copied)]
    while stack:
        source, target = stack.pop()
        for key, item in _items(source):
            if isinstance(item, dict | list):
                inner: Json = {} if isinstance(item, dict) else []
                stack.append((item, inner))
                item = inner
            if isinstance(target, dict):
                target[key] = item
            else:
                target.append(item)
    return copied


def equal_json(left: Json, right: Json) -> bool:
    """Equal as JSON: true is not 1, the order of keys does not matter, 1 equals 1.0."""
    stack = [(left, right)]
    while stack:
        one, other = stack.pop()
        if one is other:
            continue
        if isinstance(one, dict):
            if not isinstance(other, dict) or one.keys() != other.keys():
                return False
            stack.extend((item, other[key]) for key, item in one.items())
        elif isinstance(one, list):
            if not isinstance(other, list) or len(one) != len(other):
                return False
            stack.extend(zip(one, other, strict=True))
        elif isinstance(one, bool) != isinstance(other, bool) or one != other:
            return False
    return True


def _items(value: Json) -> Iterator[tuple[Any, Json]]:
    return iter(value.items()) if isinstance(value, dict) else enumerate(value)
