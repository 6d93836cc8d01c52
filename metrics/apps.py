"""The metrics application."""

from django.apps import AppConfig

from core.jobs import register


class MetricsConfig(AppConfig):
    """Registers the tables of metrics and its jobs."""

    name = "metrics"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Roll up what was stored, woken by ingest, and let go of what is old."""
        from metrics.retention import retain
        from metrics.rolling import merge_pending, roll_up

        register("metrics.roll_up", roll_up, 10.0, rest_s=5.0)
        register("metrics.merge_up", merge_pending, 60.0)
        register("metrics.retain", retain, 3600.0)
