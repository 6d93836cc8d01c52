"""The Django application `ingest`."""

from django.apps import AppConfig


class IngestConfig(AppConfig):
    """Names the application; what it registers at start goes into `ready`."""

    name = "ingest"
    label = "ingest"
