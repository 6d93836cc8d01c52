"""The traces application."""

from django.apps import AppConfig


class TracesConfig(AppConfig):
    """Registers the tables of traces."""

    name = "traces"
    default_auto_field = "django.db.models.BigAutoField"
