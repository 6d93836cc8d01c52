"""Counts of what fires, cheap enough for every page; and when each rule last fired."""

from typing import NamedTuple

from django.db.models import Count, Max

from alerts.models import Firing
from alerts.records import SEVERITIES
from alerts.selectors import get_firing_cursor

MOST_SHOWN = 99


class Loud(NamedTuple):
    """What fires and is neither silenced nor inhibited."""

    total: int
    severity: str
    """The gravest; empty when nothing fires."""
    cursor: int
    """Of the live feed, read before the count: what changes meanwhile comes twice."""

    @property
    def shown(self) -> str:
        """The count, short."""
        return str(self.total) if self.total <= MOST_SHOWN else f"{MOST_SHOWN}+"


def count_loud(project_id: int) -> Loud:
    """How many fire that somebody should look at."""
    cursor = get_firing_cursor(project_id)
    firing = Firing.objects.filter(project_id=project_id, state="firing", silence_id=None, inhibited_by=None)
    counts = dict(firing.values_list("severity").annotate(n=Count("id")))
    gravest = next((severity for severity in SEVERITIES if severity in counts), "")
    return Loud(sum(counts.values()), gravest, cursor)


def list_last_fired(project_id: int) -> dict[int, int]:
    """By rule: when it last fired. Rules that never did are left out."""
    fired = Firing.objects.filter(project_id=project_id, fired_ns__isnull=False)
    return dict(fired.values_list("rule_id").annotate(last=Max("fired_ns")).order_by())
