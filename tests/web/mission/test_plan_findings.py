"""Findings about a plan: the page and REST lead from each to the steps and agents it cites."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from analysis.recompute import recompute_missions
from plans.building.rows import agent_row_key, step_row_key
from plans.selectors import read_plan
from tests.ingest.test_stage7_order import deliver
from tests.plans.stage7_events import created, event, finished, output, started, stored
from tests.web.mission.conftest import Mission
from traces.models import Mission as MissionModel
from web.presenters.mission.keys import span_key

pytestmark = pytest.mark.django_db
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def mission(project, as_alice: Client) -> Mission:
    """Two steps that failed and are called completed, one that hangs on nothing, an agent that left."""
    failed = output("plan_validation_error", None, "ERROR", success=False, error=HOSTILE)
    tie = {"list": {"inputName": "list", "outputName": "list", "sourceId": "nobody", "valueType": "string"}}
    events = [
        event("agent_created", 0, agentId="agent-1", missionId="m-1", status="initializing"),
        created("a", 1, "SEARCH", missionId="m-1", agentId="agent-1"),
        created("b", 2, HOSTILE, missionId="m-1", agentId="agent-1", inputReferences=tie),
        finished("a", 50, failed),
        event("agent_aborted", 60, agentId="agent-1", missionId="m-1", status="aborted"),
    ]
    deliver(project.pk, [stored(each) for each in events])
    recompute_missions(list(MissionModel.objects.values_list("id", flat=True)))
    return Mission("m-1", as_alice)


def plan_of(project):
    return read_plan(MissionModel.objects.get(project_id=project.pk, key="m-1").pk)


def test_findings_lead_to_the_rows_of_steps_and_agents(mission: Mission, project):
    plan = plan_of(project)
    items = {item.detector: item for item in mission.get("/panes/findings").context["items"]}
    searched = next(step for step in plan.steps if step.verb == "SEARCH")
    assert items["silent failure"].key == span_key(*step_row_key(searched))
    assert [link.label for link in items["silent failure"].links] == ["step 1"]
    assert items["step removed without end"].key == span_key(*agent_row_key("agent-1"))
    rows = mission.json("/data/spans")["rows"]["id"]
    for item in items.values():
        for link in item.links:
            assert link.href == f"?span={link.span}"
            assert link.span.partition(".")[2] in rows


def test_the_verdict_cites_steps_and_escapes_what_senders_call_them(mission: Mission):
    page = mission.html()
    assert "and was reported as completed: SEARCH" in page
    assert HOSTILE not in page
    assert HOSTILE not in mission.html("/panes/findings")


def test_rest_gives_references_to_steps_agents_and_ghosts(mission: Mission, project, as_alice: Client):
    plan = plan_of(project)
    findings = as_alice.get("/api/v1/missions/m-1/findings/").json()["results"]
    refs = {(ref["type"], ref["id"]) for finding in findings for ref in finding["refs"]}
    assert {kind for kind, _ in refs} >= {"step", "agent", "ghost"}
    assert {key for kind, key in refs if kind == "step"} <= {step.key for step in plan.steps}
    assert {key for kind, key in refs if kind == "agent"} == {"agent-1"}
    assert {key for kind, key in refs if kind == "ghost"} == {ghost.key for ghost in plan.ghosts}
    assert not any(ref[1].startswith("0" * 32) for ref in refs)


def test_a_mission_whose_steps_wait_for_nobody_is_said_to_stall(project, as_alice: Client):
    moment = (datetime.now(UTC) - timedelta(minutes=20)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    sequence = {"list": {"inputName": "list", "outputName": "list", "sourceId": "a", "valueType": "string"}}
    events = [
        created("a", 0, "SEARCH", missionId="m-2"),
        created("b", 0, "THINK", missionId="m-2", inputReferences=sequence),
        started("a", 0),
        event("step_execution_error", 0, stepId="a", error="no network"),
    ]
    deliver(project.pk, [stored({**each, "timestamp": moment}) for each in events])
    recompute_missions(list(MissionModel.objects.values_list("id", flat=True)))
    page = Mission("m-2", as_alice).html()
    assert "stalled 20 m" in page
    assert "SEARCH failed: no network (1 step is behind it)." in page
    assert as_alice.get("/api/v1/missions/m-2/").json()["status"] == "waiting"
    for path in ("/missions/", "/missions/changes?after=0"):
        [row] = re.findall(r'<tr data-row data-id="m-2".*?</tr>', as_alice.get(path).content.decode(), re.DOTALL)
        assert '<span class="status-word">stalled</span>' in row, path
