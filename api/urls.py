"""Addresses of REST v1. A mission's id is one percent-encoded segment: see missionscope.asgi."""

from urllib.parse import quote, unquote

from django.urls import path, re_path, register_converter
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from api.stage7 import brain, details
from api.stage7 import missions as stage7
from api.views import (
    alert_channels,
    alert_rules,
    alert_silences,
    alerts,
    calls,
    error_events,
    errors,
    ingest,
    insight,
    logs,
    metrics,
    missions,
    project,
    records,
    source_maps,
)


class SegmentConverter:
    """One percent-encoded segment to the text it stands for."""

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        """The sender's own text."""
        return unquote(value, errors="replace")

    def to_url(self, value: str) -> str:
        """One segment, whatever is in it."""
        return quote(value, safe="")


class KeyConverter:
    """The key of a record: a number that fits 64 bits."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        """The number."""
        return int(value)

    def to_url(self, value: int) -> str:
        """Decimal."""
        return str(value)


register_converter(SegmentConverter, "segment")
register_converter(KeyConverter, "key")
DOCS = SpectacularSwaggerSplitView.as_view(url_name="api-schema", template_name="api/docs.html")
MISSION = "api/v1/missions/<segment:mission_id>/"
ERRORS = "api/v1/errors/"
STAGE7 = "api/v1/stage7/"
"""Shapes of stage7's own services. Machines send to this prefix too: see missionscope.asgi."""
STAGE7_MISSION = STAGE7 + "missions/<segment:mission_id>/"

urlpatterns = [
    path("api/v1/missions/", missions.MissionList.as_view()),
    path("api/v1/missions/summary/", missions.MissionsSummary.as_view()),
    path(MISSION, missions.MissionDetail.as_view()),
    path(MISSION + "export/", missions.MissionExport.as_view()),
    path(MISSION + "spans/", records.SpanList.as_view()),
    path(MISSION + "spans/<str:trace_id>/<str:span_id>/", records.SpanDetailView.as_view()),
    path(MISSION + "llm-calls/", calls.LlmCallList.as_view()),
    path(MISSION + "llm-calls/<key:pk>/", calls.LlmCallDetail.as_view()),
    path(MISSION + "turns/", calls.TurnList.as_view()),
    path(MISSION + "tool-calls/", calls.ToolCallList.as_view()),
    path(MISSION + "tool-calls/<key:pk>/", calls.ToolCallDetail.as_view()),
    path(MISSION + "logs/", records.LogList.as_view()),
    path(MISSION + "snapshots/", records.SnapshotList.as_view()),
    path(MISSION + "state/", insight.State.as_view()),
    path(MISSION + "graph/", insight.Graph.as_view()),
    path(MISSION + "critical-path/", insight.CriticalPathView.as_view()),
    path(MISSION + "findings/", insight.FindingList.as_view()),
    path(MISSION + "agents/", insight.AgentList.as_view()),
    path(MISSION + "steps/", insight.StepList.as_view()),
    path(MISSION + "human-requests/", insight.HumanRequestList.as_view()),
    path(STAGE7 + "missions", stage7.MissionList.as_view()),
    path(STAGE7_MISSION + "statistics", stage7.Statistics.as_view()),
    path(STAGE7_MISSION + "agents", stage7.AgentList.as_view()),
    path(STAGE7_MISSION + "human-requests", stage7.HumanRequestList.as_view()),
    path(STAGE7 + "step/<segment:step_id>", details.StepDetail.as_view()),
    path(STAGE7 + "agent/step/<segment:step_id>", details.StepDetail.as_view(schema=None)),
    path(STAGE7 + "agent/<segment:agent_id>", details.AgentDetail.as_view()),
    path(STAGE7 + "brain/models", brain.Models.as_view()),
    path(STAGE7 + "brain/performance", brain.Performance.as_view()),
    path(STAGE7 + "brain/performance/rankings", brain.Rankings.as_view()),
    path("api/v1/alerts/", alerts.AlertList.as_view()),
    path("api/v1/alerts/standing/", alerts.AlertStanding.as_view()),
    path("api/v1/alerts/<key:pk>/", alerts.AlertDetail.as_view()),
    path("api/v1/alert-messages/", alerts.MessageList.as_view()),
    path("api/v1/alert-rules/", alert_rules.RuleList.as_view()),
    path("api/v1/alert-rules/preview/", alert_rules.RulePreview.as_view()),
    path("api/v1/alert-rules/<key:pk>/", alert_rules.RuleDetail.as_view()),
    path("api/v1/alert-rules/<key:pk>/evaluations/", alert_rules.RuleEvaluations.as_view()),
    path("api/v1/alert-rule-presets/", alert_rules.PresetList.as_view()),
    path("api/v1/alert-silences/", alert_silences.SilenceList.as_view()),
    path("api/v1/alert-silences/<key:pk>/", alert_silences.SilenceDetail.as_view()),
    path("api/v1/alert-inhibitions/", alert_silences.InhibitionList.as_view()),
    path("api/v1/alert-inhibitions/<key:pk>/", alert_silences.InhibitionDetail.as_view()),
    path("api/v1/alert-channels/", alert_channels.ChannelList.as_view()),
    path("api/v1/alert-channels/<key:pk>/", alert_channels.ChannelDetail.as_view()),
    path("api/v1/alert-channels/<key:pk>/test/", alert_channels.ChannelTest.as_view()),
    path("api/v1/alert-channels/<key:pk>/secret/", alert_channels.ChannelSecret.as_view()),
    path(ERRORS, errors.ErrorList.as_view()),
    path(ERRORS + "<key:group_pk>/", errors.ErrorDetail.as_view()),
    path(ERRORS + "<key:group_pk>/events/", error_events.EventList.as_view()),
    path(ERRORS + "<key:group_pk>/events/<key:event_pk>/", error_events.EventDetail.as_view()),
    path("api/v1/logs/", logs.ProjectLogList.as_view()),
    path("api/v1/search/", project.Search.as_view()),
    path("api/v1/rejections/", project.RejectionList.as_view()),
    path("api/v1/metrics/", metrics.MetricView.as_view()),
    path("api/v1/metrics/catalogue/", metrics.MetricCatalogue.as_view()),
    path("api/v1/metrics/exemplars/", metrics.ExemplarList.as_view()),
    path("api/v1/source-maps/", source_maps.SourceMaps.as_view()),
    path("api/v1/ingest/schema", ingest.show_schema),
    path("api/v1/schema", SpectacularAPIView.as_view(), name="api-schema"),
    path("api/v1/docs", DOCS, name="api-docs"),
    re_path(r"^api/", missions.Unknown.as_view()),
]
