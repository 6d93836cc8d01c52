"""The signed webhook: a message as JSON, and the proof that it comes from here. Pure."""

import hashlib
import hmac
from typing import Any

import msgspec

from alerts.messages import Message


def webhook_body(message: Message) -> bytes:
    """The message as JSON; the same bytes at every attempt."""
    fields: dict[str, Any] = {
        "version": 1,
        "key": message.key,
        "test": message.is_test,
        "project": message.project,
        "subject": message.subject,
        "time": message.time,
        "url": message.url,
        "firing_count": message.firing_count,
        "resolved_count": message.resolved_count,
        "alerts": [
            {
                "id": alert.id,
                "state": alert.state,
                "is_new": alert.is_new,
                "rule": alert.rule,
                "severity": alert.severity,
                "title": alert.title,
                "labels": alert.labels,
                "value": alert.value,
                "threshold": alert.threshold,
                "since": alert.since,
                "ended": alert.ended or None,
                "note": alert.note,
                "url": alert.url,
                "missions": list(alert.missions),
                "mission_urls": list(alert.mission_urls),
            }
            for alert in message.alerts
        ],
    }
    return msgspec.json.encode(fields)


def sign(secret: str, seconds: int, body: bytes) -> str:
    """`v1=` and the HMAC-SHA256, in hex, of the time in seconds, a full stop and the body."""
    signed = b"%d." % seconds + body
    return "v1=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
