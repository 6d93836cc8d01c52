"""Errors as Sentry's clients report them: a page of the React client, and a plugin in Python."""

from collections.abc import Sequence
from typing import Any

from demo.around.day import BROWSER, KEY_ERROR, USER, Day, write_time
from demo.records import Span
from demo.trace_builder import SECOND_NS

Event = dict[str, Any]
Place = tuple[int, Span | None]
"""When it happened, and in which span of a mission."""

PAGE = "https://assistant.example"
PLUGIN = "expense-plugin"
MINUTES_ELSEWHERE = (341.0, 268.5, 201.2, 122.8, 57.4)
"""When the page failed for people outside the sample missions."""
FIRST_RELEASE, NEXT_RELEASE = "1.3.0", "1.3.1"


def report(day: Day) -> list[Event]:
    """Every event of the past, oldest first."""
    conversation = day.stories["team_day"]
    clicks = [span for span in conversation.spans if span.name == "click"]
    pages: list[Place] = [(span.end_ns or span.start_ns, span) for span in clicks[5::8]]
    pages += [(day.at(minutes), None) for minutes in MINUTES_ELSEWHERE]
    failed: list[Place] = [
        (span.end_ns or span.start_ns, span) for span in conversation.spans
        if span.attributes.get("gen_ai.tool.name") and span.attributes.get("error.type") == KEY_ERROR[0]
    ]  # fmt: skip
    events = [tell_type_error(day, time_ns, span) for time_ns, span in pages]
    events += [tell_key_error(day, time_ns, FIRST_RELEASE, span) for time_ns, span in failed]
    events += [tell_key_error(day, day.at(minutes), FIRST_RELEASE) for minutes in (318.0, 287.0)]
    return sorted(events, key=lambda event: str(event["timestamp"]))


def make_envelope(events: Sequence[Event]) -> list[Event]:
    """The lines of an envelope: its headers, then for each event its headers and itself."""
    return [{}, *(line for event in events for line in ({"type": "event"}, event))]


def tell_type_error(day: Day, time_ns: int, span: Span | None) -> Event:
    """The page reads a name of a person who is not loaded yet."""
    frames = [
        _frame("/assets/vendor-7c1e.js", "performWork", 21, 8811, "", in_app=False),
        _frame("/src/conversation/ConversationPane.tsx", "ConversationPane", 88, 19, "  const title = nameOf(people);"),
        _frame("/src/conversation/people.ts", "nameOf", 14, 31, "  return people.find(isOwner).name;"),
    ]
    return _event(day, time_ns, span) | {
        "platform": "javascript",
        "release": f"{BROWSER.name}@{BROWSER.version}",
        "sdk": {"name": "sentry.javascript.react", "version": "10.30.0"},
        "request": {"url": f"{PAGE}/conversations/team-day", "headers": {"User-Agent": "Mozilla/5.0"}},
        "user": {"id": USER if span else f"u-{day.random.randrange(4000, 4400)}"},
        "exception": {"values": [_thrown(
            "TypeError", "Cannot read properties of undefined (reading 'name')", frames, "onerror", handled=False
        )]},
        "breadcrumbs": {"values": [
            _crumb(time_ns, 4.1, "navigation", "/conversations → /conversations/team-day"),
            _crumb(time_ns, 2.6, "fetch", "GET /conversations/team-day [200]"),
            _crumb(time_ns, 0.4, "ui.click", "button#send > span.label"),
            _crumb(time_ns, 0.1, "console", "people is empty, rendering without them", level="warning"),
        ]},
    }  # fmt: skip


def tell_key_error(day: Day, time_ns: int, release: str, span: Span | None = None) -> Event:
    """The plugin takes a price list for granted that tells its currency."""
    frames = [
        _frame("/app/runner/execute.py", "execute", 71, None, "    return plugin.run(inputs)", in_app=False),
        _frame("/app/plugins/expense/main.py", "run", 34, None, "    return total(prices, inputs['people'])"),
        _frame("/app/plugins/expense/prices.py", "total", 19, None, "        unit = price['currency']")
        | {"vars": {"price": "{'item': 'lunch', 'amount': '18.50'}", "people": "14"}},
    ]
    return _event(day, time_ns, span) | {
        "platform": "python",
        "release": f"{PLUGIN}@{release}",
        "server_name": "plugins-2",
        "sdk": {"name": "sentry.python", "version": "2.48.0"},
        "exception": {"values": [_thrown(*KEY_ERROR, frames, "logging", handled=True)]},
        "breadcrumbs": {"values": [_crumb(time_ns, 0.2, "plugin", "price list of 3 items read from cache")]},
    }


def _event(day: Day, time_ns: int, span: Span | None) -> Event:
    trace = {"trace_id": span.trace_id.hex(), "span_id": span.span_id.hex()} if span else {}
    return {
        "event_id": day.random.randbytes(16).hex(),
        "timestamp": write_time(time_ns),
        "level": "error",
        "environment": "demo",
        "contexts": {"trace": trace} if span else {},
    }


def _crumb(time_ns: int, before_s: float, category: str, message: str, level: str = "info") -> Event:
    moment = time_ns - round(before_s * SECOND_NS)
    return {"timestamp": write_time(moment), "category": category, "message": message, "level": level}


def _thrown(kind: str, message: str, frames: list[Event], mechanism: str, *, handled: bool) -> Event:
    told = {"type": mechanism, "handled": handled}
    return {"type": kind, "value": message, "mechanism": told, "stacktrace": {"frames": frames}}


def _frame(file: str, function: str, line: int, column: int | None, source: str, *, in_app: bool = True) -> Event:
    told = {"filename": file, "function": function, "lineno": line, "in_app": in_app, "context_line": source}
    if column is not None:
        told |= {"colno": column, "abs_path": PAGE + file}
    return told
