"""Nothing is lost or repeated when clients are slow or cut off, wake-ups get lost, or writers finish out of turn."""

import asyncio
import json
import random
import secrets
import socket
import statistics
import threading
import time

import pytest
import websockets
from django.db import connection, transaction
from websockets.client import ClientProtocol
from websockets.frames import Opcode
from websockets.uri import parse_uri

from live.feeds import read_mission_feed
from tests.api.conftest import make_request, make_span, mission_path
from tests.ingest.delivery import deliver
from tests.live.conftest import PATIENCE_S, socket_url, watch
from traces.models import Mission as MissionTable

pytestmark = pytest.mark.server

TOO_SLOW = 4408
IDLE_P50_S = 0.3
"""A machine that has much else to do needs most of it; who is not woken looks every five seconds."""


class LazyClient:
    """A WebSocket client over a plain socket that reads only when told to, with little room in between."""

    def __init__(self, url, key):
        target = parse_uri(url)
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        self.socket.connect((target.host, target.port))
        self.socket.settimeout(PATIENCE_S)
        self.protocol = ClientProtocol(target, max_size=None)
        request = self.protocol.connect()
        request.headers["Authorization"] = f"Bearer {key}"
        self.protocol.send_request(request)
        self.flush()
        self.frames = []
        while not self.frames:
            self.read()

    def flush(self):
        for data in self.protocol.data_to_send():
            if data:
                self.socket.sendall(data)

    def read(self):
        """Take what there is; False at the end."""
        data = self.socket.recv(65536)
        if data:
            self.protocol.receive_data(data)
        else:
            self.protocol.receive_eof()
        for event in self.protocol.events_received():
            if getattr(event, "opcode", None) in (Opcode.TEXT, Opcode.CONT):
                self.frames.append(event.data)
        self.flush()
        return bool(data) and self.protocol.close_rcvd is None

    def read_all(self):
        """Everything that is left: the records, and code and reason of the end."""
        while self.read():
            pass
        ended = self.protocol.close_rcvd
        frames = [json.loads(frame) for frame in self.frames]
        return frames, (ended.code, ended.reason) if ended else None


def test_a_client_that_stops_reading_is_ended_with_the_place_to_go_on_from(site, own_mission, settings):
    settings.MISSIONSCOPE_LIVE_SEND_S = 1
    lazy = LazyClient(socket_url(site.url, own_mission.id, after=0), site.key)
    text = "x" * 250
    with watch(site, own_mission.id, after=0) as quick:
        for at in range(12):
            own_mission.grow(*(f"{at} {n} {text}" for n in range(150)), missionscope__step__id=text)
            quick.until_spans(f"{at} 149 {text}")  # the one who reads is not held up
        sent_bytes = sum(len(json.dumps(frame)) for frame in quick.frames)
    time.sleep(settings.MISSIONSCOPE_LIVE_SEND_S + 0.5)
    frames, ended = lazy.read_all()
    records = [record for frame in frames if frame["type"] == "delta" for record in frame["records"]]
    assert ended is not None
    code, reason = ended
    assert code == TOO_SLOW
    assert reason == next(frame["cursor"] for frame in reversed(frames) if "cursor" in frame)
    held_bytes = sum(len(json.dumps(frame)) for frame in frames)
    assert held_bytes < 1_500_000 < sent_bytes
    with watch(site, own_mission.id, after=reason) as again:
        again.until_spans(f"11 149 {text}")
    numbers = [record["change_seq"] for record in records + again.records if record["type"] == "span"]
    assert len(numbers) == len(set(numbers)) == 1 + 12 * 150


def test_a_lost_wake_up_is_made_good_by_looking(site, own_mission, monkeypatch):
    monkeypatch.setattr("live.hub.LOOK_EVERY_S", 0.2)
    monkeypatch.setattr("live.publish.wake_feeds", lambda keys: None)
    with watch(site, own_mission.id) as seen:
        seen.next()
        own_mission.grow("unheard")
        seen.until_spans("unheard")


def test_a_feed_that_could_not_be_read_is_read_again(site, own_mission, monkeypatch):
    from django.db import OperationalError

    monkeypatch.setattr("live.hub.LOOK_EVERY_S", 0.2)
    with watch(site, own_mission.id) as seen:
        seen.next()
        with monkeypatch.context() as broken:
            is_asked = threading.Event()
            broken.setattr("live.feeds.get_live_cursor", _raise(OperationalError("away"), is_asked))
            own_mission.grow("while away")
            assert is_asked.wait(PATIENCE_S)
        seen.until_spans("while away")


def test_a_viewer_whose_own_read_fails_is_ended_with_its_cursor(site, own_mission, monkeypatch):
    from django.db import OperationalError

    own_mission.grow("second")
    with watch(site, own_mission.id) as other:
        other.next()
        monkeypatch.setattr("live.feeds.find_mission", _raise(OperationalError("away")))
        with watch(site, own_mission.id, after=1) as seen:
            assert seen.closed() == (1011, "1")


def _raise(error, is_asked=None):
    def fail(*args, **named):
        if is_asked is not None:
            is_asked.set()
        raise error

    return fail


def test_a_mission_that_is_deleted_ends_its_viewers(site, own_mission, monkeypatch):
    monkeypatch.setattr("live.hub.LOOK_EVERY_S", 0.2)
    with watch(site, own_mission.id) as seen:
        seen.next()
        MissionTable.objects.filter(key=own_mission.id).delete()
        assert seen.closed() == (4404, "the mission is gone")


