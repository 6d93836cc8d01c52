"""RFC 6902 patches applied in place: all operations of one patch or none of them."""

from collections.abc import Callable
from typing import Any

from analysis.algorithms.pointer import Json, PathError, clone, equal_json, get_value, list_index, parse_pointer

MAX_OPERATIONS = 100_000
"""Operations of one patch that are applied; a longer patch is refused whole."""


class PatchError(ValueError):
    """A patch that does not fit the state; `operation` is the number of the one that failed."""

    def __init__(self, operation: int, reason: str) -> None:
        super().__init__(reason)
        self.operation = operation
        self.reason = reason


class Document:
    """A state that patches are applied to. It owns its value: nothing given to it is changed."""

    def __init__(self, value: Json) -> None:
        self._holder: list[Json] = [clone(value)]
        self._undo: list[Callable[[], object]] = []

    @property
    def value(self) -> Json:
        """The present state. Do not change it."""
        return self._holder[0]

    def apply(self, operations: Json) -> None:
        """Apply one patch; raises PatchError and leaves the state as it was when any operation fails."""
        if not isinstance(operations, list) or len(operations) > MAX_OPERATIONS:
            raise PatchError(0, "a patch is a list of operations")
        self._undo.clear()
        for number, operation in enumerate(operations):
            try:
                self._apply_one(operation)
            except PathError as error:
                self._roll_back()
                raise PatchError(number, str(error)) from error
        self._undo.clear()

    def _roll_back(self) -> None:
        while self._undo:
            self._undo.pop()()

    def _apply_one(self, operation: Any) -> None:
        if not isinstance(operation, dict):
            raise PathError("an operation is an object")
        keys = _pointer_of(operation, "path")
        match operation.get("op"):
            case "add":
                self._add(keys, clone(_value_of(operation)))
            case "replace":
                self._replace(keys, clone(_value_of(operation)))
            case "remove":
                self._remove(keys)
            case "test":
                if not equal_json(get_value(self.value, keys), _value_of(operation)):
                    raise PathError("the tested value is another")
            case "copy":
                self._add(keys, clone(get_value(self.value, _pointer_of(operation, "from"))))
            case "move":
                source = _pointer_of(operation, "from")
                if keys[: len(source)] == source and keys != source:
                    raise PathError("a value cannot move into itself")
                moved = get_value(self.value, source)
                if keys != source:
                    self._remove(source)
                    self._add(keys, moved)
            case other:
                raise PathError(f"no such operation: {str(other)[:40]}")

    def _place(self, keys: tuple[str, ...]) -> tuple[Json, Any]:
        """(container, key within it); the whole state lies in a list of one."""
        if not keys:
            return self._holder, "0"
        return get_value(self.value, keys[:-1]), keys[-1]

    def _add(self, keys: tuple[str, ...], value: Json) -> None:
        container, key = self._place(keys)
        if isinstance(container, dict):
            self._set(container, key, value)
        elif not isinstance(container, list):
            raise PathError(f"nothing lies below a {type(container).__name__}")
        elif container is self._holder:
            self._set(container, 0, value)
        else:
            position = len(container) if key == "-" else list_index(key, len(container) + 1)
            container.insert(position, value)
            self._undo.append(lambda: container.pop(position))

    def _replace(self, keys: tuple[str, ...], value: Json) -> None:
        container, key = self._place(keys)
        get_value(container, (key,))
        self._set(container, int(key) if isinstance(container, list) else key, value)

    def _remove(self, keys: tuple[str, ...]) -> None:
        container, key = self._place(keys)
        if container is self._holder:
            self._set(container, 0, None)
            return
        removed = get_value(container, (key,))
        if isinstance(container, list):
            position = int(key)
            del container[position]
            self._undo.append(lambda: container.insert(position, removed))
            return
        del container[key]
        self._undo.append(lambda: container.__setitem__(key, removed))

    def _set(self, container: Any, key: Any, value: Json) -> None:
        if isinstance(container, dict) and key not in container:
            self._undo.append(lambda: container.pop(key))
        else:
            old = container[key]
            self._undo.append(lambda: container.__setitem__(key, old))
        container[key] = value


def _pointer_of(operation: dict[str, Any], name: str) -> tuple[str, ...]:
    pointer = operation.get(name)
    if not isinstance(pointer, str):
        raise PathError(f"the operation has no {name}")
    return parse_pointer(pointer)


def _value_of(operation: dict[str, Any]) -> Json:
    if "value" not in operation:
        raise PathError("the operation has no value")
    return operation["value"]
