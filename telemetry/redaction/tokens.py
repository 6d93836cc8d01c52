"""Detectors for credentials told by their shape: the table `tokens.toml`, JSON web tokens and two joint forms."""

import re
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from telemetry.redaction.hits import Find, Hit, Reading, Trigger
from telemetry.redaction.randomness import entropy

_PROBE = ("[A-Za-z0-9_+/=.@-]", 4)
_WORD_BEFORE = r"(?<![A-Za-z0-9])"
_ALONE = r"(?<![\w+/=-])"
_NOTHING_AFTER = r"(?![A-Za-z0-9_-])"

_NO_SPAN = (0, 0)
_MEASURED = 80
"""Characters whose entropy is measured."""

_JWT = re.compile(r"(?<![\w-])eyJ[A-Za-z0-9_-]{8,8192}\.(?:[A-Za-z0-9_-]{8,16384})?(?:\.[A-Za-z0-9_-]{0,8192}){0,3}")
_JWT_LIKE = re.compile(
    r"(?<![\w-])ey[A-Za-z0-9]{17,8192}\.ey[A-Za-z0-9/_-]{17,16384}\.(?:[A-Za-z0-9/_-]{10,8192}={0,2})?"
)
_JWT_LIKE_PROBE = ("[A-Za-z0-9]", 17)
_JWT_PROBE = ("[A-Za-z0-9_-]", 8)
_JWT_IN_BASE64 = re.compile(r"(?<![\w+/-])ZXlK[A-Za-z0-9+/_-]{24,16384}={0,2}")


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))


def token_triggers() -> Iterator[Trigger]:
    """One trigger for each literal beginning in the table."""
    for rule in _read("tokens.toml")["token"]:
        for start in rule["starts"]:
            yield _trigger(rule, start)
    yield _literal("eyJ", _JWT_PROBE, _JWT, "jwt", 0.0)
    yield _literal("ey", _JWT_LIKE_PROBE, _JWT_LIKE, "jwt", 3.0)
    yield _literal("ZXlK", ("[A-Za-z0-9+/_-]", 24), _JWT_IN_BASE64, "jwt", 0.0)


def _trigger(rule: dict[str, Any], start: str) -> Trigger:
    before = _ALONE if rule.get("alone") else _WORD_BEFORE if start[0].isalnum() or "before" in rule else ""
    after = _NOTHING_AFTER if rule.get("exact") else ""
    begin = f"(?i:{re.escape(start)})" if rule.get("fold") else re.escape(start)
    pattern = re.compile(f"{before}{rule.get('before', '')}{begin}{rule['rest']}{after}")
    probe = tuple(rule.get("probe", _PROBE))
    kind = rule.get("kind", "api_key")
    return _literal(
        start,
        probe,
        pattern,
        kind,
        rule.get("entropy", 0.0),
        span=tuple(rule.get("span", _NO_SPAN)),
        fold=bool(rule.get("fold")),
    )


def _literal(
    start: str,
    probe: tuple[str, int],
    pattern: re.Pattern[str],
    kind: str,
    bits: float,
    *,
    span: tuple[int, int] = _NO_SPAN,
    fold: bool = False,
) -> Trigger:
    size = probe[1]
    find = _detector(pattern, kind, bits, back=len(start) + size, span=span)
    tail = f"{probe[0]}{{{size}}}" if size else ""
    return Trigger(find, (start.lower() if fold else start,), tail=tail, fold=fold)


def _detector(pattern: re.Pattern[str], kind: str, bits: float, *, back: int, span: tuple[int, int]) -> Find:
    def find(reading: Reading, at: int) -> tuple[Hit, ...]:
        beginning = at - back
        for start in range(beginning - span[1], beginning - span[0] + 1):
            found = pattern.match(reading.text, start) if start >= 0 else None
            if found is not None and found.end() >= at:
                if bits and entropy(found.group()[:_MEASURED]) < bits:
                    return ()
                return (Hit(found.start(), found.end(), kind),)
        return ()

    return find
