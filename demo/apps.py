"""The Django application that carries the `send_demo` command. It has no tables."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Sample missions, sent through the real HTTP doors."""

    name = "demo"
    verbose_name = "Sample missions"
