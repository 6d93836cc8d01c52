"""Sends a claimed message by the way of its channel."""

import logging

from django.conf import settings

from alerts.channels.mail import MailServer, send_mail
from alerts.channels.slack import slack_body
from alerts.channels.webhook import sign, webhook_body
from alerts.models import Channel
from alerts.outbox import Claimed, Outcome
from alerts.outgoing.addresses import Refused
from alerts.outgoing.client import Answer, Unanswered, post
from core.nanotime import NS_PER_SECOND, now_ns

MOST_SHOWN = 200
"""Characters of an answer that are kept."""

log = logging.getLogger(__name__)


def send(claimed: Claimed) -> Outcome:
    """What became of one attempt. Takes less than `alerts.outbox.LEASE_S`."""
    channel = claimed.channel
    if not channel.is_enabled:
        return Outcome(False, "The channel is switched off.", is_final=True)
    try:
        if channel.kind == "email":
            return send_mail(get_mail_server(), channel.target.split(), claimed.message)
        return _post(channel, claimed)
    except Refused as error:
        return Outcome(False, error.detail, is_final=True)
    except Unanswered as error:
        return Outcome(False, str(error))
    except Exception as error:  # whatever a library may raise: the message is tried again
        log.error("a message was not sent: %s", type(error).__name__, exc_info=error)
        return Outcome(False, f"It could not be sent: {type(error).__name__}.")


def get_mail_server() -> MailServer | None:
    """The mail server of the installation; None when there is none."""
    if not settings.MISSIONSCOPE_SMTP_HOST:
        return None
    return MailServer(
        settings.MISSIONSCOPE_SMTP_HOST,
        settings.MISSIONSCOPE_SMTP_PORT,
        settings.MISSIONSCOPE_SMTP_USER,
        settings.MISSIONSCOPE_SMTP_PASSWORD,
        settings.MISSIONSCOPE_SMTP_SECURITY,
        settings.MISSIONSCOPE_MAIL_FROM,
    )


def _post(channel: Channel, claimed: Claimed) -> Outcome:
    headers = {"Content-Type": "application/json", "Idempotency-Key": claimed.message.key}
    if channel.kind == "slack":
        body = slack_body(claimed.message)
    else:
        body = webhook_body(claimed.message)
        seconds = now_ns() // NS_PER_SECOND
        headers |= {"X-MissionScope-Timestamp": str(seconds), "X-MissionScope-Attempt": str(claimed.attempt)}
        if channel.secret:
            headers["X-MissionScope-Signature"] = sign(channel.secret, seconds, body)
    answer = post(channel.target, body, headers, allowed=tuple(settings.MISSIONSCOPE_WEBHOOK_ALLOW))
    return Outcome(200 <= answer.status < 300, _tell(answer))


def _tell(answer: Answer) -> str:
    words = f"Answered {answer.status}"
    return f"{words}: {answer.excerpt[:MOST_SHOWN]}" if answer.excerpt and answer.status >= 300 else f"{words}."
