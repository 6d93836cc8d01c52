"""Messages reach mail servers, over TLS where it is asked for; what is refused for good is given up at once."""

import socket
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import msgspec
import pytest
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from alerts.channel_actions import send_test
from alerts.channel_selectors import list_channels
from alerts.channels import mail
from alerts.delivery import deliver_due
from alerts.messages import Message
from alerts.models import Delivery, OutboxMessage
from alerts.selectors import list_messages
from tests.alerts.mailing import Mailbox, mail_channel, mail_server, parse
from tests.alerts.making import alert, messages, outcomes

pytestmark = pytest.mark.django_db


def test_mail_reaches_everybody_as_text_and_escaped_html(project, settings):
    box = Mailbox()
    with mail_server(settings, box):
        alert(project, mail_channel(project), note="one\ntwo")
        deliver_due()
    [(sender, recipients, content)] = box.mails
    sent = parse(content)
    assert (sender, recipients) == ("missionscope@localhost", ["ann@example.org", "bob@example.org"])
    assert sent["Subject"].startswith("[MissionScope] Apollo: warning: p99 of missionscope.llm.duration")
    assert sent["Message-ID"] == f"<{messages()[0].key}@localhost>"
    assert sent["Auto-Submitted"] == "auto-generated"
    text, html = (part.get_content() for part in sent.iter_parts())
    assert "(model=<b>@everyone</b>)" in text
    assert "&lt;b&gt;@everyone" in html
    assert "<b>" not in html


def test_no_text_makes_a_header(project, settings):
    box = Mailbox()
    with mail_server(settings, box):
        channel = mail_channel(project, "ann@example.org")
        key = send_test(project.pk, channel.id)
        row = OutboxMessage.objects.get(id=key)
        message = msgspec.json.decode(row.content, type=Message)
        hostile = "x\r\nBcc: eve@example.org\r\n\r\n<script>\u2028\x00\ud800"
        row.content = msgspec.json.encode(
            msgspec.structs.replace(message, subject=hostile.encode(errors="replace").decode())
        ).decode()
        row.save()
        deliver_due()
    [(_, recipients, content)] = box.mails
    sent = parse(content)
    assert (recipients, sent["Bcc"]) == (["ann@example.org"], None)
    assert sent["Subject"] == "x Bcc: eve@example.org <script> ?"


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
def test_a_mail_server_may_want_a_login_and_tls_is_not_done_without(project, settings, monkeypatch):
    monkeypatch.setattr(mail, "STEP_S", 1.0)
    box = Mailbox()
    options = {
        "authenticator": lambda *rest: AuthResult(success=rest[-1].password == b"right"),
        "auth_require_tls": False,
        "auth_required": True,
    }
    with mail_server(settings, box, **options):
        channel = mail_channel(project)
        settings.MISSIONSCOPE_SMTP_USER, settings.MISSIONSCOPE_SMTP_PASSWORD = "us", "wrong"
        send_test(project.pk, channel.id)
        deliver_due()
        assert outcomes() == ["failed"]
        assert "wrong" not in Delivery.objects.get().detail
        settings.MISSIONSCOPE_SMTP_PASSWORD = "right"
        OutboxMessage.objects.update(due_ns=0)
        deliver_due()
        settings.MISSIONSCOPE_SMTP_SECURITY = "starttls"
        send_test(project.pk, channel.id)
        deliver_due()
    assert outcomes() == ["failed", "sent", "failed"]
    assert len(box.mails) == 1
    assert "STARTTLS" in Delivery.objects.last().detail


@pytest.fixture
def certificate(tmp_path, monkeypatch):
    """Of 127.0.0.1 and of a server that is believed; gives the server's side of TLS."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 7, now - timedelta(1), now + timedelta(1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    pem = made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
    path = tmp_path / "mail.pem"
    path.write_bytes(pem + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


@pytest.mark.parametrize("is_known", [True, False])
def test_mail_goes_over_tls_to_a_server_that_is_known(project, settings, certificate, monkeypatch, is_known):
    box = Mailbox()
    if not is_known:
        monkeypatch.delenv("SSL_CERT_FILE")
    with mail_server(settings, box, tls_context=certificate, require_starttls=True):
        settings.MISSIONSCOPE_SMTP_SECURITY = "starttls"
        send_test(project.pk, mail_channel(project).id)
        deliver_due()
    assert (len(box.mails), outcomes()) == ((1, ["sent"]) if is_known else (0, ["failed"]))


def test_an_address_that_is_refused_does_not_keep_the_others_from_their_mail(project, settings):
    box = Mailbox(refuse={"ann@example.org": "550 no such person"})
    with mail_server(settings, box):
        send_test(project.pk, mail_channel(project).id)
        deliver_due()
    assert [recipients for _, recipients, _ in box.mails] == [["bob@example.org"]]
    assert Delivery.objects.get().detail == "Accepted, but for ann@example.org (550 no such person)"


@pytest.mark.parametrize(
    ("refuse", "state"),
    [
        ({"ann@example.org": "550 no"}, "failed"),
        ({"ann@example.org": "451 later"}, "waiting"),
        ({"data": "451 later"}, "waiting"),
        ({"data": "554 spam"}, "failed"),
    ],
)
def test_what_a_mail_server_refuses_for_good_is_given_up_at_once(project, settings, refuse, state):
    with mail_server(settings, Mailbox(refuse)):
        send_test(project.pk, mail_channel(project, "ann@example.org").id)
        deliver_due()
    assert (messages()[0].state, outcomes()) == (state, ["failed"])


def test_a_mail_server_that_talks_for_ever_is_left(project, settings, monkeypatch):
    monkeypatch.setattr(mail, "STEP_S", 0.5)
    monkeypatch.setattr(mail, "WHOLE_S", 1.0)
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip():
            connection, _ = listener.accept()
            with connection:
                while not stop.is_set():
                    try:
                        connection.sendall(b"220-slow\r\n")
                    except OSError:
                        return
                    time.sleep(0.05)

        threading.Thread(target=drip, daemon=True).start()
        settings.MISSIONSCOPE_SMTP_HOST, settings.MISSIONSCOPE_SMTP_PORT = listener.getsockname()
        settings.MISSIONSCOPE_SMTP_SECURITY = "none"
        send_test(project.pk, mail_channel(project).id)
        deliver_due()
        stop.set()
    assert (messages()[0].state, outcomes()) == ("waiting", ["failed"])


def test_without_a_mail_server_a_message_is_given_up_in_sight(project):
    send_test(project.pk, mail_channel(project).id)
    deliver_due()
    assert messages()[0].state == "failed"
    assert list_channels(project.pk)[0].failed_count == 1
    assert "MISSIONSCOPE_SMTP_HOST" in list_messages(project.pk)[0].attempts[0].detail
