"""Where a mission stands: whether it failed, whether anything still moves. Pure."""

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.outcome import STALL_NS, WAITING_KINDS


def quiet_ns(facts: MissionFacts) -> int:
    """How long nothing has happened; 0 when nothing ever did."""
    last_ns = facts.outcome.last_activity_ns
    return 0 if last_ns is None else max(0, facts.now_ns - last_ns)


def stands_still(facts: MissionFacts) -> bool:
    """It is not over and nothing happens: stalled, or all that is left of its plan waits for its turn and for nobody.

    Waiting for a person or a queue is none of that.
    """
    if facts.outcome.is_stalled:
        return True
    if facts.outcome.mission_status != "waiting" or not facts.plan.steps or quiet_ns(facts) <= STALL_NS:
        return False
    spans = (facts.span_of(row) for row in facts.outcome.open_leaves)
    return not any(span is not None and span.span_kind in WAITING_KINDS for span in spans)


def is_over_badly(facts: MissionFacts) -> bool:
    """It failed, was left, or stands still."""
    return facts.outcome.mission_status in ("failed", "gone") or stands_still(facts)


def gravity(facts: MissionFacts) -> str:
    """The severity of what can have decided the mission: an error where something did."""
    return "error" if is_over_badly(facts) else "warning"
