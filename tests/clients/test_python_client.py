"""The Python client, as programs use it: against a real server, a slow one, a broken one and none."""

import ast
import importlib.util
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.blackbox.client import Reader
from tests.clients.conftest import assert_all_types_arrived
from tests.clients.pretended import Pretended, Told
from tests.servers import ROOT, Server, find_free_port

FILE = ROOT / "clients" / "missionscope.py"
PROGRAM = Path(__file__).parent / "python_program.py"
RUN_S = 60
QUICK_S = 2.0
"""A thousand records must not take longer, on a machine that has much else to do."""


@pytest.fixture(scope="module")
def module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("missionscope_client", FILE)
    assert spec
    assert spec.loader
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


@pytest.fixture
def make_client(module: ModuleType, pretended: Pretended) -> Iterator[Callable[..., Any]]:
    made: list[Any] = []

    def make(**options: Any) -> Any:
        options = {"flush_every_s": 0.05, "timeout_s": 5.0, "exit_timeout_s": 0.2} | options
        made.append(module.Client(options.pop("url", pretended.url), "a-key", **options))
        return made[-1]

    yield make
    for client in made:
        client.close(0.1)


def run(code: str, tmp_path: Path, **environment: str) -> tuple[float, "subprocess.CompletedProcess[str]"]:
    """A program alone in a folder with the client; how long it took, and what it said."""
    (tmp_path / "missionscope.py").write_bytes(FILE.read_bytes())
    (tmp_path / "program.py").write_text(code)
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("MISSIONSCOPE_", "DJANGO_"))}
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "program.py"], cwd=tmp_path, env=plain | environment, capture_output=True, text=True,
        timeout=RUN_S, check=False,
    )  # fmt: skip
    return time.monotonic() - begun, done


def test_a_program_s_records_arrive_though_it_ends_at_once(
    server: Server, stored: Reader, mission: str, tmp_path: Path
) -> None:
    code = f"MISSION = {mission!r}\n{PROGRAM.read_text()}"
    environment = {"MISSIONSCOPE_URL": server.url + "/", "MISSIONSCOPE_KEY": server.key, "MISSIONSCOPE_SERVICE": "desk"}
    _, done = run(code, tmp_path, **environment)
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")
    assert_all_types_arrived(stored, mission)


