"""One error group and one of its events, as the page shows them."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

from analysis.moments import Moment
from faults.contents import EventContent
from faults.events import Neighbours
from faults.grouping.failures import TOOL
from faults.records import ErrorEvent, GroupRow, MissionTouched, Share
from telemetry.records import LogRecord
from traces.plain import plain
from web.presenters.errors.attachments import ATTRIBUTE, AttachmentView, present_attachments
from web.presenters.errors.marks import present_level, present_source
from web.presenters.errors.stack import ThrownView, is_as_built, present_stack
from web.presenters.formats import format_count, format_time
from web.presenters.marks import Mark
from web.presenters.mission.keys import span_key
from web.presenters.mission.texts import Text, present_value
from web.presenters.paths import mission_path

FIELD_WORDS = {
    "service_name": "Service", "environment": "Environment", "release": "Release", "agent_name": "Agent",
    "tool_name": "Tool", "step_verb": "Verb", "user_id": "User",
}  # fmt: skip
_SHOWN_APART = ("exception.type", "exception.message", "exception.stacktrace", ATTRIBUTE)
MOST_ATTRIBUTES = 200
HANDLED_WORDS = {True: "yes, it went on", False: "no", None: ""}


class Fact(NamedTuple):
    """A name and a value, perhaps with a link."""

    name: str
    value: str
    path: str = ""
    is_id: bool = False


class NamedText(NamedTuple):
    """A name and a text of any length."""

    name: str
    text: Text


class ShareBar(NamedTuple):
    """A value and its part of all events with a value, in per cent."""

    value: str
    event_count: int
    percent: int


class FieldShares(NamedTuple):
    """The commonest values of one field."""

    name: str
    bars: list[ShareBar]

    @property
    def only(self) -> str:
        """The one value that there is; empty when there are several."""
        return self.bars[0].value if len(self.bars) == 1 else ""


class TouchedView(NamedTuple):
    """A mission in which it happened."""

    path: str
    name: str
    status: str
    event_count: int
    last_ns: int


class AlsoTold(NamedTuple):
    """Another record of the same failure."""

    source: Mark
    words: str
    path: str


class StateView(NamedTuple):
    """An agent's state at that moment."""

    agent: str
    text: Text


class EventView(NamedTuple):
    """One event."""

    pk: int
    time: str
    time_ns: int
    level: Mark
    source: Mark
    title: str
    message: Text | None
    """None where the stack says the same."""
    stack: list[ThrownView]
    build_words: str
    """How the code would be shown as it was written; empty where it is, or needs nothing for it."""
    mission: str
    mission_path: str
    """Of the record itself, at its moment."""
    facts: list[Fact]
    older_path: str
    newer_path: str
    newest_path: str
    step_words: str
    moment: list[NamedText]
    """The step's inputs, the tool's arguments ..."""
    states: list[StateView]
    attachments: list[AttachmentView]
    attributes: list[NamedText]
    also: list[AlsoTold]

    @property
    def has_moment(self) -> bool:
        """Is anything known of what the application was about?"""
        return bool(self.moment or self.states or self.step_words)


def present_event(
    event: ErrorEvent,
    content: EventContent,
    moment: Moment,
    neighbours: Neighbours,
    also: Sequence[ErrorEvent],
) -> EventView:
    """An event with everything that is known of it."""
    base = f"/errors/{event.group_pk}/"
    return EventView(
        pk=event.pk,
        time=format_time(event.time_ns),
        time_ns=event.time_ns,
        level=present_level(event.level),
        source=present_source(event.source),
        title=event.title,
        message=present_value(content.message) if content.message and not _is_in_stack(content) else None,
        stack=present_stack(content.stack),
        build_words=_build_words(event) if is_as_built(content.stack) else "",
        mission=event.mission_name or event.mission_id or "",
        mission_path=record_path(event),
        facts=_facts(event),
        older_path=f"{base}?event={neighbours.older}" if neighbours.older is not None else "",
        newer_path=f"{base}?event={neighbours.newer}" if neighbours.newer is not None else "",
        newest_path=base,
        step_words=_step_words(moment),
        moment=_moment(moment, is_tool=event.source == TOOL),
        states=[StateView(each.agent_name, present_value(plain(each.found.state))) for each in moment.states],
        attachments=present_attachments(content.record.attributes) if content.record is not None else [],
        attributes=_attributes(content),
        also=[AlsoTold(present_source(each.source), each.culprit or each.title, record_path(each)) for each in also],
    )


