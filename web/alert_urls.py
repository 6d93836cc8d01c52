"""Addresses of the pages about alerts, below `alerts/`."""

from django.urls import path

from web.views import alert_channels, alert_rules, alert_silences, alerts

urlpatterns = [
    path("", alerts.show_firing, name="alerts"),
    path("standing", alerts.send_standing, name="alerts-standing"),
    path("<int:firing_pk>/", alerts.show_one, name="alert"),
    path("<int:firing_pk>/silence", alerts.silence_one, name="alert-silence"),
    path("history/", alerts.show_history, name="alerts-history"),
    path("rules/", alert_rules.show_rules, name="alert-rules"),
    path("rules/new/", alert_rules.make_rule, name="alert-rule-new"),
    path("rules/presets", alert_rules.add_presets, name="alert-rule-presets"),
    path("rules/preview", alert_rules.preview, name="alert-rule-preview"),
    path("rules/test", alert_rules.test_channels, name="alert-rule-test"),
    path("rules/<int:rule_pk>/", alert_rules.edit_rule, name="alert-rule"),
    path("rules/<int:rule_pk>/change", alert_rules.change_rule, name="alert-rule-change"),
    path("silences/", alert_silences.show_silences, name="alert-silences"),
    path("silences/<int:silence_pk>/end", alert_silences.end_silence, name="alert-silence-end"),
    path("inhibitions/", alert_silences.make_inhibition, name="alert-inhibitions"),
    path("inhibitions/<int:inhibition_pk>/remove", alert_silences.remove_inhibition, name="alert-inhibition-remove"),
    path("channels/", alert_channels.show_channels, name="alert-channels"),
    path("channels/<int:channel_pk>/", alert_channels.edit_channel, name="alert-channel"),
    path("channels/<int:channel_pk>/change", alert_channels.change_channel, name="alert-channel-change"),
    path("channels/<int:channel_pk>/test", alert_channels.test_channel, name="alert-channel-test"),
    path("messages/", alert_channels.show_messages, name="alert-messages"),
    path("messages/tests", alert_channels.show_tests, name="alert-message-tests"),
]
