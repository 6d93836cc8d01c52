"""A mission that was paused and that nobody resumed; the cause is named where it is told."""

import re
from collections.abc import Iterator

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, Ref, agent_ref, make_finding, step_ref
from analysis.algorithms.standing import quiet_ns
from analysis.algorithms.wording import clock, sentence, shorten

NAME = "paused_by_disconnect"
PAUSED = "paused"
OVER = frozenset({"completed", "aborted", "error", "failed"})
_TEXT = re.compile(
    r"disconnect|socket|connection (?:was )?(?:closed|lost)|tab (?:was )?closed|client (?:left|gone)", re.I
)


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """At most one finding, for a mission that is said to be paused, or all of whose agents that are not over are."""
    plan = facts.plan
    going = [agent for agent in plan.agents if agent.status.lower() not in OVER]
    paused = [agent for agent in going if agent.status.lower() == PAUSED]
    if plan.status_word.lower() != PAUSED and (not paused or len(paused) < len(going)):
        return
    since_ns = min((agent.changed_ns for agent in paused), default=facts.outcome.last_activity_ns)
    reasons = [plan.reason, *(agent.error for agent in paused)]
    cause = next((reason for reason in reasons if reason and _TEXT.search(reason)), "")
    since = f" since {clock(since_ns, facts.now_ns)}" if since_ns is not None else ""
    if cause:
        title = sentence(f"Paused{since} because a connection closed, and nobody resumed it: {shorten(cause)}")
    else:
        title = f"Paused{since}, and nobody resumed it."
        told = next((reason for reason in reasons if reason), "")
        title += f" Said: {shorten(told)}." if told else ""
    detail = "" if cause else "stage7 pauses a mission when the browser tab that started it is closed."
    refs: list[Ref] = [agent_ref(agent) for agent in paused] or [step_ref(step) for step in plan.steps[:1]]
    severity = "error" if quiet_ns(facts) > 0 and cause else "warning"
    yield make_finding(NAME, severity, title, refs, opened_ns=since_ns, detail=detail, subject="mission")