def _build_words(event: ErrorEvent) -> str:
    of_release = f" of the release {event.release}" if event.release else ""
    return f"This is the code as it was built. With the source map{of_release} it is shown as it was written."


def _is_in_stack(content: EventContent) -> bool:
    return content.stack is not None and content.stack.chain[0].message == content.message


def record_path(event: ErrorEvent) -> str:
    """The record in its mission's page, the playhead at its moment; empty without a mission."""
    if event.mission_id is None:
        return ""
    query = {"at": str(event.time_ns)}
    if event.trace_id and event.span_id:
        query["span"] = span_key(event.trace_id, event.span_id)
    if event.log_pk is not None:
        query |= {"pane": "logs", "log": str(event.log_pk)}
    elif event.step_key:
        query |= {"pane": "plan"}
    return f"{mission_path(event.mission_id)}?{urlencode(query)}"


def _facts(event: ErrorEvent) -> list[Fact]:
    record = record_path(event)
    found = [
        Fact("Mission", event.mission_name or event.mission_id or "", record),
        Fact("Service", event.service_name),
        Fact("Agent", event.agent_name),
        Fact("Tool", event.tool_name),
        Fact("Step", event.step_id, is_id=True),
        Fact("Verb", event.step_verb),
        Fact("Release", event.release),
        Fact("Environment", event.environment),
        Fact("User", event.user_id or "", is_id=True),
        Fact("Request", event.request_id, is_id=True),
        Fact("Trace", event.trace_id or "", is_id=True),
        Fact("Span", event.span_id or "", record if event.span_pk is not None else "", is_id=True),
        Fact("Caught", HANDLED_WORDS[event.handled]),
    ]
    return [fact for fact in found if fact.value]


def _step_words(moment: Moment) -> str:
    if moment.step is None:
        return ""
    step = moment.step.step
    return ": ".join(part for part in (step.verb or "step", step.description) if part)


def _moment(moment: Moment, *, is_tool: bool) -> list[NamedText]:
    step = moment.step
    told = [
        ("Tool arguments" if is_tool else "What went in", moment.arguments),
        ("Tool result" if is_tool else "What came out", moment.result),
        ("Step inputs", None if step is None else step.inputs),
        ("Step result", None if step is None else step.result),
    ]
    return [NamedText(name, present_value(plain(value))) for name, value in told if value not in (None, {}, [], "")]


def _attributes(content: EventContent) -> list[NamedText]:
    record = content.record
    if record is None:
        return []
    found: dict[str, Any] = {"body": record.body} if isinstance(record, LogRecord) else {}
    found |= {name: value for name, value in record.attributes.items() if name not in _SHOWN_APART}
    found |= {f"resource {name}": value for name, value in record.resource.attributes.items()}
    return [NamedText(name, present_value(plain(value))) for name, value in list(found.items())[:MOST_ATTRIBUTES]]


def present_shares(shares: Mapping[str, Sequence[Share]]) -> list[FieldShares]:
    """Fields with several values first."""
    found = []
    for field, word in FIELD_WORDS.items():
        values = shares.get(field, ())
        total = sum(share.count for share in values)
        bars = [ShareBar(share.value, share.count, round(100 * share.count / total)) for share in values]
        if bars:
            found.append(FieldShares(word, bars))
    return sorted(found, key=lambda each: len(each.bars) == 1)


def present_touched(missions: Sequence[MissionTouched]) -> list[TouchedView]:
    """Missions in which it happened."""
    return [
        TouchedView(mission_path(row.id), row.name or row.id, row.status, row.event_count, row.last_ns)
        for row in missions
    ]


def describe_state(group: GroupRow) -> str:
    """What was decided and what became of it, in a sentence; empty while nothing was."""
    if group.is_regressed:
        return f"It came back on {format_time(group.regressed_ns)[:16]} UTC, after it was resolved."
    if group.status == "resolved":
        release = group.resolved_release
        if release is None:
            return "What happens from now on opens it again."
        return f"What happens in a release after {release or 'those there are'} opens it again."
    if group.status == "ignored":
        if group.ignore_until_ns is not None:
            return f"Until {format_time(group.ignore_until_ns)[:16]} UTC."
        if group.ignore_until_count is not None:
            return f"Until there are {format_count(group.ignore_until_count)} events."
        return "Until somebody opens it again."
    return ""
