"""The api application."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """REST v1. No tables."""

    name = "api"

    def ready(self) -> None:
        """Make the authentication known to the schema."""
        from api import authentication  # noqa: F401
