"""Detectors for credentials that only their provider's name gives away: the table `vendors.toml`."""

import re
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from telemetry.redaction.hits import Find, Hit, Reading, Trigger
from telemetry.redaction.randomness import entropy

_ASSIGNED = r"[ \t\w.-]{0,20}[\s'\"`\\\]]{0,6}(?:=>|\?=|={1,3}|:{1,3}=?|>|\|\||,)[\s'\"`=\\]{0,6}"
_BEFORE_VALUE = r"(?<![A-Za-z0-9_/+-])"
_AFTER_VALUE = r"(?![A-Za-z0-9_/+-])"
_LEAST_BITS = 2.0


def vendor_triggers() -> Iterator[Trigger]:
    """One trigger for each provider in the table."""
    table = tomllib.loads(files(__package__).joinpath("vendors.toml").read_text(encoding="utf-8"))
    for rule in table["vendor"]:
        for name in rule["names"]:
            yield Trigger(_detector(rule), (name,), fold=True)


def _detector(rule: dict[str, Any]) -> Find:
    values = "|".join(rule["values"])
    pattern = re.compile(f"{_ASSIGNED}{_BEFORE_VALUE}({values}){_AFTER_VALUE}", re.IGNORECASE)
    bits = rule.get("entropy", _LEAST_BITS)

    def find(reading: Reading, at: int) -> tuple[Hit, ...]:
        found = pattern.match(reading.text, at)
        if found is None or entropy(found.group(1)) < bits:
            return ()
        return (Hit(*found.span(1), "api_key"),)

    return find