def test_without_an_address_or_with_a_dead_one_a_program_runs_as_ever(mission: str, tmp_path: Path) -> None:
    code = f"MISSION = {mission!r}\n{PROGRAM.read_text()}\nimport threading\nprint(threading.active_count())"
    took_s, done = run(code, tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n1\n", "")
    assert took_s < RUN_S / 4
    dead = f"http://127.0.0.1:{find_free_port()}"
    took_s, done = run(code, tmp_path, MISSIONSCOPE_URL=dead, MISSIONSCOPE_KEY="a-key")
    assert (done.returncode, done.stdout) == (0, "done\n2\n")
    assert took_s < RUN_S / 4


def test_an_unknown_key_is_told_and_does_no_harm(server: Server, tmp_path: Path) -> None:
    code = "import missionscope as m\nm.log('x')\nprint(m.flush(30), m._client().dropped_count)"
    _, done = run(code, tmp_path, MISSIONSCOPE_URL=server.url, MISSIONSCOPE_KEY="wrong")
    assert (done.returncode, done.stdout) == (0, "True 1\n")
    assert "status 401" in done.stderr


def test_a_slow_server_holds_nobody_up(make_client: Callable[..., Any], pretended: Pretended) -> None:
    pretended.answers = [Told(delay_s=3.0)] * 20
    client = make_client(timeout_s=0.3)
    begun = time.monotonic()
    for number in range(1_000):
        client.record("log", body=number)
    assert time.monotonic() - begun < QUICK_S
    assert client.flush(0.2) is False


def test_what_was_refused_for_now_is_sent_again_until_it_is_taken(
    make_client: Callable[..., Any], pretended: Pretended
) -> None:
    pretended.answers = [Told(503, headers=(("Retry-After", "1"),)), Told(429), Told(500)]
    client = make_client()
    client.record("log", body="once")
    (record,) = pretended.wait_until_taken(1)
    assert record["body"] == "once"
    assert [status for _, status, _, _ in pretended.requests] == [503, 429, 500, 200]
    first, second = pretended.requests[0][0], pretended.requests[1][0]
    assert second - first >= 1.0
    assert client.flush(30)
    assert client.dropped_count == 0


def test_a_server_that_comes_back_gets_what_waited(module: ModuleType, make_client: Callable[..., Any]) -> None:
    with Pretended() as gone:
        url = gone.url
    client = make_client(url=url)
    for number in range(5):
        client.record("log", body=number)
    assert client.flush(0.3) is False
    port = int(url.rpartition(":")[2])

    class Back(Pretended):
        allow_reuse_address = True

        def server_bind(self) -> None:
            self.server_address = ("127.0.0.1", port)
            super().server_bind()

    with Back() as back:
        assert sorted(record["body"] for record in back.wait_until_taken(5)) == [0, 1, 2, 3, 4]


def test_a_full_queue_leaves_out_counts_and_tells(make_client: Callable[..., Any], pretended: Pretended) -> None:
    pretended.answers = [Told(delay_s=1.0)]
    client = make_client(most_records=10)
    for number in range(100):
        client.record("log", body=number)
    assert client.dropped_count >= 80
    assert client.flush(30)
    kept = [record for record in pretended.taken if isinstance(record["body"], int)]
    assert len(kept) + client.dropped_count == 100
    client.record("log", body="after")
    assert client.flush(30)
    assert any(f"left out {client.dropped_count} record" in str(record["body"]) for record in pretended.taken)


def test_large_records_count_by_their_bytes(make_client: Callable[..., Any], pretended: Pretended) -> None:
    client = make_client(most_bytes=1_000_000)
    client.record("log", body="x" * 2_000_000)
    assert client.dropped_count == 1
    client.record("log", body="small")
    assert pretended.wait_until_taken(1)


def test_a_batch_that_is_too_large_is_sent_in_halves(make_client: Callable[..., Any], pretended: Pretended) -> None:
    pretended.answers = [Told(413), Told(413)]
    client = make_client(flush_every_s=0.5)
    for number in range(8):
        client.record("log", body=number)
    assert client.flush(30)
    assert sorted(record["body"] for record in pretended.taken) == list(range(8))
    assert client.dropped_count == 0


def test_refused_records_are_told_to_the_developer(
    make_client: Callable[..., Any], pretended: Pretended, caplog: pytest.LogCaptureFixture
) -> None:
    pretended.answers = [Told(body=b'{"accepted": 0, "rejected": [{"index": 0, "detail": "type is \'poem\'"}]}')]
    client = make_client()
    with caplog.at_level(logging.WARNING, "missionscope"):
        client.record("poem")
        assert client.flush(30)
    assert "type is 'poem'" in caplog.text
    assert client.rejected_count == 1


class Odd:
    def __repr__(self) -> str:
        raise RuntimeError("no")


def test_nothing_a_program_hands_over_makes_it_fail(make_client: Callable[..., Any], pretended: Pretended) -> None:
    client = make_client()
    circle: dict[str, Any] = {"a": 1}
    circle["me"] = circle
    deep: Any = "x"
    for _ in range(100_000):
        deep = [deep]
    values = [
        circle,
        {("a", 1): 2},
        b"\xff",
        {1, 2},
        float("nan"),
        "\ud800",
        object(),
        Odd(),
        deep,
        time.sleep,
        10**5000,
    ]
    for value in values:
        client.record("log", body=value, id="odd")
        client.stage7("messages", value)
    assert client.flush(30)
    sent = [record for _, _, path, records in pretended.requests if path == "/api/v1/ingest" for record in records]
    assert len(sent) + client.dropped_count // 2 >= len(values) - 1
    assert {record["type"] for record in sent} == {"log"}


def test_many_threads_lose_nothing(make_client: Callable[..., Any], pretended: Pretended) -> None:
    client = make_client()

    def send(thread: int) -> None:
        for number in range(200):
            client.record("log", body=f"{thread} {number}")

    threads = [threading.Thread(target=send, args=(thread,)) for thread in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert client.flush(30)
    assert len({record["body"] for record in pretended.taken}) == len(pretended.taken) == 1_600


@pytest.mark.skipif(not hasattr(os, "fork"), reason="fork (this system)")
def test_a_forked_child_sends_its_own(pretended: Pretended, tmp_path: Path) -> None:
    code = """
import os, missionscope
missionscope.log("parent")
if os.fork() == 0:
    missionscope.log("child")
    missionscope.close()
    os._exit(0)
os.wait()
"""
    _, done = run(code, tmp_path, MISSIONSCOPE_URL=pretended.url, MISSIONSCOPE_KEY="a-key")
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(record["body"] for record in pretended.wait_until_taken(2)) == ["child", "parent"]


def test_the_file_is_read_by_python_3_9() -> None:
    assert ast.parse(FILE.read_text(), feature_version=(3, 9)).body
