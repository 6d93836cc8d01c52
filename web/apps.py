"""The Django application `web`."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Names the application; what it registers at start goes into `ready`."""

    name = "web"
    label = "web"
