"""Statistics in stage7's shape over WebSockets: for who subscribes, after changes, few and short."""

import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import websockets

from tests.api.conftest import Asker, make_request, make_span
from tests.api.stage7.reading import decode, read_graph
from tests.api.stage7.run import LONG, Run, new_run
from tests.blackbox.json_doors import JsonSender
from tests.live.conftest import Watching, watch
from tests.plans.stage7_events import completed, created, output, stored

pytestmark = pytest.mark.server

SUBSCRIBE = {"type": "subscribe", "stream": "agentStatistics"}
FRAME_BYTES = (512 << 10) + 4096
"""Of a frame at most: of its steps, and what is around them."""


class Growing:
    """A run that is told event by event."""

    def __init__(self, server: Any) -> None:
        self.server, self.run, self.count = server, new_run(), 0
        self.sender = JsonSender(server.url, server.key, "/api/v1/stage7/storeData")

    def tell(self, *events: Any) -> None:
        self.sender.send_lines(*(stored(each) for each in events))

    def make(self, *words: str, **fields: Any) -> None:
        """Steps that are created."""
        mine = {"missionId": self.run.mission, **fields}
        self.tell(*(created(self.run.id(word), at, "THINK", **mine) for at, word in enumerate(words, self.count)))
        self.count += len(words)


@pytest.fixture
def growing(server: Any) -> Iterator[Growing]:
    made = Growing(server)
    made.make("first")
    yield made
    made.sender.close()


@contextmanager
def subscribed(growing: Growing, **query: Any) -> Iterator[Watching]:
    with watch(growing.server, growing.run.mission, **query) as watching:
        assert watching.next()["type"] == "hello"
        if not query:
            watching.socket.send(json.dumps(SUBSCRIBE))
        yield watching


def is_statistics(frame: Any) -> bool:
    return bool(frame["type"] == "agentStatistics")


def steps_in(frame: Any) -> list[str]:
    return list(read_graph(frame["content"]["agentStatistics"]).nodes)


def until_steps(watching: Watching, run: Run, *words: str) -> Any:
    wanted = [run.id(word) for word in words]
    return watching.until(lambda frame: is_statistics(frame) and steps_in(frame) == wanted)


def silent_for(watching: Watching, seconds: float) -> bool:
    """Is no frame of statistics sent in this time?"""
    deadline = time.monotonic() + seconds
    try:
        while not is_statistics(watching.next(max(0.01, deadline - time.monotonic()))):
            pass
    except TimeoutError:
        return True
    return False


@pytest.mark.parametrize("query", [{}, {"stream": "agentStatistics"}])
def test_who_subscribes_is_told_at_once_and_after_each_change(growing: Growing, query: dict[str, str]):
    run = growing.run
    with subscribed(growing, **query) as watching:
        frame = until_steps(watching, run, "first")
        assert frame.keys() == {"type", "sender", "recipient", "missionId", "content"}
        assert frame["missionId"] == run.mission
        growing.make("second")
        until_steps(watching, run, "first", "second")
        growing.tell(completed(run.id("first"), 50, output("notes", LONG)))
        done = watching.until(lambda each: is_statistics(each) and "(COMPLETED)" in json.dumps(labels(each)))
        [agent] = [each for group in decode(done["content"]["agentStatistics"]).values() for each in group
                   if each["id"] == "agent-1"]  # fmt: skip
        assert agent["steps"][0]["result"][0]["result"] == LONG[:300]


def labels(frame: Any) -> list[str]:
    return [node.label for node in read_graph(frame["content"]["agentStatistics"]).nodes.values()]


def test_the_frame_says_what_rest_says(growing: Growing):
    asker = Asker(growing.server.url, growing.server.key)
    with subscribed(growing) as watching:
        until_steps(watching, growing.run, "first")
        growing.tell(*growing.run.events())
        asker.until_computed()
        told = asker.read(f"/api/v1/stage7/missions/{growing.run.mission}/statistics")
        assert watching.until(lambda frame: is_statistics(frame) and frame == told)
    asker.http.close()


def test_who_does_not_subscribe_is_not_told(growing: Growing):
    with watch(growing.server, growing.run.mission) as watching:
        watching.next()
        growing.make("second")
        assert silent_for(watching, 1.0)
        assert watching.records, "changes came all the same"


def test_unsubscribing_ends_it_and_subscribing_twice_is_once(growing: Growing):
    with subscribed(growing) as watching:
        until_steps(watching, growing.run, "first")
        watching.socket.send(json.dumps(SUBSCRIBE))
        assert silent_for(watching, 1.0)
        watching.socket.send(json.dumps({**SUBSCRIBE, "type": "unsubscribe"}))
        watching.socket.send('{"type":"ping"}')
        watching.until(lambda frame: frame["type"] == "pong")
        growing.make("second")
        assert silent_for(watching, 1.0)
        watching.socket.send(json.dumps(SUBSCRIBE))
        until_steps(watching, growing.run, "first", "second")


