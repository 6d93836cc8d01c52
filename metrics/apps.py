"""The metrics application."""

from django.apps import AppConfig

from core.jobs import register


class MetricsConfig(AppConfig):
    """Registers the tables of metrics and its jobs."""

    name = "metrics"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Derive metrics and roll up points that were stored, woken by ingest, and let go of what is old."""
        from metrics.derive.job import derive_pending
        from metrics.retention import retain
        from metrics.rolling import merge_pending, roll_up

        register("metrics.derive", derive_pending, 5.0, rest_s=1.0)
        register("metrics.roll_up", roll_up, 10.0, rest_s=10.0)
        register("metrics.merge_up", merge_pending, 60.0, rest_s=15.0)
        register("metrics.retain", retain, 3600.0)
