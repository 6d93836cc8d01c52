"""The bodies application."""

from django.apps import AppConfig


class BodiesConfig(AppConfig):
    """Registers the tables of bodies."""

    name = "bodies"
    default_auto_field = "django.db.models.BigAutoField"
