"""Messages to channels and what became of them. Pure."""

from typing import NamedTuple

from alerts.records import AttemptRow, MessageRow
from web.presenters.alerts.firings import MESSAGE_MARKS
from web.presenters.marks import Mark

_OUTCOMES = {
    "sending": Mark("active", "being sent", "status-active"),
    "sent": Mark("check", "delivered", "status-ok"),
    "failed": Mark("failed", "failed", "status-failed"),
    "unknown": Mark("warning", "unknown", "status-waiting"),
}


class AttemptItem(NamedTuple):
    """One attempt."""

    row: AttemptRow
    mark: Mark
    took_ns: int | None


class MessageItem(NamedTuple):
    """A message with its attempts."""

    row: MessageRow
    mark: Mark
    attempts: list[AttemptItem]
    last_answer: str
    """What the receiver, or the network, said last."""
    next_try_ns: int | None
    """When it is tried again; None when it is not."""
    is_on_its_way: bool


def present_message(row: MessageRow) -> MessageItem:
    """A message as a row of the log."""
    attempts = [
        AttemptItem(each, _OUTCOMES[each.outcome], None if each.ended_ns is None else each.ended_ns - each.started_ns)
        for each in row.attempts
    ]
    is_on_its_way = row.state in ("waiting", "sending")
    return MessageItem(
        row=row,
        mark=MESSAGE_MARKS[row.state],
        attempts=attempts,
        last_answer=row.attempts[-1].detail if row.attempts else "",
        next_try_ns=row.due_ns if row.state == "waiting" else None,
        is_on_its_way=is_on_its_way,
    )
