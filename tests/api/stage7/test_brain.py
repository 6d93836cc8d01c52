"""How models did, in Brain's shapes, from calls sent through the real door. Each test's models are its own."""

import secrets
import time

import pytest

from tests.api.stage7.conftest import Told
from tests.api.stage7.reading import read_performance
from tests.api.stage7.run import call

pytestmark = pytest.mark.server

OF_METRICS = {
    "usageCount", "successCount", "failureCount", "logicFailureCount", "criticalFailureCount",
    "isTemporarilyBlacklisted", "blacklistUntil", "successRate", "averageLatency", "averageTokenCount", "lastUsed",
    "consecutiveFailures", "lastFailureTime", "blacklistedUntil", "feedbackScores",
}  # fmt: skip
SECOND = 10**9
ROOT = "/api/v1/stage7/brain"


@pytest.fixture
def models(fresh: Told) -> tuple[str, str, int]:
    """Two models of which one fails and the other is slow, and when they began; all computed."""
    mark, start = secrets.token_hex(4), time.time_ns() // SECOND * SECOND - 3600 * SECOND
    steady, shaky = f"steady-{mark}", f"shaky-{mark}"
    tokens = {"gen_ai.usage.input_tokens": 10, "gen_ai.usage.output_tokens": 5}
    kinds = {"kind": "TextToJSON"}
    fresh.asker.send(fresh.run.calls(
        call(start, 2, steady, **tokens),
        call(start + 10 * SECOND, 4, steady),
        call(start + 20 * SECOND, None, steady),
        call(start + 30 * SECOND, 1, steady, **kinds),
        call(start, 1, shaky, error="503"),
        call(start + 10 * SECOND, 1, shaky),
        call(start + 20 * SECOND, 1, shaky, error="429 Too Many Requests"),
        call(start + 30 * SECOND, 1, shaky, error="unusable", **{"error.type": "logic_failure"}),
        call(start - 30 * 86_400 * SECOND, 1, f"old-{mark}"),
    ))  # fmt: skip
    fresh.asker.until_computed()
    return steady, shaky, start


