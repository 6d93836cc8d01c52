"""The two recorded runs of stage7: what their description says a debugger must show is in the plan."""

import json
from collections import Counter
from pathlib import Path

import pytest

from plans.records import NOWHERE, Plan
from tests.plans.stage7_events import plan


def read_run(shared_data: Path, name: str) -> Plan:
    with (shared_data / "stage7" / name).open(encoding="utf-8") as lines:
        return plan(*(json.loads(line)["data"] for line in lines))


@pytest.fixture(scope="module")
def exploded(shared_data: Path) -> Plan:
    return read_run(shared_data, "events-a.jsonl")


@pytest.fixture(scope="module")
def unnamed(shared_data: Path) -> Plan:
    return read_run(shared_data, "events-b.jsonl")


def test_chains_of_plans(exploded: Plan):
    assert Counter(step.depth for step in exploded.steps) == {0: 10, 1: 21, 2: 22, 3: 18}
    assert len(exploded.agents) == 10
    assert all(step.agent_id for step in exploded.steps)


def test_failures_reported_as_completed(exploded: Plan):
    silent = [step for step in exploded.steps if step.is_silent]
    assert Counter((step.verb, step.reason_code, step.model_calls) for step in silent) == {
        ("ACCOMPLISH", "plan_validation_error", 4): 1,
        ("SEARCH", "plan_validation_error", 2): 1,
        ("ACCOMPLISH", "brain_response_format_error", 1): 2,
        ("API_CLIENT", "CM008_PLUGIN_PERMISSION_VALIDATION_FAILED", 0): 1,
    }
    assert Counter(step.outcome for step in exploded.steps) == {"waiting": 46, "ok": 20, "failed": 5}
    assert sum(step.model_calls for step in exploded.steps) == 27


def test_edges_by_output_names_and_one_ghost(exploded: Plan):
    assert len(exploded.edges) == 36
    assert [(ghost.label, ghost.why) for ghost in exploded.ghosts] == [("userTargets", "undeclared_output")]
    assert sum(any(item.is_lost for item in step.inputs) for step in exploded.steps) == 9


def test_planned_and_made(exploded: Plan):
    plans = exploded.revisions
    assert (len(plans), sum(len(each.tasks) for each in plans)) == (19, 63)
    missing = [each.tasks[at].verb for each in plans for at, made in enumerate(each.made) if made == NOWHERE]
    assert missing == ["EXECUTE", "EXECUTE"]


def test_a_run_that_names_nothing(unnamed: Plan):
    assert [(step.verb, step.reason_code) for step in unnamed.steps if step.is_silent] == [
        ("THINK", ""), ("ACCOMPLISH", "plan_validation_error"),
    ]  # fmt: skip
    assert Counter((edge.kind, edge.is_inferred) for edge in unnamed.edges) == {("mention", True): 7}
    decide = next(task for each in unnamed.revisions for task in each.tasks if task.verb == "DECIDE")
    assert [(branch.name, len(branch.tasks)) for branch in decide.inner] == [("trueSteps", 1), ("falseSteps", 4)]
    numbers = [step.number for step in unnamed.steps[1:9]]
    assert numbers == list(range(2, 10))
