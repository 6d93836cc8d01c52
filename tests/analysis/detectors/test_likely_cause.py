"""A late failure names the early fault it most likely comes from, and nothing where the records do not say so."""

import pytest

from analysis.algorithms.facts import build_facts
from analysis.algorithms.verdict import compose_verdict
from analysis.detectors.registry import run_detectors
from tests.analysis.making import at, llm_call, log, span, tool_call

LATE = "no price for item QX-4711"
EARLY = "row QX-4711 could not be read"


def mission(
    *,
    early=EARLY,
    late=LATE,
    early_kind="OTHER",
    second_prompt="suab",
    late_run="run",
    ok_in_the_end=False,
    retried=False,
):
    """planner: chat asks for load (a read in it fails, load says OK); chat asks for price, which fails and ends it.

    run ✕ ─┬─ c1
           ├─ load ── read ✕
           ├─ c2
           └─ price ✕
    """
    spans = [
        span("run", end=30, kind="AGENT", agent="planner", status="OK" if ok_in_the_end else "ERROR"),
        span("again", "run", 9, 29, kind="AGENT", agent="pricer", status="OK" if ok_in_the_end else "UNSET"),
        span("c1", "run", 1, 2, kind="LLM", label="chat gpt-x", agent="planner"),
        span("load", "run", 3, 5, kind="TOOL", label="execute_tool load", agent="planner", status="OK"),
        span("read", "load", 3.5, 4, kind=early_kind, label="read row", status="ERROR", message=early, service="store"),
        span("c2", late_run, 10, 11, kind="LLM", label="chat gpt-x", agent="planner"),
        span("price", late_run, 12, 13, kind="TOOL", label="execute_tool price", agent="planner", status="ERROR",
             error="LookupError", message=late),
    ]  # fmt: skip
    if retried:
        spans.append(span("read2", "load", 4.2, 4.5, kind=early_kind, label="read row", service="store"))
    by_id = {each.span_id: each for each in spans}
    c1, c2, load, price = (by_id[each.encode().hex().ljust(16, "0")] for each in ("c1", "c2", "load", "price"))
    calls = [llm_call(c1, hashes="su", asks=("one",)), llm_call(c2, hashes=second_prompt, asks=("two",))]
    return spans, calls, [tool_call(load, "load", call_id="one"), tool_call(price, "price", call_id="two")]


def causes(spans, calls, tools, logs=()):
    return [
        each
        for each in run_detectors(build_facts(spans, calls, tools, logs, at(60)))
        if each.detector == "likely_cause"
    ]


def test_the_verdict_tells_the_late_failure_and_its_likely_cause_with_the_reason():
    facts = build_facts(*mission(), (), at(60))
    findings = run_detectors(facts)
    verdict = compose_verdict(facts, findings)
    assert verdict.sentence == (
        "Tool price of agent planner failed at 09:40:13 UTC: LookupError: no price for item QX-4711. "
        "Likely cause: read row of service store failed at 09:40:04 UTC, inside tool load: row QX-4711 could not be "
        "read. The tool answered as if nothing was wrong; its answer was in the prompt that led to tool price, "
        "and both name QX-4711."
    )
    assert (verdict.severity, verdict.since_ns) == ("error", at(4))


def test_the_evidence_is_the_way_from_the_cause_to_the_failure():
    facts = build_facts(*mission(), (), at(60))
    verdict = compose_verdict(facts, run_detectors(facts))
    spans = [ref.id.split("/")[1] for ref in verdict.evidence if ref.type == "span"]
    named = [bytes.fromhex(each).rstrip(b"\0").decode() for each in spans]
    assert named[:4] == ["read", "load", "c2", "price"]
    assert verdict.root_ref.id.endswith(spans[0])
    cause = next(each for each in run_detectors(facts) if each.detector == "likely_cause")
    late = next(each for each in run_detectors(facts) if each.detector == "first_failure")
    assert (cause.is_root, late.is_root, late.caused_by) == (True, False, cause.id)


def test_an_answer_to_the_same_run_of_the_agent_counts_when_prompts_are_not_recorded_whole():
    (cause,) = causes(*mission(second_prompt="z"))
    assert "its answer went to the run of agent planner that came to tool price" in cause.title


