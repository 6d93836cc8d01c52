"""Texts made from each rule of gitleaks: the secret in them is gone afterwards."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from telemetry.redaction import Redactor
from telemetry.redaction.randomness import entropy
from tests.telemetry.redaction.pattern_samples import Sampler, to_python

REDACTOR = Redactor(b"a project's key")
SAMPLES = 6
TRIES = 60
NOT_CLAIMED = {
    "hashicorp-tf-password": '`password, "x"` and `password || "x"` are lists and expressions far more often',
    "generic-api-key": "the same for its `,` and `||`",
    "sourcegraph-access-token": "40 hexadecimal digits without a prefix are commits far more often",
    "nytimes-access-token": "the rule wants a comma in the name",
    "kubernetes-secret-yaml": "a text made from the rule is no YAML; see test_kinds",
}
NO_SAMPLE = {"pkcs12-file": "a rule about file names"}


def _rules(shared_data: Path) -> list[dict[str, Any]]:
    return tomllib.loads((shared_data / "data/pii/gitleaks.toml").read_text())["rules"]


def _samples(rule: dict[str, Any]) -> list[tuple[str, str]]:
    """Texts that the rule itself accepts, each with its secret."""
    pattern = re.compile(to_python(rule["regex"]))
    keywords = rule.get("keywords") or [""]
    samples: list[tuple[str, str]] = []
    for number in range(TRIES):
        text = Sampler(f"{rule['id']} {number}").sample(rule["regex"])
        text = text if any(word in text.lower() for word in keywords) else f"{keywords[0]} {text}"
        found = pattern.search(text)
        secret = max((group for group in found.groups() if group), key=len, default=found.group()) if found else ""
        if secret and entropy(secret) >= rule.get("entropy", 0):
            samples.append((text, secret))
        if len(samples) == SAMPLES:
            break
    return samples


def test_no_rule_s_secret_survives(shared_data: Path) -> None:
    rules = [rule for rule in _rules(shared_data) if rule["id"] not in NO_SAMPLE]
    survived: dict[str, list[str]] = {}
    tried = 0
    for rule in rules:
        for text, secret in _samples(rule):
            tried += 1
            if secret in REDACTOR.redact_text(f"see {text} end")[0]:
                survived.setdefault(rule["id"], []).append(text)
    print(f"{len(rules)} rules, {tried} texts, survived: { ({name: len(texts) for name, texts in survived.items()}) }")
    assert len(rules) == 221
    assert tried > 215 * SAMPLES
    assert {name: texts[:2] for name, texts in survived.items() if name not in NOT_CLAIMED} == {}


@pytest.mark.parametrize(
    "rule_id", ["github-pat", "stripe-access-token", "slack-bot-token", "anthropic-api-key", "datadog-access-token"]
)
def test_a_secret_is_found_in_every_dress(shared_data: Path, rule_id: str) -> None:
    rule = next(rule for rule in _rules(shared_data) if rule["id"] == rule_id)
    for text, secret in _samples(rule):
        for dressed in (f'{{"a": "{text}"}}', f"- `{text}`", f"line\\n{text}\\nline", f"({text})", f"x={text}&y=1"):
            assert secret not in REDACTOR.redact_text(dressed)[0], dressed
