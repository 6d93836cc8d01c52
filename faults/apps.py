"""The faults application."""

from django.apps import AppConfig

from core.jobs import register


class FaultsConfig(AppConfig):
    """Registers the tables of faults and the job that fills them."""

    name = "faults"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Look at what tells of failures, woken by ingest and recompute."""
        from faults.collecting import collect_pending

        register("faults.collect", collect_pending, 2.0, rest_s=0.3)