@pytest.mark.parametrize(
    "changed",
    [
        {"early": "row AB-1 could not be read"},
        {"early": "not found", "late": "not found"},
        {"second_prompt": "z", "late_run": "again"},
        {"retried": True},
        {"ok_in_the_end": True},
    ],
    ids=["other thing", "no name", "other run of an agent", "made good", "mission ok"],
)
def test_nothing_is_claimed_when_the_records_do_not_say_so(changed):
    assert causes(*mission(**changed)) == []


def test_an_earlier_attempt_of_the_same_tool_is_no_cause():
    spans, calls, tools = mission()
    tools = [tool_call(spans[3], "price", call_id="one"), tools[1]]
    assert causes(spans, calls, tools) == []


def test_an_error_that_only_a_log_of_the_earlier_tool_tells_of_is_a_cause():
    spans, calls, tools = mission(early="")
    spans = [each for each in spans if each.name != "read row"]
    load = next(each for each in spans if each.name == "execute_tool load")
    (cause,) = causes(spans, calls, tools, [log(4, "row QX-4711 skipped", of=load)])
    assert cause.title.startswith("Likely cause: svc logged an error at 09:40:04 UTC: row QX-4711 skipped.")
    assert [ref.type for ref in cause.refs[:3]] == ["span", "tool_call", "log"]


def test_a_span_is_told_before_the_log_of_the_same_moment():
    spans, calls, tools = mission()
    load = next(each for each in spans if each.name == "execute_tool load")
    (cause,) = causes(spans, calls, tools, [log(4, "row QX-4711 skipped", of=load)])
    assert cause.title.startswith("Likely cause: read row of service store failed")


def test_a_failure_above_that_gives_no_reason_tells_the_last_one_in_it_and_its_cause():
    spans, calls, tools = mission()
    said = span("c3", "run", 14, 15, kind="LLM", label="chat gpt-x", agent="planner")
    facts = build_facts([*spans, said], calls, tools, (), at(60))
    sentence = compose_verdict(facts, run_detectors(facts)).sentence
    assert sentence.startswith(
        "Agent planner failed at 09:40:30 UTC. It gives no reason. The last failure in it: tool price, "
        "LookupError: no price for item QX-4711. Likely cause: read row of service store failed at 09:40:04 UTC"
    )


def test_an_abandoned_mission_tells_the_failure_then_its_likely_cause_then_that_it_was_left():
    spans, calls, tools = mission()
    top = span("top", end=None, kind="AGENT", agent="boss")
    spans = [top, span("run", "top", end=30, kind="AGENT", agent="planner", status="ERROR"), *spans[1:]]
    facts = build_facts(spans, calls, tools, (), at(3 * 86_400))
    findings = run_detectors(facts)
    failed, abandoned = compose_verdict(facts, findings).sentence.split(" Abandoned: ")
    assert failed.startswith("Tool price of agent planner failed at 2025-08-01 09:40:13 UTC")
    assert " Likely cause: read row of service store failed" in failed
    assert abandoned.startswith("nothing has happened since 2025-08-01 09:40:30 UTC")
    ids = {each.detector: each.id for each in findings}
    assert next(each for each in findings if each.detector == "stall").caused_by == ids["likely_cause"]


def test_a_loop_that_ended_a_mission_is_followed_by_the_failure_that_ended_it():
    tools = [span(f"t{n}", "run", 1 + n, 1.5 + n, kind="TOOL", label="execute_tool search") for n in range(5)]
    end = span("step", "run", 8, 9, kind="STEP", label="FIND", status="ERROR", message="budget of $3 is spent")
    spans = [span("run", end=9, kind="AGENT", agent="planner"), *tools, end]
    facts = build_facts(spans, (), [tool_call(each, "search", arguments="a") for each in tools], (), at(60))
    assert compose_verdict(facts, run_detectors(facts)).sentence == (
        "Agent planner ran search with the same arguments 5 times in a row from 09:40:01 UTC. "
        "Then: Step FIND failed at 09:40:09 UTC: budget of $3 is spent."
    )
