"""The live application."""

from django.apps import AppConfig


class LiveConfig(AppConfig):
    """Has changes told that packages below make by themselves."""

    name = "live"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to changes of errors."""
        from faults.turns import listeners
        from live.publish import publish_errors

        listeners.append(publish_errors)
