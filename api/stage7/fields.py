"""Shapes of the answers, for the schema: names and types are stage7's own."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers

from api.fields import ERRORS, ErrorSerializer, anything, count, flag, text, texts
from api.parameters import MOST, PROJECT_PARAMETER

LIMIT = OpenApiParameter("limit", {"type": "integer", "minimum": 1}, description=f"At most {MOST}, usually 100.")


def describe_shape(serializer: Any, *, name: str, is_list: bool = False, parameters: Any = ()) -> Any:
    """The schema of a view that answers one thing, or an array of them."""
    answer = serializers.ListSerializer(child=serializer()) if is_list else serializer
    return extend_schema(
        operation_id=name, responses={200: answer, **STAGE7_ERRORS}, parameters=[*parameters, PROJECT_PARAMETER]
    )


def number(help_text: str = "") -> serializers.FloatField:
    """A number, or null."""
    return serializers.FloatField(help_text=help_text, allow_null=True)


def moment(help_text: str = "") -> serializers.CharField:
    """An ISO time in milliseconds, or null."""
    return serializers.CharField(help_text=help_text, allow_null=True)


class SerialisedMapSerializer(serializers.Serializer[Any]):
    """A Map as stage7 serialises it."""

    _type = text()
    entries = serializers.ListField(child=serializers.JSONField())


def shape_map(help_text: str) -> Any:
    """A serialised Map."""
    return SerialisedMapSerializer(help_text=help_text)


class Stage7ErrorSerializer(ErrorSerializer):
    """Every error: what it is everywhere, and its sentence as `error` and `message`."""

    error, message = text(), text()


STAGE7_ERRORS = {
    status: OpenApiResponse(Stage7ErrorSerializer, description=told.description) for status, told in ERRORS.items()
}


class MissionSerializer(serializers.Serializer[Any]):
    """A mission of stage7's list."""

    id, name = text(), text()
    status = text("What became of it: awaiting, running, completed, error or aborted.")
    goal = text("Null when none was told.", null=True)

    class Meta:
        ref_name = "Stage7Mission"


class StatisticsContentSerializer(serializers.Serializer[Any]):
    """What the message holds."""

    llmCalls = serializers.IntegerField(help_text="Stored model calls; without any, as last told.")  # noqa: N815
    activeLLMCalls = count()  # noqa: N815
    agentCountByStatus = serializers.DictField(child=serializers.IntegerField())  # noqa: N815
    agentStatistics = shape_map("Status to its agents: id, status, taskCount, currentTaskNo, steps ...")  # noqa: N815
    engineerStatistics = inline_serializer("EngineerStatistics", {"newPlugins": texts()})  # noqa: N815
    omittedSteps = serializers.IntegerField(help_text="The oldest, left out where there are too many.")  # noqa: N815


class StatisticsSerializer(serializers.Serializer[Any]):
    """The message `agentStatistics`."""

    type, sender, recipient, missionId = text(), text(), text(), text()  # noqa: N815
    content = StatisticsContentSerializer()


class StepSerializer(serializers.Serializer[Any]):
    """A step with its values."""

    id, missionId, verb, description, status = text(), text(), text(), text(), text()  # noqa: N815
    dependencies = anything("[{inputName, sourceStepId, outputName}]")
    inputs = anything("By name: a reference or a value.")
    inputReferences, inputValues = shape_map("By name of input."), shape_map("By name of input.")  # noqa: N815
    results = anything("PluginOutput[], as it was returned; null when nothing was.")
    agentId, error = text(null=True), text(null=True)  # noqa: N815

    class Meta:
        ref_name = "Stage7Step"


class AgentSnapshotSerializer(serializers.Serializer[Any]):
    """An agent with its steps."""

    id, status, missionId = text(), text(), text()  # noqa: N815
    userId, agentClass, instanceId, role = (anything() for _ in range(4))  # noqa: N815
    steps = anything("Whole steps, with previews of their values (`isPreview`) where these were not asked for.")
    dependencies, conversation, lastFailedStep = anything(), anything(), anything()  # noqa: N815
    color = text()


class HumanRequestSerializer(serializers.Serializer[Any]):
    """A question to a person."""

    type, request_id, question, answerType, missionId = text(), text(), text(), text(), text()  # noqa: N815
    choices = texts()
    agentId, stepId, answer = text(null=True), text(null=True), text(null=True)  # noqa: N815
    status = text("pending, completed, cancelled or error.")
    askedAt, answeredAt = moment(), moment()  # noqa: N815

    class Meta:
        ref_name = "Stage7HumanRequest"


class ModelsSerializer(serializers.Serializer[Any]):
    """Names of models."""

    models = texts()


METRICS: dict[str, Any] = {
    **{name: count() for name in ("usageCount", "successCount", "failureCount", "logicFailureCount")},
    "criticalFailureCount": count(null=True),
    "isTemporarilyBlacklisted": serializers.BooleanField(allow_null=True),
    **{name: moment() for name in ("blacklistUntil", "blacklistedUntil", "lastUsed", "lastFailureTime")},
    "successRate": number("0 to 1, of calls that ended well or failed."),
    "averageLatency": number("Milliseconds."),
    "averageTokenCount": number(),
    "consecutiveFailures": count(),
    "feedbackScores": inline_serializer(
        "FeedbackScores",
        {name: number() for name in ("relevance", "accuracy", "helpfulness", "creativity", "overall")},
    ),
}


class ModelPerformanceSerializer(serializers.Serializer[Any]):
    """How one model did."""

    modelName = text()  # noqa: N815
    metrics = serializers.DictField(child=inline_serializer("ModelMetrics", METRICS), help_text="By conversation type.")
    lastUpdated = moment()  # noqa: N815


class PerformanceSerializer(serializers.Serializer[Any]):
    """How models did."""

    success = flag()
    performanceData = ModelPerformanceSerializer(many=True)  # noqa: N815
    since_ns = text("Beginning of the window.")


class RankingsSerializer(serializers.Serializer[Any]):
    """Models in order."""

    success = flag()
    rankings: Any = inline_serializer("ModelRanking", {"modelName": text(), "score": number()}, many=True)
