"""Wakes who waits for changes of firings: the pages that show them, and the jobs that follow."""

from django.db import transaction

from core.jobs import wake
from live.publish import publish_alerts


def tell_project(project_id: int) -> None:
    """Call after the commit, or inside a transaction: then it happens after that one's."""
    transaction.on_commit(lambda: publish_alerts(project_id))


def wake_delivery() -> None:
    """There may be messages to deliver."""
    transaction.on_commit(lambda: wake("alerts.deliver"))
