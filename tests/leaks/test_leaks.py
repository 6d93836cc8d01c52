"""What is secret or personal is nowhere: not stored, not indexed, not shown, not passed on, not logged."""

import gzip
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import websockets

from tests.blackbox.client import Reader, Sender
from tests.blackbox.json_doors import JsonSender
from tests.blackbox.wire import JSON, PROTOBUF, encode, span, traces
from tests.faults.machine import Machine, machine_in
from tests.faults.reading import wait_for_totals
from tests.leaks.json_requests import WORK, make_requests
from tests.leaks.planting import Planted, Planter, marker
from tests.leaks.requests import MISSION, Maker, clear_text
from tests.leaks.sweep import Found, RedisEar, decoded, files, pages, rest_answers, stored
from tests.live.conftest import Watching, watch

pytestmark = pytest.mark.server

WAYS = {"json": (JSON, False), "protobuf": (PROTOBUF, False), "gzip": (JSON, True)}
"""Name of a way in to its encoding and whether it is compressed."""
PANES = ("head", "overview", "conversation", "tools", "state", "logs", "errors", "findings")
DATA = ("spans", "calls", "graph", "critical-path")
PARTS = ("", *(f"data/{name}" for name in DATA), *(f"panes/{name}" for name in PANES))
"""Of the mission's page."""
_EMPTY = re.compile(rb"\0{4,}")
SPANS = 5
"""Kept spans of a request that a Maker makes."""


def test_no_secret_is_found_anywhere(tmp_path: Path) -> None:
    planter = Planter("leaks")
    with machine_in(tmp_path, MISSIONSCOPE_LOG_LEVEL="debug") as machine, listening(machine) as heard:
        machine.start()
        answers: list[bytes] = []
        first = _post(machine, encode(traces([span(name="first")], mission=MISSION), JSON), JSON, "traces")
        assert first == b"{}"
        with watching(machine) as frames, reading(machine) as read:
            sent = "".join(_send_everything(machine, planter, answers))
            [[spans]] = machine.query("SELECT count(*) FROM traces_span")
            assert spans >= 1 + SPANS * len(WAYS) + WORK
            wait_for_totals(machine, spans)
            frames.wait_for(*(marker(f"{way} {place}") for way in WAYS for place in ("span name", "log body")))
        found = [
            *stored(machine),
            *rest_answers(machine, searched=marker("json prompt")),
            *pages(machine, *(f"/missions/{MISSION}/{part}" for part in PARTS), f"/search?q={marker('json prompt')}"),
            *(("a frame", frame) for frame in frames.texts),
            *(("an answer while sending", body) for body in read),
            *(("the door's answer", answer) for answer in answers),
        ]
        machine.terminate()
        found += [*files(machine), *heard(machine)]
        own = _of_the_machine(machine)
    assert _never_sent(planter.planted, sent) == []
    assert _not_kept(planter.marked, found) == set()
    assert _leaks([*planter.planted, *own], found) == []


def _send_everything(machine: Machine, planter: Planter, answers: list[bytes]) -> Iterator[str]:
    """Every way in with every place; gives what was sent, without disguise."""
    for way, (encoding, is_compressed) in WAYS.items():
        maker = Maker(planter, way, encoding)
        for signal, request in (("traces", maker.traces()), ("logs", maker.logs())):
            yield clear_text(request)
            body = encode(request, encoding, signal)
            answers.append(_post(machine, body, encoding, signal, is_compressed=is_compressed))
    for path, request in make_requests(planter):
        yield clear_text(request)
        answers.append(_post_json(machine, path, request))
    for broken in _broken(planter):
        yield broken
        answers.append(_post(machine, broken.encode(), JSON, "traces", expected=400))


def _broken(planter: Planter) -> list[str]:
    """Bodies that cannot be read, with secrets where the reading ends."""
    return [
        f'{{"resourceSpans": [{{"x": "{planter.one("cut JSON", "github")}',
        f'{{"resourceSpans": "{planter.one("wrong JSON", "stripe")}"}}',
        f'[ "{planter.one("a list", "gitlab")}" ]',
        planter.one("no JSON", "aws"),
    ]


