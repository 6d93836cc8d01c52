"""Answers that came from a cache: they may be stale, and what is said of them is said of an earlier call."""

from collections.abc import Iterator

from analysis.algorithms.attempts import find_attempts
from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, Ref, llm_ref, make_finding
from analysis.algorithms.standing import is_over_badly
from analysis.algorithms.wording import clock, counted

NAME = "cache_replay"


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for all: replies whose sender says so, and replies with the id of an earlier one."""
    replays = find_attempts(facts.llm_calls).replays
    calls = [call for call in facts.llm_calls if call.from_cache or call.pk in replays]
    if not calls:
        return
    first = calls[0]
    when = f", first at {clock(first.end_ns, facts.now_ns)}" if first.end_ns is not None else ""
    title = f"{counted(len(calls), 'reply', 'replies')} came from a cache{when}: the model was not asked again."
    named = sum(call.pk in replays for call in calls)
    detail = (
        f"{counted(named, 'of them has', 'of them have')} the id of an earlier reply of this mission." if named else ""
    )
    refs: list[Ref] = []
    for call in calls:
        refs.append(llm_ref(call))
        refs += [llm_ref(facts.llm_by_pk[replays[call.pk]])] if call.pk in replays else []
    severity = "warning" if is_over_badly(facts) else "info"
    yield make_finding(NAME, severity, title, refs, opened_ns=first.end_ns, detail=detail, subject="replies")
