"""The Django application that carries the `tap` command. It has no tables."""

from django.apps import AppConfig


class TapConfig(AppConfig):
    """Records what passes between the services of stage7."""

    name = "tap"
    verbose_name = "Tap"