def _post_json(machine: Machine, path: str, request: Any) -> bytes:
    sender = JsonSender(machine.url, machine.key, path)
    try:
        return json.dumps(sender.send(request)).encode()
    finally:
        sender.close()


def _post(
    machine: Machine, body: bytes, encoding: str, signal: str, *, is_compressed: bool = False, expected: int = 200
) -> bytes:
    sender = Sender(machine.url, machine.key)
    try:
        headers = {"Content_Encoding": "gzip"} if is_compressed else {}
        answer = sender.post(gzip.compress(body) if is_compressed else body, encoding, signal, **headers)
        assert answer.status == expected, answer.body[:300]
        return answer.body
    finally:
        sender.close()


class Frames:
    """What two WebSockets were told, of the mission and of the list."""

    def __init__(self, *sockets: Watching) -> None:
        self.texts: list[bytes] = []
        self._news = threading.Condition()
        self._threads = [threading.Thread(target=self._take, args=(each,), daemon=True) for each in sockets]
        for thread in self._threads:
            thread.start()

    def _take(self, watching: Watching) -> None:
        with suppress(websockets.ConnectionClosed):
            for text in watching.socket:
                with self._news:
                    self.texts.append(str(text).encode())
                    self._news.notify_all()

    def wait_for(self, *words: str) -> None:
        """Return once every word has come."""
        with self._news:
            assert self._news.wait_for(lambda: not self._missing(words), 20), self._missing(words)

    def _missing(self, words: tuple[str, ...]) -> list[str]:
        return [word for word in words if not any(word.encode() in text for text in self.texts)]


@contextmanager
def watching(machine: Machine) -> Iterator[Frames]:
    """The mission and the list, live."""
    with watch(machine, MISSION) as mission, watch(machine) as missions:
        yield Frames(mission, missions)


@contextmanager
def reading(machine: Machine) -> Iterator[list[bytes]]:
    """Somebody who lists and searches all the time."""
    ended = threading.Event()
    read: list[bytes] = []

    def ask() -> None:
        reader = Reader(machine.url, machine.key)
        while not ended.wait(0.1):
            for path in ("/api/v1/missions/", f"/api/v1/missions/{MISSION}/spans/", "/api/v1/search/?q=use"):
                read.append(reader.get(path).content)
        reader.close()

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield read
    finally:
        ended.set()
        thread.join()


@contextmanager
def listening(machine: Machine) -> Iterator[Any]:
    """What goes through Redis, when the installation has one."""
    url = machine.database.get("REDIS_URL", "")
    if not url:
        yield lambda _machine: ()
        return
    ear = RedisEar(url)
    prefix = f"missionscope-{machine.database['DATABASE_URL'].rpartition('/')[2]}"
    yield lambda _machine: ear.end(prefix)


def _of_the_machine(machine: Machine) -> list[Planted]:
    """The key and the password that were used all the while."""
    key = machine.key.encode()
    password = machine.environment["MISSIONSCOPE_BOOTSTRAP_PASSWORD"].encode()
    return [Planted("header", "API key", (key, key[-20:])), Planted("login", "password", (password,))]


def _never_sent(planted: list[Planted], sent: str) -> list[Planted]:
    """Secrets that the test itself lost on the way."""
    lowered = sent.lower().encode()
    return [secret for secret in planted if not any(needle in lowered for needle in secret.needles)]


def _not_kept(places: set[str], found: list[tuple[str, bytes]]) -> set[str]:
    """Places whose text was not stored at all: there nothing was proved."""
    everything = b"\n".join(text for where, text in found if where in ("REST", "a pack"))
    return {place for place in places if marker(place).encode() not in everything}


def _leaks(planted: list[Planted], found: Found | list[tuple[str, bytes]]) -> list[str]:
    """Each secret that was found, and where."""
    places: dict[str, set[bytes]] = {}
    for where, text in found:
        places.setdefault(where, set()).update(each.lower() for each in (text, *decoded(text)))
    joined = {where: _EMPTY.sub(b"\0", b"\n".join(texts)) for where, texts in places.items()}
    return [
        f"{secret.kind} of {secret.place} in {where}: {needle!r}"
        for where, text in joined.items()
        for secret in planted
        for needle in secret.needles
        if needle in text
    ]
