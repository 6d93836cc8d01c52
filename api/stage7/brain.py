"""How the project's models did, in the shapes of Brain's performance routes. From stored calls alone."""

import time
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from api.authentication import get_project_id
from api.parameters import get_choice, get_number, get_text, number_parameter, text_parameter
from api.stage7.base import Stage7View
from api.stage7.fields import ModelsSerializer, PerformanceSerializer, RankingsSerializer, describe_shape
from core.nanotime import NS_PER_SECOND
from llmlog.performance import ModelPerformance, read_performance
from plans.stage7.words import iso_time

DAY_NS = 86_400 * NS_PER_SECOND
USUAL_NS, MOST_NS = 7 * DAY_NS, 90 * DAY_NS
METRICS = ("successRate", "averageLatency", "overall")
USUAL_TYPE = "TextToText"
SINCE = number_parameter("since_ns", "Of calls that began then or later: usually the last 7 days, 90 at most.")
KIND = text_parameter("conversationType", f"Of calls of this type; {USUAL_TYPE} when left out.")


class Models(Stage7View):
    """The models that were asked."""

    @describe_shape(ModelsSerializer, name="list_stage7_models", parameters=[SINCE])
    def get(self, request: Request) -> Response:
        """Names, in order."""
        _, found = read_window(request)
        return Response({"models": sorted({each.model for each in found if each.model})})


class Performance(Stage7View):
    """How they did."""

    @describe_shape(PerformanceSerializer, name="read_stage7_performance", parameters=[SINCE])
    def get(self, request: Request) -> Response:
        """By model and type of conversation. What no call tells is null."""
        since_ns, found = read_window(request)
        rows = sorted(found, key=lambda each: each.model)
        data = [_model(name, list(group)) for name, group in groupby(rows, key=lambda each: each.model)]
        data.sort(key=lambda each: each["lastUpdated"], reverse=True)
        return Response({"success": True, "performanceData": data, "since_ns": str(since_ns)})


class Rankings(Stage7View):
    """Which did best."""

    @describe_shape(
        RankingsSerializer, name="list_stage7_rankings",
        parameters=[KIND, text_parameter("metric", "Usually overall.", METRICS), SINCE],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Models of one type of conversation with a score from 0 to 1, the best first."""
        kind = get_text(request, "conversationType") or USUAL_TYPE
        score = SCORES[get_choice(request, "metric", METRICS, "overall")]
        scores = [(each.model, score(each)) for each in read_window(request)[1] if each.conversation_type == kind]
        ranked = sorted((-value, model) for model, value in scores if value is not None)
        return Response(
            {"success": True, "rankings": [{"modelName": model, "score": -value} for value, model in ranked]}
        )


def read_window(request: Request) -> tuple[int, list[ModelPerformance]]:
    """The beginning of the window that is asked for, and the calls in it. AccessDenied for who may not see all."""
    project_id = get_project_id(request)
    now_ns = time.time_ns()
    asked = get_number(request, "since_ns")
    since_ns = max(now_ns - USUAL_NS if asked is None else asked, now_ns - MOST_NS)
    return since_ns, read_performance(project_id, since_ns)


def success_rate(each: ModelPerformance) -> float | None:
    """Of the calls that ended well or failed; None when there are none."""
    over = each.success_count + each.failure_count
    return each.success_count / over if over else None


def speed(each: ModelPerformance) -> float | None:
    """1 for an answer at once, a half for one after a second, less for slower ones."""
    return None if each.latency_ns is None else 1 / (1 + each.latency_ns / NS_PER_SECOND)


def overall(each: ModelPerformance) -> float | None:
    """Two parts of success, one of speed; None when there is no success to tell."""
    rate = success_rate(each)
    return None if rate is None else (2 * rate + (speed(each) or 0.0)) / 3


SCORES: dict[str, Callable[[ModelPerformance], float | None]] = {
    "successRate": success_rate,
    "averageLatency": speed,
    "overall": overall,
}


def _model(name: str, group: Sequence[ModelPerformance]) -> dict[str, Any]:
    return {
        "modelName": name,
        "metrics": {each.conversation_type: _metrics(each) for each in group},
        "lastUpdated": iso_time(max(each.last_used_ns for each in group)),
    }


def _metrics(each: ModelPerformance) -> dict[str, Any]:
    return {
        "usageCount": each.usage_count,
        "successCount": each.success_count,
        "failureCount": each.failure_count,
        "logicFailureCount": each.logic_failure_count,
        "criticalFailureCount": None,
        "isTemporarilyBlacklisted": None,
        "blacklistUntil": None,
        "blacklistedUntil": None,
        "successRate": success_rate(each),
        "averageLatency": None if each.latency_ns is None else each.latency_ns / 1_000_000,
        "averageTokenCount": each.tokens,
        "lastUsed": iso_time(each.last_used_ns),
        "consecutiveFailures": each.consecutive_failures,
        "lastFailureTime": iso_time(each.last_failure_ns),
        "feedbackScores": dict.fromkeys(("relevance", "accuracy", "helpfulness", "creativity", "overall")),
    }
