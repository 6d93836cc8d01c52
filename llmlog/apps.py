"""The llmlog application."""

from django.apps import AppConfig


class LlmlogConfig(AppConfig):
    """Registers the tables of llmlog and lets its rows follow their spans."""

    name = "llmlog"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Calls move with their spans."""
        from llmlog.moves import follow_spans
        from traces.moves import followers

        followers.append(follow_spans)
