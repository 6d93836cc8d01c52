"""The analysis application."""

from django.apps import AppConfig

from core.jobs import register


class AnalysisConfig(AppConfig):
    """Registers the jobs of analysis."""

    name = "analysis"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Recompute missions that changed, and look at open ones from time to time."""
        from analysis.attribution import attribute_pools
        from analysis.recompute import recompute_changed, recompute_open

        register("analysis.attribute", attribute_pools, 5.0, rest_s=0.2)
        register("analysis.recompute", recompute_changed, 2.0, rest_s=0.2)
        register("analysis.recompute_open", recompute_open, 15.0)
