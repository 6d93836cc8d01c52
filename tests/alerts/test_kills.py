"""F3: a worker is killed again and again in the middle of alerts: each is told once, under one key."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import ExitStack, contextmanager

import pytest
from django.db import connection

from alerts.models import Evaluation, Firing, OutboxMessage, Rule
from tests.alerts.mailing import Mailbox, mail_channel, mail_server, parse
from tests.alerts.making import at, make_channel, make_rule
from tests.alerts.test_kinds import mission
from tests.alerts.test_sending import receiver, url_of
from tests.conftest import ROOT

pytestmark = pytest.mark.django_db(transaction=True)
KILLS = 20
PATIENCE_S = 120


def database():
    """The tests' own database, for another process."""
    given = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{given['NAME']}"
    return f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{given['NAME']}"


@contextmanager
def workers(settings, allowed):
    """Gives what starts a worker and tells its process id."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "missionscope.settings",
        "DATABASE_URL": database(),
        "MISSIONSCOPE_DATA_DIR": str(settings.MISSIONSCOPE_DATA_DIR),
        "MISSIONSCOPE_WEBHOOK_ALLOW": allowed,
        "MISSIONSCOPE_SMTP_HOST": settings.MISSIONSCOPE_SMTP_HOST,
        "MISSIONSCOPE_SMTP_PORT": str(settings.MISSIONSCOPE_SMTP_PORT),
        "MISSIONSCOPE_SMTP_SECURITY": "none",
    }
    nursery = subprocess.Popen(
        [sys.executable, "-m", "tests.alerts.worker", str(at(0))],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )

    def start():
        nursery.stdin.write(b"go\n")
        nursery.stdin.flush()
        return int(nursery.stdout.readline())

    try:
        yield start
    finally:
        nursery.kill()
        nursery.communicate()


def test_a_worker_killed_in_the_middle_tells_each_alert_once(project, settings):
    chance = random.Random(20_261_128)
    box, made, is_over = Mailbox(), [], threading.Event()

    def answer_late(one):
        time.sleep(chance.random() * 0.15)
        one.answer(200)

    def make_missions():
        while not is_over.is_set():
            made.append(f"m{len(made)}")
            mission(project, made[-1], cost_usd="2")
            time.sleep(0.2)
        connection.close()

    with receiver(answer_late) as server, mail_server(settings, box), ExitStack() as stack:
        start = stack.enter_context(workers(settings, f"127.0.0.1:{server.server_address[1]}"))
        hook = make_channel(project, target=url_of(server), group_interval_s=0, repeat_interval_s=10**8)
        post = mail_channel(project, "ann@example.org")
        type(post).objects.filter(id=post.id).update(group_interval_s=0, repeat_interval_s=10**8)
        condition = {"measure": "cost_usd", "threshold": "1"}
        make_rule(project, kind="budget", condition=condition, channels=[hook.id, post.id])
        maker = threading.Thread(target=make_missions)
        maker.start()
        try:
            for _ in range(KILLS):
                worker = start()
                seen = len(server.received)
                wait_until(lambda seen=seen: len(server.received) > seen)
                time.sleep(chance.random() * 0.3)
                os.kill(worker, signal.SIGKILL)
        finally:
            is_over.set()
            maker.join()
        start()
        wait_until(lambda: count_told(server.received) == len(made))
        wait_until(lambda: not OutboxMessage.objects.exclude(state="sent").exists())
        posts = list(server.received)

    firing = set(map(str, Firing.objects.values_list("id", flat=True)))
    assert len(firing) == len(made) > KILLS
    told, bodies = Counter(), {}
    for _, headers, body in posts:
        key = headers["Idempotency-Key"]
        assert bodies.setdefault(key, body) == body, "the same key has the same words"
    for body in bodies.values():
        told.update(one["id"] for one in json.loads(body)["alerts"] if one["is_new"])
    assert told == Counter(firing)
    assert len(posts) - len(bodies) <= KILLS, "only what was on its way when it was killed comes again"
    mails = {parse(content)["Message-ID"] for _, _, content in box.mails}
    keys = set(OutboxMessage.objects.filter(channel_id=post.id).values_list("key", flat=True))
    assert {one.strip("<>").partition("@")[0] for one in mails} == keys
    assert len(box.mails) - len(mails) <= KILLS
    per_window = Counter(Evaluation.objects.values_list("rule_id", "window_end_ns"))
    assert set(per_window.values()) == {1}
    assert Rule.objects.count() == 1


def wait_until(is_so):
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def count_told(posts):
    return len({one["id"] for _, _, body in list(posts) for one in json.loads(body)["alerts"]})
