"""Mail over SMTP: one message to all addresses of a channel, within a time that nothing extends."""

import smtplib
import socket
import ssl
import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape
from typing import Any, NamedTuple

from alerts.messages import Message, list_lines, one_line
from alerts.outbox import Outcome

STEP_S, WHOLE_S = 10.0, 20.0
"""For one answer of the server, and for everything."""
SECURITIES = ("starttls", "tls", "none")


class MailServer(NamedTuple):
    """The mail server of the installation."""

    host: str
    port: int
    user: str
    password: str
    security: str
    """starttls (refused when the server has none), tls, or none."""
    sender: str
    """The address that mail comes from."""


def send_mail(server: MailServer | None, recipients: Sequence[str], message: Message) -> Outcome:
    """What became of one attempt. The same message has the same Message-ID at every attempt."""
    if server is None:
        return Outcome(False, "There is no mail server: MISSIONSCOPE_SMTP_HOST is not set.", is_final=True)
    mail = make_mail(message, server.sender, recipients)
    try:
        refused = _hand_over(server, mail, recipients)
    except smtplib.SMTPRecipientsRefused as error:
        codes = {code for code, _ in error.recipients.values()}
        return Outcome(False, f"All addresses were refused: {_tell(error.recipients)}", is_final=min(codes) >= 500)
    except smtplib.SMTPResponseException as error:
        text = f"The mail server answered {error.smtp_code} {_line(error.smtp_error)}"
        return Outcome(False, text, is_final=error.smtp_code in (550, 552, 553, 554))
    except (smtplib.SMTPException, OSError) as error:
        return Outcome(False, f"The mail server could not be used: {one_line(str(error)) or type(error).__name__}")
    return Outcome(True, f"Accepted, but for {_tell(refused)}" if refused else "Accepted.")


def make_mail(message: Message, sender: str, recipients: Sequence[str]) -> EmailMessage:
    """The mail: plain text, and HTML in which every text is escaped."""
    mail = EmailMessage(policy=SMTP)
    domain = sender.rpartition("@")[2] or "localhost"
    mail["From"] = Address("MissionScope", addr_spec=sender)
    mail["To"] = [Address(addr_spec=recipient) for recipient in recipients]
    mail["Subject"] = one_line(message.subject)
    mail["Date"] = format_datetime(datetime.fromisoformat(message.time[:19] + "+00:00"))
    mail["Message-ID"] = f"<{message.key}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-MissionScope-Key"] = message.key
    lines = list_lines(message)
    mail.set_content("\n".join(lines) + "\n", cte="quoted-printable")
    mail.add_alternative(f"<!doctype html><pre>{escape(chr(10).join(lines))}</pre>\n", "html", cte="quoted-printable")
    return mail


def _hand_over(server: MailServer, mail: EmailMessage, recipients: Sequence[str]) -> dict[str, tuple[int, bytes]]:
    """The addresses that were refused while others were taken."""
    with _connect(server) as connection:
        if server.security == "starttls":
            connection.starttls(context=ssl.create_default_context())
        if server.user:
            connection.login(server.user, server.password)
        refused: dict[str, tuple[int, bytes]] = connection.send_message(mail, server.sender, list(recipients))
        return refused


def _connect(server: MailServer) -> smtplib.SMTP:
    if server.security == "tls":
        context = ssl.create_default_context()
        return _LimitedTls(server.host, server.port, timeout=STEP_S, context=context)
    return _Limited(server.host, server.port, timeout=STEP_S)


class _Limited(smtplib.SMTP):
    """A connection that is cut when everything together takes too long: a server may answer a letter at a time."""

    _timer: threading.Timer | None = None

    def connect(self, *where: Any, **more: Any) -> tuple[int, bytes]:
        """As smtplib's, and the time begins."""
        self._timer = threading.Timer(WHOLE_S, self._cut)
        self._timer.daemon = True
        self._timer.start()
        return super().connect(*where, **more)

    def close(self) -> None:
        """As smtplib's, and the time ends."""
        if self._timer is not None:
            self._timer.cancel()
        super().close()

    def _cut(self) -> None:
        if self.sock is not None:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)


class _LimitedTls(_Limited, smtplib.SMTP_SSL):
    """TLS from the first byte."""


def _tell(refused: dict[str, tuple[int, bytes]]) -> str:
    return ", ".join(f"{address} ({code} {_line(text)})" for address, (code, text) in sorted(refused.items()))


def _line(text: bytes | str) -> str:
    return one_line(text.decode(errors="replace") if isinstance(text, bytes) else text, 200)
