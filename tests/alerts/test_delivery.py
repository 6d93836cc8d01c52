"""Messages reach mail servers and webhooks, signed and escaped; failures are tried again and given up in sight."""

import email
import email.policy
import hashlib
import hmac
import json
import socket
import ssl
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import msgspec
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from alerts import outbox
from alerts.channel_actions import delete_channel, send_test
from alerts.channel_selectors import list_channels
from alerts.channels import mail
from alerts.channels.slack import APART
from alerts.delivery import deliver, deliver_due
from alerts.messages import Message
from alerts.models import Channel, Delivery, Firing, OutboxMessage
from alerts.outbox import GIVE_UP_S, LEASE_S, claim, pause_s, settle
from alerts.selectors import list_messages
from alerts.timekeeping import read_now
from tests.alerts.making import METRIC, at, evaluate_each, make_channel, make_rule, messages
from tests.alerts.test_sending import receiver, url_of
from tests.metrics.making import write_minutes
from tests.servers import find_free_port

pytestmark = pytest.mark.django_db
SECOND = 10**9
PATIENCE_S = 60


def hook(project, settings, server, **fields):
    """A channel to the server."""
    settings.MISSIONSCOPE_WEBHOOK_ALLOW = [f"127.0.0.1:{server.server_address[1]}"]
    return make_channel(project, target=url_of(server, "/hook"), secret="whsec_x", **fields)


def alert(project, channel, **rule):
    """One alert, told."""
    write_minutes(project.pk, METRIC["metric"], {0: [12.0] * 10}, model="<b>@everyone</b>")
    make_rule(project, channels=[channel.id], group_by=["model"], **rule)
    evaluate_each(at(1))


def outcomes():
    return list(Delivery.objects.order_by("id").values_list("outcome", flat=True))


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


