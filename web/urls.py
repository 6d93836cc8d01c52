"""Addresses of the pages."""

from django.urls import include, path, register_converter

from web.views import dashboard_editing, dashboards, errors, frame, logs, missions, patterns, search, settings


class LogKeyConverter:
    """The key of a log record: a number that fits 64 bits."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        """The number."""
        return int(value)

    def to_url(self, value: int) -> str:
        """Decimal."""
        return str(value)


register_converter(LogKeyConverter, "logpk")

urlpatterns = [
    path("", frame.show_home, name="home"),
    path("theme", frame.choose_theme, name="theme"),
    path("project", frame.choose_project, name="project"),
    path("palette", search.send_palette, name="palette"),
    path("search", search.show_search, name="search"),
    path("missions/", missions.show_missions, name="missions"),
    path("missions/changes", missions.show_changes, name="missions-changes"),
    path("dashboards/", dashboards.show_first, name="dashboards"),
    path("dashboards/behind", dashboards.show_behind, name="dashboards-behind"),
    path("dashboards/new/", dashboard_editing.make_dashboard, name="dashboard-new"),
    path("dashboards/<slug:slug>/", dashboards.show_dashboard, name="dashboard"),
    path("dashboards/<slug:slug>/tiles", dashboards.send_tiles, name="dashboard-tiles"),
    path("dashboards/<slug:slug>/panels/<slug:key>", dashboards.send_panel, name="dashboard-panel"),
    path("dashboards/<slug:slug>/edit/", dashboard_editing.edit_dashboard, name="dashboard-edit"),
    path("dashboards/<slug:slug>/change", dashboard_editing.change_dashboard, name="dashboard-change"),
    path("errors/", errors.show_errors, name="errors"),
    path("errors/<int:group_pk>/", errors.show_error, name="error"),
    path("errors/<int:group_pk>/change", errors.change_error, name="error-change"),
    path("logs/", logs.show_logs, name="logs"),
    path("logs/changes", logs.show_log_changes, name="logs-changes"),
    path("logs/histogram", logs.show_log_histogram, name="logs-histogram"),
    path("logs/download.csv", logs.download_csv, name="logs-csv"),
    path("logs/download.ndjson", logs.download_ndjson, name="logs-ndjson"),
    path("logs/<logpk:pk>", logs.show_log_line, name="log-line"),
    path("logs/<logpk:pk>/context", logs.show_log_context, name="log-context"),
    path("settings/", settings.show_project, name="settings"),
    path("settings/keys/", settings.show_keys, name="settings-keys"),
    path("settings/keys/<int:key_pk>/revoke", settings.revoke_key, name="settings-key-revoke"),
    path("settings/members/", settings.show_members, name="settings-members"),
    path("settings/members/<int:user_pk>", settings.change_member, name="settings-member"),
    path("settings/send/", settings.show_sending, name="settings-send"),
    path("settings/send/dsn", settings.make_public_key, name="settings-dsn"),
    path("settings/history/", settings.show_history, name="settings-history"),
    path("alerts/", include("web.alert_urls")),
    path("-/patterns", patterns.show_patterns, name="patterns"),
    path("", include("web.mission_urls")),
]
