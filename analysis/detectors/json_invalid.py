"""Replies that should have been JSON and are not."""

from collections.abc import Iterator

from analysis.algorithms.attempts import find_attempts
from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, llm_ref, make_finding
from analysis.algorithms.wording import clock, counted, tallied

NAME = "json_invalid"


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for all of them: each costs a repair, another call, or a caller that gives up.

    The answer of an attempt is told once, not with its call again.
    """
    repeating = find_attempts(facts.llm_calls).outer
    calls = [call for call in facts.llm_calls if call.is_invalid_json and call.pk not in repeating]
    if not calls:
        return
    first = calls[0]
    when = f", first at {clock(first.end_ns, facts.now_ns)}" if first.end_ns is not None else ""
    models = tallied([call.response_model or call.request_model or "unknown model" for call in calls])
    count = counted(len(calls), "reply is", "replies are")
    title = f"{count} no valid JSON though JSON was asked for{when}: {models}."
    steps = len({call.step_id for call in calls if call.step_id})
    detail = f"They were asked for by {counted(steps, 'step')}." if steps else ""
    refs = [llm_ref(call) for call in calls]
    yield make_finding(NAME, "warning", title, refs, opened_ns=first.end_ns, detail=detail, subject="replies")
