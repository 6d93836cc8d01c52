"""Statuses that are in no vocabulary: kept and shown as sent, but nothing is concluded from them."""

from collections import Counter
from collections.abc import Iterator

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, Ref, agent_ref, make_finding, step_ref
from analysis.algorithms.wording import counted, shorten, times

NAME = "unknown_status"
KNOWN = frozenset(
    "error initializing pending running awaiting paused completed aborted reflecting planning unknown "
    "cancelled canceled waiting replaced failed failure skipped accepted rejected in_progress expired done ok "
    "success succeeded created started finished active gone queued ready vanished lost unreachable dead".split()
)
"""The words of stage7's missions, agents, steps and tasks, and plain words that other senders use."""


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for all unknown words of agents and steps."""
    words: Counter[str] = Counter()
    refs: list[Ref] = []
    for step in facts.plan.steps:
        if step.status and step.status.lower() not in KNOWN:
            words[step.status] += 1
            refs.append(step_ref(step))
    for agent in facts.plan.agents:
        if agent.status and agent.status.lower() not in KNOWN:
            words[agent.status] += 1
            refs.append(agent_ref(agent))
    if words:
        told = ", ".join(f"'{shorten(word, 40)}' {times(count)}" for word, count in words.most_common(5))
        title = f"{counted(len(words), 'status word is', 'status words are')} unknown: {told}."
        yield make_finding(NAME, "info", title, refs, opened_ns=None, subject="words")
