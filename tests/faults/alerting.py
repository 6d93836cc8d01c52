"""An installation whose rule fires for each mission that is sent, and the receivers that it tells."""

import json
import logging
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import httpx

from tests.alerts.mailing import Mailbox, mail_server, parse
from tests.alerts.test_sending import receiver, url_of
from tests.blackbox.client import Sender as Poster
from tests.faults.machine import Machine, machine_in
from tests.faults.test_poison import make_request, make_span
from tests.faults.waiting import PATIENCE_S, wait_until

RULE = {
    "name": "Expensive",
    "kind": "budget",
    "condition": {"measure": "tokens", "threshold": "10", "per": "mission"},
    "group_by": ["mission"],
}
AT_ONCE = {"group_wait_s": 0, "group_interval_s": 0, "repeat_interval_s": 10**6}


class Telling(NamedTuple):
    """A webhook's post: who is told of, and under which key."""

    at_s: float
    """Monotonic."""
    key: str
    body: bytes

    @property
    def alerts(self) -> list[Any]:
        """What it tells of."""
        return list(json.loads(self.body)["alerts"])


class Receivers:
    """A webhook and a mailbox. `hold_post` and `hold_mail`, while set, take a message and do not answer."""

    def __init__(self) -> None:
        self.posts: list[Telling] = []
        self.box = HeldMailbox()
        self.hold_post = threading.Event()
        self.is_away = threading.Event()
        """The webhook answers 503."""

    def take(self, one: Any) -> None:
        """One post."""
        _, headers, body = one.server.received[-1]
        self.posts.append(Telling(time.monotonic(), headers["Idempotency-Key"], body))
        while self.hold_post.is_set():
            time.sleep(0.01)
        with suppress(OSError):  # who asked was killed
            one.answer(503 if self.is_away.is_set() else 200)

    def count_told(self) -> Counter[str]:
        """Missions by how many different messages told of them as new."""
        return count_missions(self.posts)

    def mail_keys(self) -> list[str]:
        """Of every mail that was taken."""
        found = (parse(content)["Message-ID"] for _, _, content in list(self.box.mails))
        return [text.strip("<>").partition("@")[0] for text in found]


class HeldMailbox(Mailbox):
    """Takes mail, and does not say so while `hold` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.hold = threading.Event()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """One mail."""
        import asyncio

        self.mails.append((envelope.mail_from, list(envelope.rcpt_tos), envelope.content))
        while self.hold.is_set():
            await asyncio.sleep(0.01)
        return "250 OK"


def count_missions(posts: list[Telling]) -> Counter[str]:
    """Missions by how many different messages told of them as new; the same key has the same words."""
    bodies: dict[str, bytes] = {}
    for post in list(posts):
        assert bodies.setdefault(post.key, post.body) == post.body
    told: Counter[str] = Counter()
    for key, body in bodies.items():
        told.update(alert["labels"]["mission"] for alert in Telling(0, key, body).alerts if alert["is_new"])
    return told


class Alerted:
    """The installation, and the missions that it has answered 200 for."""

    def __init__(self, machine: Machine, receivers: Receivers) -> None:
        self.machine, self.receivers = machine, receivers
        self.door = Poster(machine.url, machine.key)
        self.sent: list[str] = []

    def set_up(self, hook_url: str) -> None:
        """A rule, a webhook and a mail channel, made as owners make them."""
        headers = {"Authorization": f"Bearer {self.machine.key}"}
        with httpx.Client(base_url=self.machine.url, headers=headers, trust_env=False, timeout=60) as http:
            hook = {"name": "hook", "kind": "webhook", "target": hook_url, **AT_ONCE}
            mail = {"name": "mail", "kind": "email", "target": "ann@example.org", **AT_ONCE}
            channels = [_make(http, "alert-channels", form) for form in (hook, mail)]
            _make(http, "alert-rules", {**RULE, "channels": channels})

    def fire(self) -> str:
        """Send a mission that is over its budget; gives its id."""
        mission = f"m{len(self.sent)}"
        span = make_span(mission)
        now_ns = time.time_ns()
        span |= {"startTimeUnixNano": str(now_ns - 1_000_000), "endTimeUnixNano": str(now_ns)}
        span["attributes"] += [
            {"key": "mission.id", "value": {"stringValue": mission}},
            {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "100"}},
        ]
        answer = self.door.send(make_request([span]))
        assert answer.status == 200, answer
        self.sent.append(mission)
        return mission

    def read(self, path: str) -> Any:
        """JSON of the API, whatever its status."""
        headers = {"Authorization": f"Bearer {self.machine.key}"}
        return httpx.get(f"{self.machine.url}{path}", headers=headers, trust_env=False, timeout=30).json()

    def is_all_told(self) -> bool:
        """Has the webhook heard of every mission, and is the outbox empty?"""
        open_messages = "SELECT count(*) FROM alerts_outbox WHERE state <> 'sent'"
        return set(self.receivers.count_told()) == set(self.sent) and self.machine.query(open_messages) == [(0,)]

    def wait_until_told(self, within_s: float = PATIENCE_S) -> float:
        """How long it took until everybody was told of everything."""
        return wait_until(self.is_all_told, self.tell_state, within_s)

    def tell_state(self) -> str:
        """For a failure's message."""
        untold = sorted(set(self.sent) - set(self.receivers.count_told()))
        rows = self.machine.query("SELECT state, attempt_count, count(*) FROM alerts_outbox GROUP BY 1, 2")
        return f"untold: {untold}; outbox: {rows}; log: {self.machine.log.read_text()[-2000:]}"

    def check_once(self, repeated: int) -> None:
        """Everything was told once; only so many attempts were repeated, under the same key."""
        assert self.receivers.count_told() == Counter(self.sent)
        keys = [post.key for post in self.receivers.posts]
        assert len(keys) - len(set(keys)) <= repeated
        mails = self.receivers.mail_keys()
        assert len(mails) - len(set(mails)) <= repeated
        rows = self.machine.query("SELECT channel_name, key FROM alerts_outbox")
        assert set(keys) == {key for name, key in rows if name == "hook"}
        assert set(mails) == {key for name, key in rows if name == "mail"}
        windows = self.machine.query("SELECT rule_id, window_end_ns FROM alerts_evaluation")
        assert len(windows) == len(set(windows))


def _make(http: httpx.Client, name: str, form: dict[str, Any]) -> int:
    answer = http.post(f"/api/v1/{name}/", json=form)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


@contextmanager
def alerted_in(directory: Path, **environment: str) -> Iterator[Alerted]:
    """Started, with its rule and channels made."""
    receivers, smtp = Receivers(), SimpleNamespace()
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    with receiver(receivers.take) as hook, mail_server(smtp, receivers.box):
        own = {
            "MISSIONSCOPE_WEBHOOK_ALLOW": f"127.0.0.1:{hook.server_address[1]}",
            "MISSIONSCOPE_SMTP_HOST": "127.0.0.1",
            "MISSIONSCOPE_SMTP_PORT": str(smtp.MISSIONSCOPE_SMTP_PORT),
            "MISSIONSCOPE_SMTP_SECURITY": "none",
        }
        with machine_in(directory, **own, **environment) as machine:
            machine.start()
            alerted = Alerted(machine, receivers)
            try:
                alerted.set_up(url_of(hook))
                yield alerted
            finally:
                receivers.hold_post.clear()
                receivers.box.hold.clear()
                alerted.door.close()
