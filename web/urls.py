"""Addresses of the pages."""

from django.urls import include, path

from web.views import frame, missions, patterns, search, settings

urlpatterns = [
    path("", frame.show_home, name="home"),
    path("theme", frame.choose_theme, name="theme"),
    path("project", frame.choose_project, name="project"),
    path("palette", search.send_palette, name="palette"),
    path("search", search.show_search, name="search"),
    path("missions/", missions.show_missions, name="missions"),
    path("missions/changes", missions.show_changes, name="missions-changes"),
    path("settings/", settings.show_project, name="settings"),
    path("settings/keys/", settings.show_keys, name="settings-keys"),
    path("settings/keys/<int:key_pk>/revoke", settings.revoke_key, name="settings-key-revoke"),
    path("settings/members/", settings.show_members, name="settings-members"),
    path("settings/members/<int:user_pk>", settings.change_member, name="settings-member"),
    path("settings/send/", settings.show_sending, name="settings-send"),
    path("settings/history/", settings.show_history, name="settings-history"),
    path("alerts/", include("web.alert_urls")),
    path("-/patterns", patterns.show_patterns, name="patterns"),
    path("", include("web.mission_urls")),
]
