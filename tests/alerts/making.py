"""Rules, channels and times to test with."""

from typing import Any

from alerts.actions import create_rule
from alerts.evaluation import evaluate_at
from alerts.models import Channel, Delivery, Firing, OutboxMessage
from tests.metrics.making import minute, write_minutes

SECOND_NS = 10**9
METRIC = {"metric": "missionscope.llm.duration", "aggregation": "p99", "threshold": 10, "window_s": 300}


def at(number: float, seconds: float = 15) -> int:
    """A moment so many minutes and seconds after the begin of the tests' time."""
    return minute(0) + int((number * 60 + seconds) * SECOND_NS)


def make_rule(project: Any, *, kind: str = "metric", condition: dict[str, Any] | None = None, **fields: Any) -> int:
    """A rule; without more said one that fires above a p99 of 10 s in 5 minutes."""
    given = {"name": f"{kind} rule", "kind": kind, "condition": METRIC if condition is None else condition, **fields}
    return create_rule(project.pk, given)


def make_channel(project: Any, *, name: str = "hook", kind: str = "webhook", **fields: Any) -> Channel:
    """A channel that nobody answers, told at once."""
    given = {"target": "https://hooks.example.org/x", "secret": "s", "group_wait_s": 0} | fields
    return Channel.objects.create(project_id=project.pk, name=name, kind=kind, created_ns=0, updated_ns=0, **given)


def evaluate_each(*moments: int, trusted_since_ns: int = 0) -> None:
    """Evaluate at these moments, one after another."""
    for moment in moments:
        evaluate_at(moment, trusted_since_ns=trusted_since_ns)


def states(project: Any) -> list[str]:
    """Of all firings, in the order in which they began."""
    return list(Firing.objects.filter(project_id=project.pk).order_by("id").values_list("state", flat=True))


def messages() -> list[OutboxMessage]:
    """All messages, in order."""
    return list(OutboxMessage.objects.order_by("id"))


def alert(project: Any, channel: Channel, **rule: Any) -> None:
    """One alert, told."""
    write_minutes(project.pk, METRIC["metric"], {0: [12.0] * 10}, model="<b>@everyone</b>")
    make_rule(project, channels=[channel.id], group_by=["model"], **rule)
    evaluate_each(at(1))


def outcomes() -> list[str]:
    """Of all attempts to deliver, in order."""
    return list(Delivery.objects.order_by("id").values_list("outcome", flat=True))