def test_a_webhook_is_told_and_can_check_who_tells_it(project, settings):
    with receiver(lambda one: one.answer(200, b"ok")) as server:
        alert(project, hook(project, settings, server), note="Call somebody.")
        assert deliver_due() == 1
        [(path, headers, body)] = server.received
    stamp = headers["X-MissionScope-Timestamp"]
    expected = hmac.new(b"whsec_x", stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert (path, headers["X-MissionScope-Signature"]) == ("/hook", f"v1={expected}")
    assert abs(int(stamp) - time.time()) < 600
    told = json.loads(body)
    [row] = messages()
    assert (row.state, headers["Idempotency-Key"], told["key"]) == ("sent", row.key, row.key)
    [one] = told["alerts"]
    assert (one["state"], one["severity"], one["note"]) == ("firing", "warning", "Call somebody.")
    assert one["labels"] == {"model": "<b>@everyone</b>"}
    assert outcomes() == ["sent"]


def test_slack_is_told_in_its_format_and_names_nobody(project, settings):
    with receiver(lambda one: one.answer(200, b"ok")) as server:
        alert(project, hook(project, settings, server, kind="slack"), note="<!channel> @here *x*")
        deliver_due()
        [(_, headers, body)] = server.received
    assert "X-MissionScope-Signature" not in headers
    told = json.loads(body)
    text = json.dumps(told, ensure_ascii=False)
    assert (told["parse"], told["link_names"]) == ("none", 0)
    for mark in ("<b>", "<!channel>", "@everyone", "@here"):
        assert mark not in text
    assert f"&lt;!channel&gt; @{APART}here" in text


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


def test_a_failure_is_tried_again_later_with_the_same_words(project, settings):
    answers = [500, 429, 200]
    with receiver(lambda one: one.answer(answers.pop(0), b"busy")) as server:
        send_test(project.pk, hook(project, settings, server).id)
        assert deliver_due() == 1
        [row] = messages()
        assert row.state == "waiting"
        assert row.due_ns - row.created_ns >= pause_s(1) * SECOND
        assert deliver_due() == 0, "not before its time"
        for _ in range(2):
            OutboxMessage.objects.update(due_ns=0)
            deliver_due()
        bodies = {body for _, _, body in server.received}
        keys = {headers["Idempotency-Key"] for _, headers, _ in server.received}
        attempts = [headers["X-MissionScope-Attempt"] for _, headers, _ in server.received]
    assert (len(bodies), len(keys), attempts) == (1, 1, ["1", "2", "3"])
    found = list_messages(project.pk)[0]
    assert (found.state, [each.outcome for each in found.attempts]) == ("sent", ["failed", "failed", "sent"])
    assert found.attempts[0].detail == "Answered 500: busy"


def test_pauses_grow_and_stay_bounded():
    pauses = [pause_s(attempt) for attempt in range(1, 200)]
    assert pauses[:4] == [10, 20, 40, 80]
    assert pauses == sorted(pauses)
    assert pauses[-1] == 900


def test_what_cannot_be_delivered_is_given_up_after_its_time(project, settings):
    with receiver(lambda one: one.answer(503)) as server:
        channel = hook(project, settings, server)
        send_test(project.pk, channel.id)
        OutboxMessage.objects.update(created_ns=read_now() - GIVE_UP_S * SECOND)
        deliver_due()
    assert messages()[0].state == "failed"
    assert list_channels(project.pk)[0].failed_count == 1


@pytest.mark.parametrize("target", ["http://127.0.0.1:1/", "http://10.0.0.1/", "https://localhost/"])
def test_an_address_is_looked_at_again_when_it_is_sent_to(project, target):
    send_test(project.pk, make_channel(project, target=target).id)
    deliver_due()
    assert (messages()[0].state, outcomes()) == ("failed", ["failed"])


def test_a_channel_that_is_off_or_gone_is_not_told(project):
    off, gone = make_channel(project, name="off"), make_channel(project, name="gone")
    for channel in (off, gone):
        send_test(project.pk, channel.id)
    Channel.objects.filter(id=off.id).update(is_enabled=False)
    delete_channel(project.pk, gone.id)
    deliver_due()
    assert [row.state for row in messages()] == ["failed", "failed"]


def test_a_message_belongs_to_one_process_at_a_time(project):
    send_test(project.pk, make_channel(project).id)
    now = read_now()
    first = claim(now)
    assert first is not None
    assert claim(now) is None
    assert claim(now + (LEASE_S - 1) * SECOND) is None
    second = claim(now + LEASE_S * SECOND)
    assert (second.pk, second.attempt, second.message) == (first.pk, 2, first.message)
    assert outcomes() == ["unknown", "sending"]


def test_of_two_that_see_the_same_message_one_takes_it(project):
    send_test(project.pk, make_channel(project).id)
    now = read_now()
    [seen] = outbox._due(now)
    assert claim(now) is not None
    assert outbox._take(seen, now) is None
    assert (outcomes(), messages()[0].attempt_count) == (["sending"], 1)


def test_who_has_lost_a_message_changes_nothing_of_it(project):
    from alerts.outbox import Outcome

    send_test(project.pk, make_channel(project).id)
    now = read_now()
    first = claim(now)
    claim(now + LEASE_S * SECOND)
    settle(first, Outcome(False, "late"), now)
    assert messages()[0].state == "sending"


def test_a_slow_channel_holds_up_no_other_and_hears_in_order(project):
    slow, quick = make_channel(project, name="slow"), make_channel(project, name="quick")
    order = [send_test(project.pk, channel.id) for channel in (slow, slow, quick)]
    now = read_now()
    claimed = [claim(now), claim(now)]
    assert [each.pk for each in claimed] == [order[0], order[2]]
    assert claim(now) is None


def test_two_that_look_at_the_same_time_do_not_send_to_the_same_channel(project, monkeypatch):
    channel = make_channel(project)
    order = [send_test(project.pk, channel.id) for _ in range(2)]
    now, first = read_now(), []

    def look(now_ns, due=outbox._due):
        """Another one has looked as well, and takes the first message."""
        monkeypatch.setattr(outbox, "_due", due)
        first.append(claim(now_ns))
        return due(now_ns)

    monkeypatch.setattr(outbox, "_due", look)
    assert claim(now) is None
    assert [each.pk for each in first] == order[:1]


@pytest.mark.django_db(transaction=True)
def test_the_job_returns_at_once_and_delivers_in_threads(project, settings):
    release = threading.Event()

    def plan(one):
        release.wait(PATIENCE_S)
        one.answer(200)

    with receiver(plan) as server:
        send_test(project.pk, hook(project, settings, server).id)
        deliver()
        deadline = time.monotonic() + PATIENCE_S
        while not server.received:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert messages()[0].state == "sending", "the job has returned and the receiver has not answered"
        release.set()
        while messages()[0].state != "sent":
            assert time.monotonic() < deadline
            time.sleep(0.01)
        from alerts import delivery

        while delivery._alive:
            assert time.monotonic() < deadline
            time.sleep(0.01)


def test_a_target_that_is_away_for_an_hour_hears_everything_once_and_is_not_asked_all_the_time(
    project, settings, monkeypatch
):
    """F22: an alert each minute while nobody answers, then somebody does."""
    from alerts import delivery

    now = read_now()
    is_away = [True]
    with receiver(lambda one: one.answer(503) if is_away[0] else one.answer(200)) as server:
        channel = hook(project, settings, server, group_interval_s=60)
        for number in range(60):
            write_minutes(project.pk, METRIC["metric"], {number: [12.0]}, model=f"m{number}")
        make_rule(project, channels=[channel.id], group_by=["model"])
        for number in range(60):
            monkeypatch.setattr(delivery, "read_now", lambda number=number: now + number * 60 * SECOND)
            evaluate_each(at(number + 1))
            OutboxMessage.objects.filter(due_ns__lt=now).update(due_ns=now, created_ns=now)
            deliver_due()
        asked, waiting = len(server.received), len(messages())
        is_away[0] = False
        server.received.clear()
        for number in range(60, 90):
            monkeypatch.setattr(delivery, "read_now", lambda number=number: now + number * 60 * SECOND)
            evaluate_each(at(number + 1))
            deliver_due()
        told = [json.loads(body) for _, _, body in server.received]
    assert waiting <= 5
    assert asked <= 60
    firing = [one["id"] for each in told for one in each["alerts"] if one["state"] == "firing"]
    ended = [one["id"] for each in told for one in each["alerts"] if one["state"] == "resolved"]
    assert len({each["key"] for each in told}) == len(told)
    assert sorted(ended) == sorted(set(ended))
    assert set(firing) | set(ended) == {str(pk) for pk in Firing.objects.values_list("id", flat=True)}
    assert not OutboxMessage.objects.exclude(state="sent").exists()
