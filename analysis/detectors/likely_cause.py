"""The early fault that a late failure most likely comes from, with the reason for thinking so."""

from collections.abc import Iterator

from analysis.algorithms.causes import LikelyCause, find_likely_causes
from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, Ref, log_ref, make_finding
from analysis.algorithms.wording import clock, name_span, reason_of, sentence, shorten

NAME = "likely_cause"


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for each failure that has one, in missions that failed or were abandoned."""
    if facts.outcome.mission_status in ("failed", "gone"):
        for cause in find_likely_causes(facts):
            yield _finding(facts, cause)


def _finding(facts: MissionFacts, cause: LikelyCause) -> Finding:
    began, asking = facts.span_of(cause.began), facts.span_of(cause.asking)
    assert began is not None, "only spans report failures and own log records"
    moment_ns = cause.log.time_ns if cause.log else began.end_ns if began.end_ns is not None else began.start_ns
    when = f" at {clock(moment_ns, facts.now_ns)}" if moment_ns is not None else ""
    way = [cause.began, cause.carrier, cause.asking, cause.late, cause.failure]
    refs: list[Ref] = [log_ref(cause.log)] if cause.log else []
    refs = [*(ref for row in way[:1] for ref in facts.refs_of(row)), *refs]
    refs.extend(ref for row in way[1:] for ref in facts.refs_of(row))
    later = facts.span_of(cause.late)
    detail = ""
    if asking is not None and later is not None and cause.asking != cause.late:
        had = "had the answer in its prompt and" if cause.is_in_prompt else "of the same run"
        detail = sentence(f"{name_span(asking)} {had} asked for {name_span(later)}")
    return make_finding(
        NAME, "error", f"Likely cause: {_words(facts, cause, when)} {_reason(facts, cause)}", refs,
        opened_ns=moment_ns, detail=detail,
    )  # fmt: skip


def _words(facts: MissionFacts, cause: LikelyCause, when: str) -> str:
    """`tool x failed at …: reason.`, with the service and the tool run it happened in."""
    began, carrier = facts.span_of(cause.began), facts.span_of(cause.carrier)
    assert began is not None, "only spans report failures and own log records"
    inside, name = "", name_span(began)
    if carrier is not None and cause.carrier != cause.began:
        inside = f", inside {name_span(carrier)}"
        if began.service_name not in (carrier.service_name, "") and began.service_name not in name:
            name += f" of service {began.service_name}"
    if cause.log is not None:
        who = cause.log.service_name or name
        return _closed(f"{who} logged an error{when}{inside}: {shorten(cause.log.body)}")
    reason = reason_of(began)
    return _closed(f"{name} failed{when}{inside}{': ' if reason else ''}{reason}")


def _closed(words: str) -> str:
    return words if words[-1] in ".!?…" else f"{words}."


def _reason(facts: MissionFacts, cause: LikelyCause) -> str:
    late, carrier, agent = facts.span_of(cause.late), facts.span_of(cause.carrier), facts.agents[cause.asking]
    went_on = carrier is not None and facts.outcome.statuses[cause.carrier] == "ok"
    start = "The tool answered as if nothing was wrong; its answer" if went_on else "Its answer"
    what = name_span(late) if late is not None else "the call that failed"
    where = f"was in the prompt {'of' if cause.late == cause.asking else 'that led to'} {what}"
    if not cause.is_in_prompt:
        where = f"went to the run of {f'agent {agent}' if agent else 'the agent'} that came to {what}"
    return f"{start} {where}, and both name {' and '.join(cause.terms)}."
