"""The pages show the attempts of Brain's calls and the way of a plugin's inputs and outputs."""

import json
from typing import Any

import pytest

from ingest.commit import store_prepared
from ingest.prepare import prepare
from tests.ingest.delivery import REDACTOR
from tests.web.mission.conftest import Mission
from tests.web.mission.wire import span

HOSTILE = "<script>alert(1)</script>"
BROKEN, REPAIRED = '{"plan": [1, 2,]}', '{"plan": [1, 2]}'


def clock(second: int) -> str:
    return f"2026-01-02T03:{second // 60:02d}:{second % 60:02d}.000Z"


@pytest.fixture
def tell(project: Any, as_alice: Any) -> Any:
    """Stores stage7's objects as their door does; gives the mission `m` as Alice sees it."""
    from analysis.recompute import recompute_missions
    from traces.models import Mission as MissionModel

    def store(door: str, *items: Any) -> Mission:
        data = json.dumps(list(items)).encode()
        made = prepare(
            project_id=project.pk,
            redactor=REDACTOR,
            door=f"stage7_{door}",
            encoding="json",
            data=data,
            received_ns=1_767_323_000 * 10**9,
        )
        assert not made.refused
        store_prepared([made])
        recompute_missions(list(MissionModel.objects.values_list("id", flat=True)))
        return Mission("m", as_alice)

    return store


def exchange(reply_id: str, start: int, end: int, **changes: Any) -> dict[str, Any]:
    whole = {
        "path": "/chat",
        "request": {
            "exchanges": [{"role": "user", "content": "Plan the trip"}],
            "optimization": "accuracy",
            "conversationType": "TextToJSON",
        },
        "response": {"result": BROKEN, "model": "gpt-4o-2024", "requestId": reply_id},
        "status": 200,
        "startedAt": clock(start),
        "endedAt": clock(end),
        "missionId": "m",
        "stepId": "s",
    }
    return {**whole, **changes}


def attempt(request_id: str, start: int, end: int, **changes: Any) -> dict[str, Any]:
    whole = {
        "requestId": request_id,
        "callId": "c",
        "modelName": "openai/gpt-4o",
        "conversationType": "TextToJSON",
        "messages": [{"role": "user", "content": "Plan the trip, in JSON"}],
        "response": BROKEN,
        "repairedResponse": REPAIRED,
        "startTime": clock(start),
        "endTime": clock(end),
        "success": True,
        "missionId": "m",
        "stepId": "s",
    }
    return {**whole, **changes}


def panel_of(mission: Mission, html: str, name: str) -> str:
    """The panel of the entry with this model or tool."""
    key = html.split(f'title="{name}')[0].rpartition('data-span="')[2].partition('"')[0]
    return mission.html("/spans/" + key.replace(".", "/") + "/panel")


def test_a_call_is_one_entry_with_its_attempts_in_it(tell: Any):
    mission = tell(
        "brain",
        exchange("r2", 0, 9, callId="c", blacklist=[{"model": "claude", "reason": HOSTILE, "until": clock(50)}]),
        attempt("r1", 0, 4, success=False, response="", error=f"429 {HOSTILE}"),
        attempt("r2", 6, 9),
    )
    html = mission.html("/panes/conversation")
    assert html.count("<article") == 1
    assert html.count('class="ms-attempt ') + html.count('class="ms-attempt"') == 2
    for shown in ("waited 2.00 s", "TextToJSON", "for accuracy", "invalid JSON", "at character 15", "repaired", "sent"):
        assert shown in html, shown
    assert "1 model could not be chosen" in html
    assert HOSTILE not in html
    assert "&lt;script&gt;" in html
    assert "&quot;conversation&quot;:&quot;1&quot;" in mission.html("/panes/head")
    assert 'class="ms-attempts"' in panel_of(mission, html, "openai/gpt-4o")


def test_an_old_answer_from_the_cache_is_marked(tell: Any):
    mission = tell("brain", exchange("r", 0, 9), exchange("r", 60, 61), exchange("s", 90, 91, cacheHit=True))
    html = mission.html("/panes/conversation")
    assert html.count("came again, with its old request id") == 1
    assert html.count("The answer came from the cache") == 1


def test_a_reported_logic_failure_stands_at_its_call(tell: Any):
    report = {"requestId": "r", "reason": "no steps in it", "severity": "critical"}
    mission = tell(
        "brain", exchange("r", 0, 9), {"path": "/reportLogicFailure", "request": report, "startedAt": clock(20)}
    )
    html = mission.html("/panes/conversation")
    assert "Logic failure reported: no steps in it" in html
    assert 'class="ms-call has-failed"' in html


def test_calls_of_other_senders_show_nothing_of_brain(send: Any):
    mission = send("other", [span(1, gen_ai__operation__name="chat", gen_ai__request__model="m")])
    assert "ms-brain" not in mission.html("/panes/conversation")


def test_a_tool_run_shows_plan_resolved_sent_declared_and_came(tell: Any):
    execution = {
        "request": {
            "actionVerb": "SEARCH",
            "missionId": "m",
            "id": "s",
            "inputValues": {
                "query": {"inputName": "query", "value": "flights to Lisbon"},
                "limit": {"inputName": "limit", "value": 5},
                "lost": {"inputName": "lost", "value": HOSTILE},
            },
        },
        "response": [{"success": True, "name": "found", "resultType": "ERROR", "result": {"error_code": "CM008_X"}}],
        "status": 500,
        "startedAt": clock(0),
        "endedAt": clock(5),
        "inputReferences": {"query": {"outputName": "topic", "sourceId": "s0"}},
        "inputs": [["query", {"value": "flights to Lisbon"}], ["limit", {"value": "5"}]],
        "outputs": {"found": {"type": "array", "description": "what flies"}, "count": "how many"},
        "stderr": "2026-01-02 03:00:01,000 - ERROR - it broke",
        "exitCode": 3,
    }
    mission = tell("plugins", execution)
    html = panel_of(mission, mission.html("/panes/tools"), "SEARCH")
    for shown in ("topic of step s0", "flights to Lisbon", "not sent", "capabilities manager", "says success"):
        assert shown in html, shown
    for shown in ("array · what flies", "not returned", "it broke", "exit code", "CM008_X"):
        assert shown in html, shown
    assert 'is-changed" title="5"' in html
    assert HOSTILE not in html


def test_runs_of_other_senders_show_no_execution(send: Any):
    mission = send("other", [span(1, gen_ai__operation__name="execute_tool", gen_ai__tool__name="lookup")])
    assert "ms-execution" not in panel_of(mission, mission.html("/panes/tools"), "lookup")
