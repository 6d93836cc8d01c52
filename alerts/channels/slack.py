"""The format of Slack's incoming webhooks, which Mattermost, Rocket.Chat and others take too. Pure.

Nothing in a text can name everybody, make a link or a mark: Slack's three characters are written as it wants them, and
an `@` is followed by a mark of no width.
"""

from typing import Any

import msgspec

from alerts.messages import Alert, Message

MOST_SHOWN = 20
LONGEST_SECTION = 2_900
"""Slack refuses a section of 3,000 characters."""
COLOURS = {"critical": "#b42318", "warning": "#b54708", "info": "#175cd3"}
RESOLVED = "#067647"
APART = "\u200b"
_MARKS = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": f"@{APART}"} | {mark: f"{APART}{mark}" for mark in "*_~`"}
)


def slack_body(message: Message) -> bytes:
    """The message as JSON: a line, and a section for each of the first firings."""
    shown = message.alerts[:MOST_SHOWN]
    more = message.firing_count + message.resolved_count - len(shown)
    attachments: list[dict[str, Any]] = [_attachment(alert) for alert in shown]
    if more > 0:
        attachments.append({"color": COLOURS["info"], "text": f"and {more} more", "fallback": f"and {more} more"})
    text = escape(message.subject)
    body = {
        "text": f"{text}\n<{message.url}|All alerts>" if message.url else text,
        "attachments": attachments,
        "link_names": 0,
        "parse": "none",
        "unfurl_links": False,
    }
    return msgspec.json.encode(body)


def escape(text: str) -> str:
    """The text as Slack shows it letter for letter."""
    return text.translate(_MARKS)


def _attachment(alert: Alert) -> dict[str, Any]:
    is_over = alert.state == "resolved"
    word = "Resolved" if is_over else alert.severity.capitalize()
    labels = ", ".join(f"{escape(name)}={escape(value)}" for name, value in sorted(alert.labels.items()) if value)
    lines = [escape(alert.title), *([labels] if labels else []), *([escape(alert.note)] if alert.note else [])]
    title = f"{word}: {alert.rule}"
    found: dict[str, Any] = {
        "color": RESOLVED if is_over else COLOURS[alert.severity],
        "title": escape(title),
        "text": "\n".join(lines)[:LONGEST_SECTION],
        "fallback": escape(f"{title}: {alert.title}"),
        "footer": f"since {alert.since}" + (f", until {alert.ended}" if alert.ended else ""),
    }
    return found | ({"title_link": alert.url} if alert.url else {})
