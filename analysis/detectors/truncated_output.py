"""Replies that stopped because they reached the limit of length."""

from collections.abc import Iterator

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, llm_ref, make_finding
from analysis.algorithms.wording import clock, counted

NAME = "truncated_output"
LENGTH_REASONS = frozenset(
    {"length", "max_tokens", "max_output_tokens", "model_length", "model_context_window_exceeded"}
)


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for all of them, agents named; the first reply is the main record."""
    cut = [call for call in facts.llm_calls if any(why.lower() in LENGTH_REASONS for why in call.finish_reasons)]
    if not cut:
        return
    first = cut[0]
    agent = facts.agent_of(first)
    whose = f" of agent {agent}" if agent else ""
    when = f" at {clock(first.end_ns, facts.now_ns)}" if first.end_ns is not None else ""
    tokens = f" after {first.output_tokens} tokens" if first.output_tokens else ""
    title = f"A reply{whose} was cut off{tokens} by the length limit{when}."
    if len(cut) > 1:
        title = f"{counted(len(cut), 'reply', 'replies')} were cut off by the length limit, the first{whose}{when}."
    yield make_finding(
        NAME, "warning", title, [llm_ref(call) for call in cut], opened_ns=first.end_ns, subject="replies"
    )
