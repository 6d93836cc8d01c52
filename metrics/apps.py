"""The metrics application."""

from django.apps import AppConfig


class MetricsConfig(AppConfig):
    """Registers the tables of metrics."""

    name = "metrics"
    default_auto_field = "django.db.models.BigAutoField"
