"""Brain's records of one call give the same whatever order, and however often, they come."""

import base64
import json
from itertools import permutations
from typing import Any

import pytest

from accounts.actions import create_project
from ingest.commit import store_prepared
from ingest.prepare import prepare
from tests.ingest.delivery import REDACTOR, dump

pytestmark = pytest.mark.django_db


def clock(second: int) -> str:
    return f"2026-01-02T03:00:{second:02d}.000Z"


EXCHANGE = {
    "path": "/chat",
    "callId": "c",
    "request": {"exchanges": [{"role": "user", "content": "Plan"}], "conversationType": "TextToJSON"},
    "response": {"result": "[1,", "model": "gpt-4o", "requestId": "r2"},
    "status": 200,
    "startedAt": clock(0),
    "endedAt": clock(9),
    "missionId": "m",
}
FAILED = {
    "requestId": "r1",
    "callId": "c",
    "modelName": "gpt",
    "prompt": "Plan, in JSON",
    "startTime": clock(0),
    "endTime": clock(4),
    "success": False,
    "error": "429",
}
ANSWERED = {**FAILED, "requestId": "r2", "startTime": clock(6), "endTime": clock(9), "success": True, "error": None}
REPORT = {
    "path": "/reportLogicFailure",
    "request": {"requestId": "r2", "reason": "no steps", "severity": "normal"},
    "startedAt": clock(20),
}


def store(project_id: int, item: dict[str, Any]) -> None:
    data = json.dumps(item).encode()
    made = prepare(
        project_id=project_id, redactor=REDACTOR, door="stage7_brain", encoding="json", data=data, received_ns=1
    )
    store_prepared([made])


def test_any_order_and_repetition_gives_the_same_mission(alice: Any):
    seen = set()
    for number, order in enumerate(permutations((EXCHANGE, FAILED, ANSWERED, REPORT))):
        project = create_project(f"p{number}", f"P{number}", owner=alice)
        for item in (*order, order[0], order[2]):
            store(project.pk, item)
        seen.add(dump(project.pk))
    [whole] = seen
    missions = json.loads(whole)
    assert list(missions) == ["m"]
    calls = [json.loads(base64.b64decode(call)) for call in missions["m"]["llm_calls"]]
    assert {(call["is_attempt"], call["response_id"]): (call["status"], call["attempt_count"]) for call in calls} == {
        (False, "r2"): ("failed", 2),
        (True, "r1"): ("failed", 1),
        (True, "r2"): ("failed", 2),
    }