def iso(time_ns: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(time_ns // SECOND))


def test_counts_are_those_of_the_calls(fresh: Told, models: tuple[str, str, int]):
    steady, shaky, start = models
    answer = fresh.asker.read(f"{ROOT}/performance")
    told = read_performance(answer, "TextToText")
    assert told[steady].keys() == told[shaky].keys() == OF_METRICS
    assert told[steady] == {
        "usageCount": 3, "successCount": 2, "failureCount": 0, "logicFailureCount": 0, "criticalFailureCount": None,
        "isTemporarilyBlacklisted": None, "blacklistUntil": None, "blacklistedUntil": None, "successRate": 1.0,
        "averageLatency": 3000.0, "averageTokenCount": 15.0, "lastUsed": iso(start + 20 * SECOND),
        "consecutiveFailures": 0, "lastFailureTime": None,
        "feedbackScores": dict.fromkeys(("relevance", "accuracy", "helpfulness", "creativity", "overall")),
    }  # fmt: skip
    assert told[shaky] | {"feedbackScores": None} == told[steady] | {
        "usageCount": 4, "successCount": 1, "failureCount": 3, "logicFailureCount": 1, "successRate": 0.25,
        "averageLatency": 1000.0, "averageTokenCount": None, "lastUsed": iso(start + 30 * SECOND),
        "consecutiveFailures": 2, "lastFailureTime": iso(start + 30 * SECOND), "feedbackScores": None,
    }  # fmt: skip
    assert read_performance(answer, "TextToJSON")[steady]["usageCount"] == 1
    assert read_performance(answer, "TextToJSON")[shaky]["usageCount"] == 4
    [row] = [each for each in answer["performanceData"] if each["modelName"] == steady]
    assert row.keys() == {"modelName", "metrics", "lastUpdated"}
    assert row["lastUpdated"] == iso(start + 30 * SECOND)


def test_the_window_is_bounded_and_said(fresh: Told, models: tuple[str, str, int]):
    old = models[0].replace("steady", "old")
    assert old not in fresh.asker.read(f"{ROOT}/models")["models"]
    assert old in fresh.asker.read(f"{ROOT}/models", since_ns="0")["models"]
    answer = fresh.asker.read(f"{ROOT}/performance", since_ns="0")
    assert time.time_ns() - int(answer["since_ns"]) < 91 * 86_400 * SECOND
    later = fresh.asker.read(f"{ROOT}/models", since_ns=str(models[2] + 25 * SECOND))["models"]
    assert {models[0], models[1]} <= set(later)
    assert models[0] not in fresh.asker.read(f"{ROOT}/models", since_ns=str(models[2] + 31 * SECOND))["models"]


@pytest.mark.parametrize("metric", ["successRate", "averageLatency", "overall"])
def test_rankings_are_the_best_first(fresh: Told, models: tuple[str, str, int], metric: str):
    answer = fresh.asker.read(f"{ROOT}/performance/rankings", conversationType="TextToText", metric=metric)
    assert answer["success"] is True
    scores = {each["modelName"]: each["score"] for each in answer["rankings"]}
    assert [each["score"] for each in answer["rankings"]] == sorted(scores.values(), reverse=True)
    assert all(0 <= score <= 1 for score in scores.values())
    is_steady_first = scores[models[0]] > scores[models[1]]
    assert is_steady_first == (metric != "averageLatency")
    assert models[1] not in [
        each["modelName"]
        for each in fresh.asker.read(f"{ROOT}/performance/rankings", conversationType="TextToJSON")["rankings"]
    ]


def test_what_is_no_metric_is_refused(asker):
    answer = asker.get(f"{ROOT}/performance/rankings", metric="beauty")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "metric")


def test_other_calls_are_of_the_type_that_their_operation_is(fresh: Told):
    model, start = f"vectors-{secrets.token_hex(4)}", time.time_ns() - 60 * SECOND
    span = call(start, 1, model)
    span["attributes"][0] = {"key": "gen_ai.operation.name", "value": {"stringValue": "embeddings"}}
    fresh.asker.send(fresh.run.calls(span))
    fresh.asker.until_computed()
    [row] = [each for each in fresh.asker.read(f"{ROOT}/performance")["performanceData"] if each["modelName"] == model]
    assert list(row["metrics"]) == ["embeddings"]


def test_attempts_are_counted_once_and_reported_answers_are_logic_failures(fresh: Told):
    mark, start = secrets.token_hex(4), time.time_ns() // SECOND * SECOND - 600 * SECOND
    model, mine = f"made-{mark}", {"missionId": fresh.run.mission, "stepId": fresh.run.id("text")}

    def attempt(request_id: str, at: int, **changes: object) -> dict[str, object]:
        return {"requestId": f"{request_id}-{mark}", "callId": f"call-{mark}", "modelName": model,
                "conversationType": "TextToJSON", "prompt": "Peel", "response": "{}", "success": True,
                "startTime": iso(start + at * SECOND), "endTime": iso(start + (at + 2) * SECOND),
                **mine, **changes}  # fmt: skip

    exchange = {
        "path": "/chat", "callId": f"call-{mark}", "status": 200, **mine,
        "startedAt": iso(start), "endedAt": iso(start + 9 * SECOND),
        "request": {"messages": [{"role": "user", "content": "Peel"}], "conversationType": "TextToJSON"},
        "response": {"result": "{}", "model": model, "requestId": f"r2-{mark}"},
    }  # fmt: skip
    report = {"path": "/reportLogicFailure", "status": 200, "startedAt": iso(start + 20 * SECOND), **mine,
              "request": {"requestId": f"r2-{mark}", "reason": "no plan", "severity": "critical"}}  # fmt: skip
    fresh.send("brain", attempt("r1", 0, success=False, response="", error="429"), attempt("r2", 4), exchange)
    fresh.asker.until_computed()
    before = read_performance(fresh.asker.read(f"{ROOT}/performance"), "TextToJSON")[model]
    assert (before["usageCount"], before["successCount"], before["failureCount"]) == (2, 1, 1)
    assert (before["logicFailureCount"], before["averageLatency"]) == (0, 2000.0)
    fresh.send("brain", report)
    fresh.asker.until_computed()
    after = read_performance(fresh.asker.read(f"{ROOT}/performance"), "TextToJSON")[model]
    assert (after["usageCount"], after["failureCount"], after["logicFailureCount"]) == (2, 2, 1)
    assert after["consecutiveFailures"] == 2
