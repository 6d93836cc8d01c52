"""The live application."""

from django.apps import AppConfig


class LiveConfig(AppConfig):
    """Registers the tables of live."""

    name = "live"
    default_auto_field = "django.db.models.BigAutoField"
