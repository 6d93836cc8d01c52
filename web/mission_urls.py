"""Addresses of the mission page and of what it fetches.

A mission's id is its sender's own text: it may hold slashes, line ends, anything. The page's address ends with a
slash and what it fetches does not, so that a mission called `x/data/spans` and the spans of `x` stay apart.
"""

from django.urls import path, register_converter

from web import mission_pane_lists as lists
from web import mission_selection as selection
from web import mission_state as state
from web import mission_views as views
from web.mission_conversation import show_conversation
from web.mission_overview import show_overview
from web.mission_plan import show_plan, show_questions


class MissionIdConverter:
    """Any text, slashes and line ends too."""

    regex = r"[\s\S]+"

    def to_python(self, value: str) -> str:
        """The id as it is."""
        return value

    def to_url(self, value: str) -> str:
        """The id as it is; Django encodes it. `web.presenters.paths.mission_path` also encodes its slashes."""
        return value


class HexConverter:
    """A trace or span id."""

    regex = r"[0-9a-f]{16}|[0-9a-f]{32}"

    def to_python(self, value: str) -> str:
        """The id as it is."""
        return value

    def to_url(self, value: str) -> str:
        """The id as it is."""
        return value


register_converter(MissionIdConverter, "mission")
register_converter(HexConverter, "hexid")

urlpatterns = [
    path("missions/<mission:mission_id>/data/spans", views.send_spans, name="mission-spans"),
    path("missions/<mission:mission_id>/data/calls", views.send_calls, name="mission-calls"),
    path("missions/<mission:mission_id>/data/previews", views.send_previews, name="mission-previews"),
    path("missions/<mission:mission_id>/data/graph", views.send_graph, name="mission-graph"),
    path("missions/<mission:mission_id>/data/critical-path", views.send_critical_path, name="mission-critical-path"),
    path("missions/<mission:mission_id>/panes/head", views.show_head, name="mission-head"),
    path("missions/<mission:mission_id>/panes/overview", show_overview, name="mission-overview"),
    path("missions/<mission:mission_id>/panes/plan", show_plan, name="mission-plan"),
    path("missions/<mission:mission_id>/panes/questions", show_questions, name="mission-questions"),
    path("missions/<mission:mission_id>/panes/conversation", show_conversation, name="mission-conversation"),
    path("missions/<mission:mission_id>/panes/tools", lists.show_tools, name="mission-tools"),
    path("missions/<mission:mission_id>/panes/state", state.show_state, name="mission-state"),
    path("missions/<mission:mission_id>/panes/logs", lists.show_logs, name="mission-logs"),
    path("missions/<mission:mission_id>/panes/errors", lists.show_errors, name="mission-errors"),
    path("missions/<mission:mission_id>/panes/findings", lists.show_findings, name="mission-findings"),
    path(
        "missions/<mission:mission_id>/spans/<hexid:trace_id>/<hexid:span_id>/panel",
        selection.show_panel,
        name="mission-panel",
    ),
    path(
        "missions/<mission:mission_id>/spans/<hexid:trace_id>/<hexid:span_id>/raw",
        selection.send_raw,
        name="mission-raw",
    ),
    path(
        "missions/<mission:mission_id>/spans/<hexid:trace_id>/<hexid:span_id>/rerun",
        selection.show_rerun,
        name="mission-rerun",
    ),
    path("missions/<mission:mission_id>/logs/<int:pk>/panel", selection.show_log_panel, name="mission-log-panel"),
    path("missions/<mission:mission_id>/", views.show_mission, name="mission"),
]
