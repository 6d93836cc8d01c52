"""The plans application."""

from django.apps import AppConfig


class PlansConfig(AppConfig):
    """Registers the table of plans and lets its rows follow their log records."""

    name = "plans"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Facts move with the record they were read from."""
        from plans.moves import follow_logs
        from traces.moves import log_followers

        log_followers.append(follow_logs)