@pytest.mark.django_db(transaction=True)
def test_who_writes_first_and_commits_last_is_not_overtaken(project):
    """Numbers of a mission are given out under its lock: what is read is never ahead of a number still to come."""
    deliver(project.pk, make_request("m", [make_span("a" * 32, 0, "begin")]))
    pk = MissionTable.objects.get().id
    written, may_commit = threading.Event(), threading.Event()

    def write_slowly():
        try:
            with transaction.atomic():
                deliver(project.pk, make_request("m", [make_span("a" * 32, 1, "slow")]))
                written.set()
                may_commit.wait(PATIENCE_S)
        finally:
            connection.close()

    def write_quickly():
        try:
            deliver(project.pk, make_request("m", [make_span("b" * 32, 2, "quick")]))
        finally:
            connection.close()

    slow, quick = threading.Thread(target=write_slowly), threading.Thread(target=write_quickly)
    slow.start()
    assert written.wait(PATIENCE_S)
    quick.start()
    time.sleep(0.3)
    cursor = read_mission_feed(project.pk, pk, "m", 0).cursor
    assert read_mission_feed(project.pk, pk, "m", cursor).text == ""
    may_commit.set()
    slow.join(PATIENCE_S)
    quick.join(PATIENCE_S)
    records = json.loads(read_mission_feed(project.pk, pk, "m", cursor).text)["records"]
    assert [record["name"] for record in records] == ["slow", "quick"]


class Wanderer:
    """A client that is cut off again and again and goes on from its last cursor."""

    def __init__(self, server, mission_id, seed):
        self.server, self.mission_id = server, mission_id
        self.chance = random.Random(seed)
        self.cursor = "0"
        self.rows = {}
        self.seen = []
        self.arrived = {}
        self.cuts = 0

    async def wander(self, count):
        """Connect until `count` spans are known."""
        while sum(key[0] == "span" for key in self.rows) < count:
            url = socket_url(self.server.url, self.mission_id, after=self.cursor)
            headers = {"Authorization": f"Bearer {self.server.key}"}
            async with websockets.connect(url, additional_headers=headers, proxy=None, close_timeout=0.1) as watching:
                try:
                    async with asyncio.timeout(self.chance.uniform(0.02, 0.6)):
                        async for text in watching:
                            self.take(json.loads(text))
                except TimeoutError:
                    self.cuts += 1
                    watching.transport.abort()

    def take(self, frame):
        if frame["type"] == "resync":
            raise AssertionError("nothing was moved")
        for record in frame.get("records", ()):
            self.seen.append(int(record["change_seq"]))
            if record["type"] == "span":
                self.rows["span", record["trace_id"], record["span_id"]] = record
                self.arrived.setdefault(record["span_id"], time.monotonic())
        self.cursor = frame.get("cursor", self.cursor)


async def send_shuffled(server, mission_id, spans, pause_s):
    """One request for each span, in any order; when each was answered."""
    import httpx

    answered = {}
    headers = {"Authorization": f"Bearer {server.key}"}
    async with httpx.AsyncClient(base_url=server.url, headers=headers, trust_env=False, timeout=60) as client:
        for span in spans:
            response = await client.post("/v1/traces", json=make_request(mission_id, [span]))
            assert response.status_code == 200
            answered[span["spanId"]] = time.monotonic()
            await asyncio.sleep(pause_s)
    return answered


async def test_clients_that_are_cut_off_at_random_end_with_what_rest_has(server, asker):
    """Children come before their parents, one span a request, while viewers come and go."""
    mission_id, trace = f"storm {secrets.token_hex(4)}", secrets.token_hex(16)
    spans = [make_span(trace, at, f"span {at}", parent=(at + 1) // 2) for at in range(120)]
    random.Random(7).shuffle(spans)
    asker.send(make_request(mission_id, spans[:1]))
    wanderers = [Wanderer(server, mission_id, seed) for seed in range(6)]
    async with asyncio.timeout(4 * PATIENCE_S), asyncio.TaskGroup() as group:
        group.create_task(send_shuffled(server, mission_id, spans[1:], 0.01))
        for wanderer in wanderers:
            group.create_task(wanderer.wander(len(spans)))
    rows = {
        ("span", span["trace_id"], span["span_id"]): span
        for span in await asyncio.to_thread(asker.walk, mission_path(mission_id, "spans/"))
    }
    for wanderer in wanderers:
        assert wanderer.cuts > 0
        assert {key: {k: v for k, v in row.items() if k != "type"} for key, row in wanderer.rows.items()} == rows
        assert wanderer.seen == sorted(set(wanderer.seen))


async def test_a_frame_follows_the_answer_soon(server, asker, record_property):
    mission_id, trace = f"soon {secrets.token_hex(4)}", secrets.token_hex(16)
    spans = [make_span(trace, at, f"span {at}") for at in range(25)]
    asker.send(make_request(mission_id, spans[:1]))
    watcher = Wanderer(server, mission_id, 1)
    watcher.chance.uniform = lambda low, high: 30  # type: ignore[method-assign]
    async with asyncio.timeout(60):
        watching = asyncio.create_task(watcher.wander(len(spans)))
        await asyncio.sleep(0.3)
        answered = await send_shuffled(server, mission_id, spans[1:], 0.05)
        await asyncio.wait({watching}, timeout=5)
        watching.cancel()
    delays = sorted(watcher.arrived[span_id] - at for span_id, at in answered.items())
    p50, p95 = statistics.median(delays), delays[int(len(delays) * 0.95)]
    record_property("answer_to_frame_ms", {"p50": round(1000 * p50), "p95": round(1000 * p95)})
    print(f"answer to frame: p50 {1000 * p50:.0f} ms, p95 {1000 * p95:.0f} ms")
    assert p50 <= IDLE_P50_S
