"""Replies that a content filter withheld or the model refused."""

from collections.abc import Iterator

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, llm_ref, make_finding
from analysis.algorithms.wording import clock

NAME = "refused_output"
REFUSAL_REASONS = frozenset(
    {"content_filter", "content_filtered", "safety", "refusal", "guardrail_intervened", "prohibited_content",
     "recitation", "blocklist", "spii"}
)  # fmt: skip


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for each such reply."""
    for call in facts.llm_calls:
        reason = next((why for why in call.finish_reasons if why.lower() in REFUSAL_REASONS), None)
        if reason is not None:
            when = f" at {clock(call.end_ns, facts.now_ns)}" if call.end_ns is not None else ""
            name = call.response_model or call.request_model or "The model"
            title = f"{name} withheld its reply{when}: {reason}."
            yield make_finding(NAME, "warning", title, [llm_ref(call)], opened_ns=call.end_ns)
