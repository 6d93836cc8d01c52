"""What stage7's Brain tells of its calls comes out as findings, through the door."""

from typing import Any

import pytest
from django.test import Client

from analysis.recompute import recompute_missions
from tests.ingest.test_stage7_brain_order import EXCHANGE, clock, store
from traces.models import Mission

pytestmark = pytest.mark.django_db
RAW = {"response": "[1,", "conversationType": "TextToJSON", "responseType": "json"}
ATTEMPT = {"requestId": "r2", "callId": "c", "modelName": "gpt", "prompt": "Plan", "startTime": clock(6),
           "endTime": clock(9), "success": True, "missionId": "m", **RAW}  # fmt: skip
CACHED = {**EXCHANGE, "callId": "d", "cacheHit": True, "startedAt": clock(30), "endedAt": clock(31)}
REPLAYED = {**CACHED, "callId": "e", "cacheHit": None, "startedAt": clock(40), "endedAt": clock(41)}
UNAVAILABLE = {**EXCHANGE, "callId": "f", "response": {"error": "No suitable model"}, "status": 503}
REPORT = {"path": "/reportLogicFailure", "request": {"requestId": "r2", "reason": "no steps"}, "startedAt": clock(20)}


@pytest.fixture
def titles(project: Any, api_key: Any, client: Client):
    def read(*items: dict[str, Any]) -> dict[str, str]:
        for item in items:
            store(project.pk, item)
        recompute_missions(list(Mission.objects.values_list("id", flat=True)))
        answer = client.get("/api/v1/missions/m/findings/", headers={"x-api-key": api_key.key})
        return {finding["detector"]: finding["title"] for finding in answer.json()["results"]}

    return read


def test_an_answer_that_is_no_json_is_told_once_for_its_attempt_and_its_call(titles):
    assert titles(EXCHANGE, ATTEMPT)["json_invalid"].startswith("1 reply is no valid JSON though JSON was asked for")


def test_valid_json_and_an_answer_of_its_own_are_no_finding(titles):
    fine = {**EXCHANGE, "response": {"result": "[1]", "model": "gpt-4o", "requestId": "r2"}}
    assert titles(fine) == {}


def test_answers_from_the_cache_by_flag_and_by_id(titles):
    assert titles(EXCHANGE, CACHED, REPLAYED)["cache_replay"].startswith("2 replies came from a cache")


def test_no_model_and_reported_answers(titles):
    found = titles(EXCHANGE, UNAVAILABLE, {**REPORT, "missionId": "m"})
    assert found["model_unavailable"].startswith("1 model call found no model to answer")
    assert found["logic_failure_reported"].startswith("1 answer was reported as unusable by the caller")
    assert "logged_error" not in found
