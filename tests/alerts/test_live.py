"""A started server: a mission goes over its budget, and the page, the webhook and the mail box hear of it."""

import json
import secrets
import time

import httpx
import pytest
from websockets import ConnectionClosed
from websockets.sync.client import connect

from tests.alerts.mailing import Mailbox, mail_server, parse
from tests.alerts.test_sending import receiver, url_of
from tests.api.conftest import make_request, make_span
from tests.servers import start_server

pytestmark = pytest.mark.server
PATIENCE_S = 120


class Settings:
    """Stands in for Django's where a mail server writes down its place."""


def wait_until(is_so):
    deadline = time.monotonic() + PATIENCE_S
    while not (found := is_so()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return found


def test_a_mission_over_its_budget_is_told_everywhere(tmp_path):
    box, place = Mailbox(), Settings()
    with receiver(lambda one: one.answer(200)) as hook, mail_server(place, box):
        environment = {
            "MISSIONSCOPE_WEBHOOK_ALLOW": f"127.0.0.1:{hook.server_address[1]}",
            "MISSIONSCOPE_SMTP_HOST": "127.0.0.1",
            "MISSIONSCOPE_SMTP_PORT": str(place.MISSIONSCOPE_SMTP_PORT),
            "MISSIONSCOPE_SMTP_SECURITY": "none",
        }
        with start_server(tmp_path, **environment) as server:
            headers = {"Authorization": f"Bearer {server.key}"}
            with httpx.Client(base_url=server.url, headers=headers, timeout=60, trust_env=False) as http:
                watch_one_alert(server, http, hook, box)
        log = server.log.read_text()
    assert "Traceback" not in log
    for secret in ("whsec_", url_of(hook, "/secret-path")):
        assert secret not in log


def watch_one_alert(server, http, hook, box):
    def make(what, **form):
        answer = http.post(f"/api/v1/{what}/", json=form)
        assert answer.status_code == 201, answer.text
        return int(answer.json()["id"])

    quick = {"group_wait_s": 0}
    channels = [
        make("alert-channels", name="hook", kind="webhook", target=url_of(hook, "/secret-path"), **quick),
        make("alert-channels", name="mail", kind="email", target="ann@example.org", **quick),
    ]
    condition = {"measure": "tokens", "threshold": "1000"}
    make("alert-rules", name="tokens", kind="budget", condition=condition, severity="critical", channels=channels)
    with watch(server, {"Authorization": http.headers["Authorization"]}) as live:
        hello = json.loads(live.recv(timeout=60))
        assert hello == {"type": "hello", "cursor": "0"}
        chat = {"gen_ai__operation__name": "chat", "gen_ai__request__model": "m", "gen_ai__provider__name": "openai"}
        usage = {"gen_ai__usage__input_tokens": 900, "gen_ai__usage__output_tokens": 200}
        span = make_span(secrets.token_hex(16), 0, "chat m", **chat, **usage)
        assert http.post("/v1/traces", json=make_request("dear trip", [span])).status_code == 200
        frame = {"type": ""}
        while frame["type"] != "delta":
            frame = json.loads(live.recv(timeout=PATIENCE_S))
        [record] = frame["records"]
        assert (record["type"], record["state"], record["missions"][0]["id"]) == ("alert", "firing", "dear trip")
    told = json.loads(wait_until(lambda: hook.received and hook.received[0][2]))
    assert [one["id"] for one in told["alerts"]] == [record["id"]]
    assert "1,100 tokens" in told["subject"]
    mail = parse(wait_until(lambda: box.mails and box.mails[0][2]))
    assert "1,100 tokens" in mail["Subject"]
    states = lambda: {each["state"] for each in http.get("/api/v1/alert-messages/").json()["results"]}  # noqa: E731
    wait_until(lambda: states() == {"sent"})
    shown = http.get(f"/api/v1/alerts/{record['id']}/").json()
    assert (shown["value"], shown["rule"], shown["severity"]) == ("1100", "tokens", "critical")


@pytest.mark.parametrize("key", ["", "wrong"])
def test_nobody_else_watches_alerts(server, key):
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    with watch(server, headers) as live, pytest.raises(ConnectionClosed, match="4401"):
        live.recv(timeout=60)


def watch(server, headers):
    return connect(f"{server.url.replace('http', 'ws', 1)}/ws/alerts/", additional_headers=headers, proxy=None)
