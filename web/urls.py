"""Addresses of the pages."""

from django.urls import include, path

from web.views import dashboard_editing, dashboards, errors, frame, missions, patterns, search, settings

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
