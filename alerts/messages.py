"""What a channel is told: one message about one or many firings, in plain values. Pure.

A message is put together when the change is committed, and stays as it is however often it is sent.
"""

import re
from collections.abc import Sequence

import msgspec

from alerts.records import SEVERITIES, FiringRow
from core.nanotime import format_utc

MOST_ALERTS = 100
"""Named in one message; of the others the number is told."""
LONGEST_TITLE, LONGEST_SUBJECT = 500, 200
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")
"""Line ends and other control characters, marks that turn the direction of writing, halves of characters."""


class Alert(msgspec.Struct, frozen=True, omit_defaults=True):
    """One firing in a message."""

    id: str
    """Key of the firing, decimal; empty in a test."""
    state: str
    """firing or resolved"""
    rule: str
    severity: str
    title: str
    labels: dict[str, str]
    value: str | None
    threshold: str
    since: str
    """ISO 8601."""
    ended: str = ""
    note: str = ""
    url: str = ""
    missions: tuple[str, ...] = ()
    mission_urls: tuple[str, ...] = ()
    is_new: bool = False
    """The channel was not told of it before."""


class Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """One message to a channel."""

    key: str
    """The same at every attempt: whoever knows it has the message already."""
    project: str
    subject: str
    time: str
    """When it was put together, ISO 8601."""
    alerts: tuple[Alert, ...]
    """News before what goes on, firing before resolved, gravest first; the first MOST_ALERTS."""
    firing_count: int
    resolved_count: int
    url: str = ""
    """Where all of it is to be seen."""
    is_test: bool = False


class Places(msgspec.Struct, frozen=True):
    """How addresses of pages are made; empty where the installation does not know its own."""

    root: str = ""

    def alerts(self, project: str) -> str:
        """The page of all alerts."""
        return f"{self.root}/alerts/?project={project}" if self.root else ""

    def firing(self, project: str, pk: int) -> str:
        """The page of one."""
        return f"{self.root}/alerts/{pk}/?project={project}" if self.root else ""

    def mission(self, project: str, quoted_id: str) -> str:
        """The page of a mission."""
        return f"{self.root}/missions/{quoted_id}/?project={project}" if self.root else ""


def one_line(text: str, longest: int = LONGEST_TITLE) -> str:
    """The text in one line of characters that can be seen, cut."""
    seen = " ".join(_UNSEEN.sub(" ", text).split())
    return seen if len(seen) <= longest else f"{seen[: longest - 1]}…"


def make_alert(row: FiringRow, *, note: str, url: str, mission_urls: Sequence[str], is_new: bool) -> Alert:
    """A firing as a message tells it."""
    return Alert(
        id=str(row.pk),
        state="resolved" if row.state == "resolved" else "firing",
        rule=one_line(row.rule_name, LONGEST_SUBJECT),
        severity=row.severity,
        title=one_line(row.title),
        labels={one_line(name, 200): one_line(value, 200) for name, value in row.labels.items()},
        value=row.value,
        threshold=row.threshold,
        since=format_utc(row.fired_ns or row.since_ns),
        ended=format_utc(row.ended_ns) if row.ended_ns is not None else "",
        note=note,
        url=url,
        missions=tuple(one_line(ref.name or ref.id, 200) for ref in row.evidence.missions[:5]),
        mission_urls=tuple(mission_urls),
        is_new=is_new,
    )


def make_message(key: str, project: str, alerts: Sequence[Alert], time_ns: int, *, url: str) -> Message:
    """One message about all of these."""
    ordered = sorted(alerts, key=_rank)
    firing = sum(alert.state == "firing" for alert in ordered)
    return Message(
        key=key,
        project=one_line(project, LONGEST_SUBJECT),
        subject=_subject(project, ordered, firing),
        time=format_utc(time_ns),
        alerts=tuple(ordered[:MOST_ALERTS]),
        firing_count=firing,
        resolved_count=len(ordered) - firing,
        url=url,
    )


def _rank(alert: Alert) -> tuple[bool, bool, int]:
    goes_on = alert.state == "firing" and not alert.is_new
    return goes_on, alert.state != "firing", SEVERITIES.index(alert.severity)


def list_firing_pks(message: Message) -> tuple[int, ...]:
    """Keys of the firings that it names; none of a test."""
    return tuple(int(alert.id) for alert in message.alerts if alert.id.isdigit())


def make_test(key: str, project: str, channel: str, time_ns: int, *, url: str) -> Message:
    """A message that shows that a channel works."""
    title = f"This is a test of the channel {one_line(channel, 200)}. Nothing is wrong."
    alert = Alert("", "firing", "Test", "info", title, {}, None, "", format_utc(time_ns), url=url)
    subject = one_line(f"{begin_subject(project)}test of {channel}", LONGEST_SUBJECT)
    return Message(key, one_line(project, 200), subject, format_utc(time_ns), (alert,), 1, 0, url, is_test=True)


def begin_subject(project: str) -> str:
    """What the subject of every message about a project begins with."""
    return f"[MissionScope] {project}: "


def _subject(project: str, ordered: Sequence[Alert], firing: int) -> str:
    counts = [f"{firing} firing"] if firing else []
    if len(ordered) > firing:
        counts.append(f"{len(ordered) - firing} resolved")
    rules = list(dict.fromkeys(alert.rule for alert in ordered))
    about = rules[0] if len(rules) == 1 else f"{len(rules)} rules"
    severities = [alert.severity for alert in ordered if alert.state == "firing"]
    gravest = f"{min(severities, key=SEVERITIES.index)}: " if severities else ""
    what = ordered[0].title if len(ordered) == 1 and firing else about
    return one_line(f"{begin_subject(project)}{gravest}{what} ({', '.join(counts)})", LONGEST_SUBJECT)


def list_lines(message: Message) -> list[str]:
    """The message as lines of plain text."""
    lines: list[str] = []
    for alert in message.alerts:
        lines.append(f"{'RESOLVED' if alert.state == 'resolved' else alert.severity.upper()}  {alert.title}")
        labels = ", ".join(f"{name}={value}" for name, value in sorted(alert.labels.items()) if value)
        lines.append(f"  rule {alert.rule}" + (f" ({labels})" if labels else "") + f", since {alert.since}")
        if alert.ended:
            lines.append(f"  until {alert.ended}")
        lines += [f"  {note}" for note in alert.note.splitlines()]
        lines += [f"  mission {name}" for name in alert.missions]
        lines += [f"  {url}" for url in (alert.url, *alert.mission_urls) if url]
        lines.append("")
    more = message.firing_count + message.resolved_count - len(message.alerts)
    if more > 0:
        lines += [f"and {more} more.", ""]
    return [*lines, message.url] if message.url else lines
