"""The metrics application."""

from django.apps import AppConfig

from core.jobs import register


class MetricsConfig(AppConfig):
    """Registers the tables of metrics and their jobs."""

    name = "metrics"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Derive metrics from what was stored, woken by ingest."""
        from metrics.derive.job import derive_pending

        register("metrics.derive", derive_pending, 5.0, rest_s=1.0)