def test_many_changes_are_few_frames(growing: Growing):
    with subscribed(growing) as watching:
        until_steps(watching, growing.run, "first")
        names = [f"s{at}" for at in range(60)]
        teller = threading.Thread(target=lambda: [growing.make(name) for name in names])
        began_s = time.monotonic()
        teller.start()
        watching.until(lambda frame: is_statistics(frame) and len(steps_in(frame)) == 61)
        took_s = time.monotonic() - began_s
        teller.join()
        frames = [frame for frame in watching.frames if is_statistics(frame)]
        assert len(frames) <= 2 + 5 * took_s
        assert silent_for(watching, 0.5)


def test_a_frame_of_a_very_large_mission_is_short(growing: Growing):
    run = growing.run
    values = {"_type": "Map", "entries": [[f"v{at}", {"inputName": f"v{at}", "value": LONG[:400]}] for at in range(5)]}
    growing.make(*(f"s{at}" for at in range(1_500)), inputValues=values)
    with subscribed(growing) as watching:
        frame = watching.until(lambda each: is_statistics(each) and len(steps_in(each)) > 1)
        shown, content = steps_in(frame), frame["content"]
        assert len(json.dumps(frame, separators=(",", ":"))) < FRAME_BYTES
        assert len(shown) + content["omittedSteps"] == 1_501
        assert content["omittedSteps"] > 0
        [agent] = [each for group in decode(content["agentStatistics"]).values() for each in group]
        assert agent["taskCount"] == 1_501
        assert run.id("s1499") in shown


@pytest.mark.parametrize("message", [{"type": "subscribe"}, {"type": "subscribe", "stream": ["agentStatistics"]},
                                     {"type": "unsubscribe", "stream": "x"}])  # fmt: skip
def test_another_stream_is_refused_and_the_socket_goes_on(growing: Growing, message: Any):
    with watch(growing.server, growing.run.mission) as watching:
        watching.next()
        watching.socket.send(json.dumps(message))
        assert watching.until(lambda frame: frame["type"] == "error")["detail"] == "no such stream"
        watching.socket.send('{"type":"ping"}')
        watching.until(lambda frame: frame["type"] == "pong")


def test_an_address_with_another_stream_is_refused(growing: Growing):
    for mission_id in (growing.run.mission, None):
        with watch(growing.server, mission_id, stream="everything") as watching:
            assert watching.closed() == (1008, "there is no such stream")


def test_the_subscription_goes_with_the_right_to_the_mission(growing: Growing):
    with (
        pytest.raises(websockets.InvalidStatus),
        watch(growing.server, growing.run.mission, headers={"Origin": "http://x"}),
    ):
        pass
    with watch(growing.server, growing.run.mission, headers={}, token="wrong", stream="agentStatistics") as watching:
        assert watching.closed()[0] == 4401
        assert watching.frames == []
    with watch(growing.server, "nowhere", stream="agentStatistics") as watching:
        assert watching.closed()[0] == 4404
        assert watching.frames == []


def test_two_viewers_are_told_the_same(growing: Growing):
    with subscribed(growing) as one, subscribed(growing) as two:
        for watching in (one, two):
            until_steps(watching, growing.run, "first")
        growing.make("second")
        frames = [until_steps(watching, growing.run, "first", "second") for watching in (one, two)]
        assert frames[0] == frames[1]


def test_the_subscription_follows_records_to_the_mission_they_are_given_to(server: Any, asker: Asker):
    trace = secrets.token_hex(16)
    call = make_span(trace, 0, "chat", gen_ai__operation__name="chat", gen_ai__request__model="m")
    asker.send({"resourceSpans": [{"resource": {}, "scopeSpans": [{"spans": [call]}]}]})
    with watch(server, trace, stream="agentStatistics") as watching:
        before = watching.until(is_statistics)
        assert (before["missionId"], before["content"]["llmCalls"]) == (trace, 1)
        name = f"late {trace[:8]}"
        asker.send(make_request(name, [make_span(trace, 1, "names it")]))
        after = watching.until(lambda frame: is_statistics(frame) and frame["missionId"] == name)
        assert after["content"]["llmCalls"] == 1
        again = make_span(trace, 2, "chat", gen_ai__operation__name="chat", gen_ai__request__model="m")
        asker.send(make_request(name, [again]))
        watching.until(lambda frame: is_statistics(frame) and frame["content"]["llmCalls"] == 2)


def test_a_token_that_ends_ends_the_subscription(take_tokens: Any, site: Any, signer: Any):
    run, sender = new_run(), JsonSender(site.url, site.key, "/api/v1/stage7/storeData")
    mission, *events = run.bodies()
    mission["data"]["userId"] = "u-alice"
    sender.send([mission, *events])
    token = signer.user("u-alice", lasts_s=3)
    with watch(site, run.mission, headers={}, token=token, stream="agentStatistics") as watching:
        assert len(steps_in(watching.until(is_statistics))) == 7
        assert watching.closed() == (4401, "the token has expired")
    stranger = signer.user("u-bob")
    with watch(site, run.mission, headers={}, token=stranger, stream="agentStatistics") as watching:
        assert watching.closed()[0] == 4404
        assert watching.frames == []
    sender.close()
