"""A mail server to test with, a channel to it, and what it was brought."""

import email
import email.policy
from contextlib import contextmanager

from aiosmtpd.controller import Controller

from tests.alerts.making import make_channel
from tests.servers import find_free_port


class Mailbox:
    """A mail server's way to take mail, as the test wants it."""

    def __init__(self, refuse=None):
        self.mails, self.refuse = [], refuse or {}

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if "data" in self.refuse:
            return self.refuse["data"]
        self.mails.append((envelope.mail_from, list(envelope.rcpt_tos), envelope.content))
        return "250 OK"


@contextmanager
def mail_server(settings, box, **options):
    controller = Controller(box, hostname="127.0.0.1", port=find_free_port(), **options)
    controller.start()
    settings.MISSIONSCOPE_SMTP_HOST = "127.0.0.1"
    settings.MISSIONSCOPE_SMTP_PORT = controller.port
    settings.MISSIONSCOPE_SMTP_SECURITY = "none"
    try:
        yield controller
    finally:
        controller.stop()


def mail_channel(project, target="ann@example.org bob@example.org"):
    return make_channel(project, kind="email", name="mail", target=target, secret="")


def parse(content):
    return email.message_from_bytes(content, policy=email.policy.default)
