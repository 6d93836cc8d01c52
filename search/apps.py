"""The search application."""

from django.apps import AppConfig

from core.jobs import register


class SearchConfig(AppConfig):
    """Registers the tables of search and its job."""

    name = "search"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Index what was stored, woken by ingest."""
        from search.indexing import index_pending

        register("search.index", index_pending, 2.0, rest_s=0.3)
