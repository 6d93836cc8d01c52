"""Wishes about labels: which firings a silence or an inhibition is about. Pure, and linear in what is matched."""

from collections.abc import Iterable, Mapping

from alerts.records import Matcher

OPS = ("=", "!=", "like", "not like")


def matches(matchers: Iterable[Matcher], labels: Mapping[str, str]) -> bool:
    """Do all hold? A label that is not there is empty."""
    return all(_holds(matcher, labels.get(matcher.label, "")) for matcher in matchers)


def _holds(matcher: Matcher, value: str) -> bool:
    if matcher.op in ("=", "!="):
        return (value == matcher.value) == (matcher.op == "=")
    return _is_like(value, matcher.value) == (matcher.op == "like")


def _is_like(value: str, pattern: str) -> bool:
    """`*` stands for anything. The parts between stars are looked for one after another: the first place will do."""
    first, *rest = pattern.split("*")
    if not rest:
        return value == pattern
    if not value.startswith(first):
        return False
    at = len(first)
    for part in rest[:-1]:
        found = value.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return len(value) - at >= len(rest[-1]) and value.endswith(rest[-1])
