"""The faults application."""

from django.apps import AppConfig


class FaultsConfig(AppConfig):
    """Registers the tables of faults."""

    name = "faults"
    default_auto_field = "django.db.models.BigAutoField"
