"""The verdict of a plan that stands still: what holds it up is said once, and is the first thing to open."""

from analysis.algorithms.facts import build_facts
from analysis.algorithms.findings import ghost_ref, step_ref
from analysis.algorithms.verdict import Verdict, compose_verdict
from analysis.detectors.registry import run_detectors
from plans.records import Plan
from tests.plans.stage7_events import completed, output, plan, started, task
from tests.plans.test_ties import made_by_plan

HOUR_NS = 3_600 * 10**9


def judge(of: Plan) -> Verdict:
    facts = build_facts((), (), (), (), (of.last_ns or 0) + HOUR_NS, plan=of)
    return compose_verdict(facts, run_detectors(facts))


def waiting_plan(answer: str) -> Plan:
    """Two steps are done, the third takes an output that nobody declares."""
    return plan(
        *made_by_plan(
            task("SEARCH", "find", outputs={"hits": "x"}),
            task("GENERATE", "write", inputs={"a": {"outputName": "floorPlan"}}),
            task("SCRAPE", "read", outputs={"text": "x"}),
        ),
        started("s3", 25),
        completed("s3", 28, output("text", "a page")),
        started("s1", 30),
        completed("s1", 40, output("hits", answer)),
    )


def test_what_holds_a_plan_up_is_said_once_and_cited_first():
    of = waiting_plan("three builders")
    verdict = judge(of)
    assert verdict.sentence.startswith("Stalled since")
    assert verdict.sentence.count("floorPlan") == 1
    (generate,) = [step for step in of.steps if step.verb == "GENERATE"]
    assert verdict.evidence == (ghost_ref(of.ghosts[0]), step_ref(generate))
    assert verdict.root_ref == verdict.evidence[0]


def test_a_failure_before_it_is_told_beside_it():
    of = waiting_plan("Error: 403 Forbidden")
    verdict = judge(of)
    words = {step_ref(step) for step in of.steps if step.verb in ("GENERATE", "SEARCH")}
    assert "403 Forbidden" in verdict.sentence
    assert words <= set(verdict.evidence)
