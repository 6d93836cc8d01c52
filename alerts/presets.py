"""The usual rules, ready to be made: what most projects want to be told of. Pure.

A preset is a form as every rule has one: nothing is made until somebody sends it to `alerts.actions.create_rule`.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from alerts.forms import read_rule
from alerts.records import RuleRow
from core.errors import FieldError, InvalidInput

LLM = "missionscope.llm.duration"
ACTIVE = "missionscope.missions.active"


class Preset(NamedTuple):
    """A usual rule."""

    slug: str
    words: str
    """What it tells, in one sentence."""
    rule: dict[str, Any]
    """The form of the rule; it names no channels."""


def _preset(slug: str, words: str, name: str, kind: str, severity: str, **fields: Any) -> Preset:
    form = {"name": name, "kind": kind, "severity": severity, "condition": {}, **fields}
    return Preset(slug, words, form)


PRESETS = (
    _preset(
        "request-errors",
        "At least 5 % of a service's requests fail, and twice the share of the 5 minutes before.",
        "Requests fail", "error_rate_spike", "critical", group_by=["service"],
        note="Open the missions behind it: the first failed span usually names the cause.",
    ),
    _preset(
        "critical-failure",
        "A service writes CRITICAL, or an error that was resolved came back.",
        "Critical failure of a service", "critical_failure", "critical",
        condition={"signs": ["critical_log", "regressed_error"]},
        note="Open the error: it shows the state of the application at that moment.",
    ),
    _preset(
        "new-error",
        "An error that nobody has seen before.",
        "A new error", "critical_failure", "info",
        condition={"signs": ["new_error"]},
        note="Open the error: it shows the state of the application at that moment.",
    ),
    _preset(
        "llm-errors",
        "At least 10 % of a model's calls fail, and twice the share of the 10 minutes before.",
        "Model calls fail", "error_rate_spike", "warning", group_by=["model"],
        condition={"metric": LLM, "window_s": 600, "least_rate": 0.1},
        note="Look at the provider's status page and at the limits of the key.",
    ),
    _preset(
        "llm-p99",
        "The slowest 1 % of a model's calls take more than 30 seconds, of at least 20 calls in 10 minutes.",
        "Model calls are slow", "metric", "warning", group_by=["model"],
        condition={"metric": LLM, "aggregation": "p99", "threshold": 30, "window_s": 600, "least_count": 20},
        note="Look at the provider's status page, then at how long the prompts have become.",
    ),
    _preset(
        "human-pending",
        "A question to a person has had no answer for 10 minutes.",
        "A person is waited for", "human_pending", "warning",
        note="Open the mission: the question is on its page.",
    ),
    _preset(
        "human-timeout",
        "A question to a person went unanswered.",
        "A person did not answer", "human_timeout", "warning",
        note="Somebody has to see what the mission did without the answer.",
    ),
    _preset(
        "stalled-mission",
        "A mission is not over, and nothing has happened in it for 15 minutes.",
        "A mission stands still", "stalled_mission", "warning",
        note="Its page names the span that it waits for.",
    ),
    _preset(
        "mission-cost",
        "A mission has cost more than 5 dollars.",
        "A mission is over its budget", "budget", "warning",
        condition={"measure": "cost_usd", "threshold": "5.00"},
        note="Look for a loop, and for inputs that grow with every call.",
    ),
    _preset(
        "mission-tokens",
        "A mission has used more than 1,000,000 tokens.",
        "A mission uses too many tokens", "budget", "warning",
        condition={"measure": "tokens", "threshold": "1000000"},
        note="Look for a loop, and for inputs that grow with every call.",
    ),
    _preset(
        "finding",
        "A detector finds the cause of a failure in a mission.",
        "A mission went wrong", "finding", "warning",
        note="The finding names the span to look at first.",
    ),
    _preset(
        "no-data",
        "No mission has told anything for 30 minutes, and some did within the last day.",
        "Nothing arrives", "no_data", "critical",
        condition={"metric": ACTIVE, "window_s": 1800},
        note="Are the services up, and do they reach MissionScope with a valid key?",
    ),
)  # fmt: skip
"""In the order in which they are offered."""
BY_SLUG = {preset.slug: preset for preset in PRESETS}


def get_preset(slug: str) -> Preset:
    """The preset of this name. Raises InvalidInput."""
    if slug not in BY_SLUG:
        raise InvalidInput(errors=(FieldError("preset", f"must be one of {', '.join(BY_SLUG)}"),))
    return BY_SLUG[slug]


def match_presets(rules: Iterable[RuleRow]) -> dict[str, int]:
    """Slug of each preset that a project has already, to the key of its rule: one of its name or with its condition."""
    rows = list(rules)
    by_name = {row.name: row.pk for row in rows}
    by_condition = {_what(row.kind, row.condition, row.group_by): row.pk for row in reversed(rows)}
    found: dict[str, int] = {}
    for preset in PRESETS:
        form = read_rule(preset.rule)
        known = by_name.get(form.name) or by_condition.get(_what(form.kind, form.condition, form.group_by or ()))
        if known is not None:
            found[preset.slug] = known
    return found


def _what(kind: str, condition: dict[str, Any], group_by: tuple[str, ...]) -> str:
    return repr((kind, sorted(condition.items()), sorted(group_by)))
