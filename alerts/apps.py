"""The alerts application."""

from django.apps import AppConfig

from core.jobs import register


class AlertsConfig(AppConfig):
    """Registers the tables of alerts and their jobs."""

    name = "alerts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Evaluate rules, deliver messages, forget what is old."""
        from alerts.delivery import deliver
        from alerts.evaluation import evaluate
        from alerts.retention import retain

        # More often than windows end, so that none is left out; a window that is done costs one read.
        register("alerts.evaluate", evaluate, 5.0, rest_s=0.5)
        register("alerts.deliver", deliver, 5.0, rest_s=0.1)
        register("alerts.retain", retain, 3600.0)
