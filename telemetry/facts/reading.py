"""The facts of a log record, by the event it is."""

from typing import Any

from telemetry.facts.native import read_native_facts
from telemetry.facts.records import encode_facts
from telemetry.stage7.facts import read_stage7_facts

FACT_PREFIXES = ("stage7.", "missionscope.")


def read_facts(event_name: str, body: Any) -> bytes:
    """What the record says about its mission's plan, encoded; empty when nothing."""
    reader = read_stage7_facts if event_name.startswith("stage7.") else read_native_facts
    facts = reader(event_name, body)
    return encode_facts(facts) if facts else b""
