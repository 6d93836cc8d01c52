"""The process as a whole: its end, its memory, what it needs."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

from tests.servers import find_free_port
from tests.tap.missionscope import Told, wait_until
from tests.tap.process import ROOT, Reply, start_tap

MIB = 1 << 20


@pytest.mark.parametrize("command", [("-m", "tap"), ("manage.py", "tap")], ids=["alone", "manage.py"])
def test_what_waits_is_sent_before_the_end(tmp_path, missionscope, service, command):
    with start_tap(tmp_path, missionscope.url, {"brain": service.port}, *command) as tap:
        for number in range(30):
            httpx.post(f"{tap.url('brain')}/chat", json={"number": number})
        assert tap.end() == 0
        assert [line["request"]["number"] for line in missionscope.lines("/brain")] == list(range(30))
        assert not list((tmp_path / "data").glob("*.sqlite3"))


def test_the_end_waits_for_an_answer_and_for_no_longer_than_it_may(tmp_path, missionscope, service):
    def reply(_method: str, path: str, _body: bytes) -> Reply:
        is_over.wait(0.5 if path == "/chat" else 60)
        return Reply()

    is_over = threading.Event()
    service.reply = reply
    with start_tap(tmp_path, missionscope.url, {"brain": service.port}, drain_s=4) as tap:

        async def ask() -> list[object]:
            async with httpx.AsyncClient(base_url=tap.url("brain"), timeout=30) as client:
                asked = [asyncio.ensure_future(client.post(path, json={})) for path in ("/chat", "/generate")]
                while len(service.requests) < 2:
                    await asyncio.sleep(0.01)
                os.kill(tap.process.pid, signal.SIGTERM)
                return await asyncio.gather(*asked, return_exceptions=True)

        begun = time.monotonic()
        answered, cut = asyncio.run(ask())
        assert tap.process.wait(20) == 0
        assert time.monotonic() - begun < 30
        assert answered.status_code == 200
        assert isinstance(cut, httpx.TransportError)
        is_over.set()
        assert {line["path"]: line["status"] for line in missionscope.lines("/brain")} == {
            "/chat": 200,
            "/generate": None,
        }


def test_the_end_comes_without_missionscope_and_what_is_lost_is_told(tmp_path, service):
    url = f"http://127.0.0.1:{find_free_port()}"
    with start_tap(tmp_path, url, {"brain": service.port}, drain_s=2) as tap:
        for _ in range(5):
            httpx.post(f"{tap.url('brain')}/chat", json={"text": "secret"})
        begun = time.monotonic()
        assert tap.end() == 0
        assert time.monotonic() - begun < 6
        [lost] = tap.events("tap.left_out")
        assert (lost["what"], lost["reason"], lost["count"]) == ("/chat", "undelivered", 5)
        assert "secret" not in tap.output()


def test_a_missionscope_that_never_answers_does_not_hold_up_the_end(tmp_path, missionscope, service):
    missionscope.tell = lambda _path, _lines: Told(wait_s=60)
    with start_tap(tmp_path, missionscope.url, {"brain": service.port}, drain_s=1) as tap:
        httpx.post(f"{tap.url('brain')}/chat", json={})
        wait_until(lambda: missionscope.attempts)
        httpx.post(f"{tap.url('brain')}/chat", json={})
        begun = time.monotonic()
        assert tap.end() == 0
        assert time.monotonic() - begun < 15
        assert sum(lost["count"] for lost in tap.events("tap.left_out") if lost["reason"] == "undelivered") == 2


@pytest.mark.parametrize("direction", ["request", "answer"])
def test_a_large_body_streams_through_without_being_held(tmp_path, missionscope, direction):
    total = 100 * MIB
    seen = 0

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal seen
        await reader.readuntil(b"\r\n\r\n")
        while direction == "request" and seen < total:
            seen += len(await reader.read(MIB))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (total if direction == "answer" else 0))
        with contextlib.suppress(ConnectionError):
            for _ in range(total // MIB if direction == "answer" else 0):
                writer.write(bytes(MIB))
                await writer.drain()
        writer.close()

    async def go() -> None:
        server = await asyncio.start_server(script, "127.0.0.1", 0)
        with start_tap(tmp_path, missionscope.url, {"brain": server.sockets[0].getsockname()[1]}) as tap:
            before = tap.peak_bytes()
            reader, writer = await asyncio.open_connection("127.0.0.1", tap.port("brain"))
            writer.write(
                b"POST /chat HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (total if direction == "request" else 0)
            )
            for _ in range(total // MIB if direction == "request" else 0):
                writer.write(bytes(MIB))
                await writer.drain()
            await reader.readuntil(b"\r\n\r\n")
            got = 0
            while piece := await reader.read(MIB):
                got += len(piece)
            assert (got, seen) == ((total, 0) if direction == "answer" else (0, total))
            writer.close()
            await asyncio.to_thread(missionscope.wait_for, "/brain")
            assert tap.peak_bytes() - before < 40 * MIB

    asyncio.run(go())
    [line] = missionscope.lines("/brain")
    part = "response" if direction == "answer" else "request"
    assert line["notes"] == [{"part": part, "reason": "too_large", "size_bytes": total}]


def test_memory_is_bounded_while_missionscope_is_away(tmp_path, service):
    url = f"http://127.0.0.1:{find_free_port()}"
    with start_tap(tmp_path, url, {"brain": service.port}, max_waiting_bytes=8 * MIB, drain_s=1) as tap:
        body = b'{"text":"%s"}' % (b"x" * MIB)
        with httpx.Client(base_url=tap.url("brain")) as client:
            for _ in range(12):
                client.post("/chat", content=body)
            before = tap.peak_bytes()
            for _ in range(60):
                assert client.post("/chat", content=body).status_code == 200
        assert tap.peak_bytes() - before < 10 * MIB
        assert tap.end() == 0
        left_out = tap.events("tap.left_out")
        assert {event["reason"] for event in left_out} == {"no_room", "undelivered"}
        assert sum(event["count"] for event in left_out) == 72


def test_an_encoder_that_is_killed_is_started_again(tmp_path, missionscope, service):
    with start_tap(tmp_path, missionscope.url, {"brain": service.port}) as tap:
        httpx.post(f"{tap.url('brain')}/chat", json={"number": 1})
        missionscope.wait_for("/brain")
        for child in _children(tap.process.pid):
            os.kill(child, signal.SIGKILL)
        httpx.post(f"{tap.url('brain')}/chat", json={"number": 2})
        wait_until(lambda: missionscope.left_out())
        assert list(missionscope.left_out()) == [("brain", "/chat", "encoder_died")]
        httpx.post(f"{tap.url('brain')}/chat", json={"number": 3})
        assert missionscope.wait_for("/brain", 2)[1]["request"] == {"number": 3}


def test_the_encoder_does_not_outlive_a_killed_tap(tmp_path, missionscope, service):
    with start_tap(tmp_path, missionscope.url, {"brain": service.port}) as tap:
        httpx.post(f"{tap.url('brain')}/chat", json={})
        missionscope.wait_for("/brain")
        children = _children(tap.process.pid)
        assert children
        tap.process.kill()
        wait_until(
            lambda: not any(Path(f"/proc/{child}/cmdline").exists() and _is_running(child) for child in children)
        )


def test_a_wrong_key_is_told_and_costs_no_caller(tmp_path, missionscope, service):
    missionscope.tell = lambda _path, _lines: Told(401)
    with start_tap(tmp_path, missionscope.url, {"brain": service.port}) as tap:
        assert httpx.post(f"{tap.url('brain')}/chat", json={}).status_code == 200
        wait_until(lambda: tap.events("tap.left_out"))
        assert tap.events("tap.left_out")[0]["reason"] == "refused_401"


def test_an_address_in_use_ends_the_start(tmp_path, service):
    command = [sys.executable, "-m", "tap", "--tap", f"brain:{service.port}=http://127.0.0.1:1"]
    environment = {**os.environ, "MISSIONSCOPE_URL": "http://127.0.0.1:1", "MISSIONSCOPE_KEY": "ms_secret_key"}
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=30)
    assert ended.returncode == 1
    assert f"cannot listen on 127.0.0.1 port {service.port}: Address already in use" in ended.stderr
    assert "secret" not in ended.stderr


def test_it_needs_no_django():
    code = (
        "import sys, tap.cli, tap.__main__; sys.exit(any(name.partition('.')[0] == 'django' for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=30).returncode == 0


def _children(pid: int) -> list[int]:
    """Its encoder (and what Python starts beside it)."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(stat.parent.name))
    return found


def _is_running(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False
