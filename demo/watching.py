"""A few of the usual alert rules, made over REST before the samples come: so that there is something that fires."""

from demo.door import Door

WATCHED = ("critical-failure", "finding", "stalled-mission")
"""Presets that the samples make fire."""
ORIGIN = "Made with the sample missions: remove it when you do not want it."
PRESETS, RULES = "/api/v1/alert-rule-presets/", "/api/v1/alert-rules/"


def add_rules(door: Door) -> None:
    """Make those that the project does not have. Needs a key with the scope `admin`."""
    for preset in door.read(PRESETS)["results"]:
        if preset["id"] in WATCHED and preset["rule_id"] is None:
            rule = preset["rule"]
            door.add(RULES, {**rule, "note": f"{rule.get('note', '')}\n\n{ORIGIN}".strip()})
