"""Work that is open while nothing happens: stalled, or abandoned when that has lasted for a day."""

from collections.abc import Iterator

from analysis.algorithms.blockage import NOT_BEGUN
from analysis.algorithms.blockage_words import Agents, tell_blocker, tell_blockers
from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, Ref, ghost_ref, make_finding, step_ref
from analysis.algorithms.standing import stands_still
from analysis.algorithms.step_words import is_open_step
from analysis.algorithms.wording import clock, counted, lasting, name_span, sentence
from plans.records import NOWHERE

NAME = "stall"
SHOWN = 8


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """At most one finding; since the last activity. With the steps of a plan it names what holds them up."""
    since_ns = facts.outcome.last_activity_ns
    if since_ns is None:
        return
    is_still = stands_still(facts)
    if (is_still or facts.outcome.mission_status == "gone") and any(map(is_open_step, facts.plan.steps)):
        yield _plan_stopped(facts, since_ns, is_still=is_still)
    elif is_still:
        yield _stalled(facts, since_ns)
    elif facts.outcome.mission_status == "gone":
        yield from _abandoned(facts, since_ns)


def _plan_stopped(facts: MissionFacts, since_ns: int, *, is_still: bool) -> Finding:
    steps = facts.plan.steps
    left = sum(map(is_open_step, steps))
    blockers = facts.blockage.blockers
    when = clock(since_ns, facts.now_ns)
    if is_still:
        title = f"Stalled since {when}: nothing has happened for {lasting(facts.now_ns - since_ns)} and "
    else:
        title = f"Abandoned: nothing has happened since {when}, and "
    title += f"{left} of {counted(len(steps), 'step')} {'has' if left == 1 else 'have'} not ended."
    agents = Agents(facts.plan)
    if blockers:
        telling = next((each for each in blockers if each.why != NOT_BEGUN), blockers[0])
        title += f" {sentence(tell_blocker(facts.plan, agents, telling))}"
    refs: list[Ref] = []
    for each in blockers:
        refs.append(step_ref(steps[each.step]) if each.step != NOWHERE else ghost_ref(facts.plan.ghosts[each.ghost]))
    detail = " ".join(sentence(words) for words in tell_blockers(facts.plan, agents, blockers, SHOWN))
    return make_finding(NAME, "error", title, refs, opened_ns=since_ns, detail=detail, subject="mission")


def _stalled(facts: MissionFacts, since_ns: int) -> Finding:
    leaves = [row for row in facts.outcome.open_leaves if facts.outcome.statuses[row] == "active"]
    spans = [span for row in leaves if (span := facts.span_of(row)) is not None]
    title = (
        f"Stalled since {clock(since_ns, facts.now_ns)}: nothing has happened for {lasting(facts.now_ns - since_ns)}"
    )
    if spans:
        latest = max(spans, key=lambda span: (span.start_ns or 0, span.span_id))
        verb = "has not answered" if latest.span_kind == "LLM" else "has not ended"
        title += f" and {name_span(latest)}, begun {clock(latest.start_ns or 0, facts.now_ns)}, {verb}"
        if len(spans) > 1:
            title += f" ({len(spans) - 1} more open)"
    refs = [ref for row in reversed(leaves) for ref in facts.refs_of(row)]
    return make_finding(NAME, "error", title + ".", refs, opened_ns=since_ns, subject="mission")


def _abandoned(facts: MissionFacts, since_ns: int) -> Iterator[Finding]:
    left = [
        (row.index, row.span)
        for row in facts.tree.rows
        if row.span is not None and facts.outcome.statuses[row.index] == "gone" and row.span.end_ns is None
    ]
    refs = [ref for row, _ in reversed(left) for ref in facts.refs_of(row)]
    when = clock(since_ns, facts.now_ns)
    if left:
        name = name_span(left[-1][1])
        more = f" and {counted(len(left) - 1, 'more span')}" if len(left) > 1 else ""
        title = f"Abandoned: nothing has happened since {when}, and {name}{more} never ended."
    else:
        cancelled = [row for row in facts.tree.roots if facts.outcome.statuses[row] == "gone"]
        refs = [ref for row in cancelled for ref in facts.refs_of(row)]
        title = f"Cancelled: the mission was stopped before {when}."
    yield make_finding(NAME, "error" if left else "warning", title, refs, opened_ns=since_ns, subject="mission")
