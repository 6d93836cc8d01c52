"""The two recorded runs of stage7: what their description says a debugger must show is said."""

from pathlib import Path

import pytest

from analysis.algorithms.facts import MissionFacts, build_facts
from analysis.algorithms.verdict import compose_verdict
from analysis.detectors.registry import run_detectors
from tests.analysis.planning import DAY
from tests.plans.test_recorded_runs import read_run

SECOND = 1_000_000_000


def facts_of(shared_data: Path, name: str, later_s: int) -> MissionFacts:
    plan = read_run(shared_data, name)
    return build_facts((), (), (), (), (plan.last_ns or 0) + later_s * SECOND, plan=plan)


@pytest.fixture(scope="module")
def exploded(shared_data: Path) -> MissionFacts:
    return facts_of(shared_data, "events-a.jsonl", 300 * DAY)


def only(facts: MissionFacts, name: str):
    (finding,) = [each for each in run_detectors(facts) if each.detector == name]
    return finding


NOTHING = (
    "Nothing was produced: 25 of 71 steps came to an end, with 19 plans, 1 direct answer and 5 failures reported as "
    "completed, and no tool output."
)
INVENTED = (
    "The planner invented verbs: 46 of 71 steps use 32 verbs that nothing is known to run; 11 of them became another "
    "planner run, and the mission exploded into 19 plans: 1 step in the first 30 s, then 70 in 36 s "
    "(by 10 s: 22, 14, 15, 19)."
)


def test_the_verdict_leads_with_what_came_of_it_and_why(exploded: MissionFacts):
    verdict = compose_verdict(exploded, run_detectors(exploded))
    assert verdict.sentence == f"{NOTHING} {INVENTED}"
    assert verdict.severity == "error"
    assert {ref.type for ref in verdict.evidence} == {"step"}


def test_a_live_run_says_the_same_and_that_it_stands_still(shared_data: Path):
    facts = facts_of(shared_data, "events-a.jsonl", 900)
    sentence = compose_verdict(facts, run_detectors(facts)).sentence
    assert sentence.startswith(f"{NOTHING} {INVENTED} Stalled since 17:20:59 UTC: nothing has happened for 15 min")


def test_chains_of_plans_and_known_verbs_that_became_plans(exploded: MissionFacts):
    detail = only(exploded, "verb_explosion").detail
    assert "Steps by planning depth 0/1/2/3: 10/21/22/18." in detail
    assert "Known verbs came back as plans too: API_CLIENT twice." in detail


def test_five_failures_are_silent(exploded: MissionFacts):
    assert only(exploded, "silent_failure").detail == (
        "ACCOMPLISH (step 1) 17:20:37.453: plan_validation_error. SEARCH (step 9) 17:20:44.847: plan_validation_error. "
        "ACCOMPLISH (step 1) 17:20:46.759: brain_response_format_error. ACCOMPLISH (step 1) 17:20:51.805: "
        "brain_response_format_error. API_CLIENT (step 15) 17:20:56.614: CM008_PLUGIN_PERMISSION_VALIDATION_FAILED."
    )


def test_retries_agents_edges_inputs_and_tasks_are_counted(exploded: MissionFacts):
    assert only(exploded, "retry_storm").title == (
        "2 failed steps asked the model more than once: ACCOMPLISH (step 1) 4, SEARCH (step 9) 2; the steps of the "
        "mission made 27 model calls in all."
    )
    assert only(exploded, "duplicate_plan").title == (
        "9 more agents within 67 s of the first were each given a goal to plan, but there are only 4 distinct goals "
        "(4+3+1+1 agents): the same work is planned again and again."
    )
    ghost = only(exploded, "dangling_dependency")
    assert ghost.title == "DEFINE_JOB_ALERT_CRITERIA (step 29) hangs on output userTargets, which no step declares."
    assert "Of 36 references to outputs in the plan 1 cannot be resolved." in ghost.detail
    assert only(exploded, "object_object_input").title.startswith("9 steps carry the text [object Object] as an input")
    assert only(exploded, "plan_shrunk").title == "63 tasks were planned and 61 became steps; missing: EXECUTE ×2."
    assert only(exploded, "plan_shrunk").detail.count("perhaps only unrecorded") == 1


def test_what_follows_is_folded_under_its_cause(exploded: MissionFacts):
    roots = [each.detector for each in run_detectors(exploded) if each.is_root]
    assert roots == [
        "verb_explosion", "silent_failure", "dangling_dependency", "object_object_input", "plan_shrunk",
    ]  # fmt: skip


def test_the_other_run(shared_data: Path):
    facts = facts_of(shared_data, "events-b.jsonl", 300 * DAY)
    text = only(facts, "error_text_in_result").title
    assert text.startswith("THINK (step 2) completed at 2025-07-11 13:36:24 UTC with an error as its answer: Error: ")
    assert only(facts, "silent_failure").title.endswith("was reported as completed: ACCOMPLISH.")
    assert (
        "(5 in words such as 'output from step 1', 2 by an output's name)"
        in only(facts, "undeclared_placeholder").title
    )
    assert only(facts, "plan_shrunk").title == (
        "DECIDE (step 6) has 2 plans inside it that never became steps: trueSteps of 1 task and falseSteps of 4 tasks."
    )
    sentence = compose_verdict(facts, run_detectors(facts)).sentence
    assert sentence.startswith("Nothing was produced: 5 of 17 steps came to an end, with 3 plans and 2 failures")
    assert text in sentence
