"""Arrays flattened into attribute names (`llm.tools.0.tool.json_schema`), put together again.

Indexes may have gaps: SDKs drop attributes beyond their limit (128 by default). Elements keep
their order, and what is missing is said, not filled.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

_MOST_SEGMENTS = 14


class Indexed(NamedTuple):
    """The elements that arrived, in index order."""

    elements: list[Any]
    missing: int
    """How many indexes below the highest have no element."""


def gather(attributes: Mapping[str, Any], prefix: str) -> Indexed:
    """The array under `prefix`, each element a scalar or a map of what follows its index."""
    start = f"{prefix}."
    tree: dict[Any, Any] = {}
    for name, value in attributes.items():
        if name.startswith(start):
            _place(tree, name[len(start) :].split(".", _MOST_SEGMENTS), value)
    indexes = [key for key in tree if isinstance(key, int)]
    missing = max(indexes) + 1 - len(indexes) if indexes else 0
    return Indexed([_settle(tree[index]) for index in sorted(indexes)], missing)


def _place(tree: dict[Any, Any], segments: list[str], value: Any) -> None:
    node = tree
    for segment in segments[:-1]:
        inner = node.setdefault(_key(segment), {})
        if not isinstance(inner, dict):
            inner = node[_key(segment)] = {"": inner}
        node = inner
    last = _key(segments[-1])
    if isinstance(node.get(last), dict):
        node[last][""] = value
    else:
        node[last] = value


def _key(segment: str) -> int | str:
    return int(segment) if segment.isascii() and segment.isdigit() and len(segment) <= 6 else segment


def _settle(node: Any) -> Any:
    """Maps of indexes become lists; the one-word wrappers of OpenInference are taken off."""
    if not isinstance(node, dict):
        return node
    if node and all(isinstance(key, int) for key in node):
        return [_settle(node[index]) for index in sorted(node)]
    settled = {str(key): _settle(value) for key, value in node.items()}
    if len(settled) == 1:
        (word, inner), *_ = settled.items()
        if word in ("message", "message_content", "tool_call", "tool", "document") and isinstance(inner, dict):
            return inner
    return settled
