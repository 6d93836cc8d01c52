"""`python -m bench.tap`: what the tap adds to a request, the same requests directly and through it in turn."""

import argparse
import asyncio
import contextlib
import json
import multiprocessing
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
ANSWER = json.dumps({"result": "x" * 1500, "confidence": 1, "model": "bench", "requestId": "r"}).encode()
BODIES = {"2 kB": 2_000, "150 kB": 150_000}
SLOW_S = 5.0
BAR_MS = 5.0


class Pair(NamedTuple):
    """One request, sent both ways, one right after the other."""

    direct_ms: float
    tapped_ms: float


def main() -> None:
    """Measure and print a table; ends with 1 when the bar is not met."""
    chosen = read_arguments()
    os.nice(chosen.nice)
    is_met = True
    print("| MissionScope | body | connections | direct p50, p99 | through the tap p50, p99 | added p50, p99 |")
    print("|---|---|---|---|---|---|")
    with started(serve_service) as service_port:
        for state in ("up", "slow", "down"):
            with started(serve_missionscope, state) as port, tap(service_port, port) as tap_port:
                for name, size in BODIES.items():
                    for kept in (True, False):
                        pairs = measure(service_port, tap_port, size, kept, chosen.rounds, chosen.requests)
                        is_met &= show(state, name, kept, pairs)
    sys.exit(not is_met)


def read_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.tap", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=400, help="of a round, each sent both ways")
    parser.add_argument("--nice", type=int, default=0, help="niceness of all processes (negative: root)")
    return parser.parse_args()


def measure(service_port: int, tap_port: int, size: int, kept: bool, rounds: int, requests: int) -> list[list[Pair]]:
    """Pairs of each round. Which way comes first changes with every pair."""
    request = make_request(size)
    measured = []
    for _ in range(rounds):
        ways = (Way(service_port, kept), Way(tap_port, kept))
        for way in ways:
            way.send(request)
        pairs = []
        for at in range(requests):
            first, second = (0, 1) if at % 2 else (1, 0)
            took = {first: ways[first].send(request), second: ways[second].send(request)}
            pairs.append(Pair(took[0], took[1]))
        measured.append(pairs)
        for way in ways:
            way.close()
    return measured


def show(state: str, body: str, kept: bool, rounds: list[list[Pair]]) -> bool:
    """Print medians over the rounds; whether the added p99 is under the bar."""

    def both(values: list[list[float]]) -> str:
        p50 = statistics.median(percentile(of_round, 0.50) for of_round in values)
        p99 = statistics.median(percentile(of_round, 0.99) for of_round in values)
        return f"{p50:.2f}, {p99:.2f} ms"

    direct = [[pair.direct_ms for pair in pairs] for pairs in rounds]
    tapped = [[pair.tapped_ms for pair in pairs] for pairs in rounds]
    added = [[pair.tapped_ms - pair.direct_ms for pair in pairs] for pairs in rounds]
    connections = "kept" if kept else "new for each"
    print(f"| {state} | {body} | {connections} | {both(direct)} | {both(tapped)} | {both(added)} |", flush=True)
    return statistics.median(percentile(pairs, 0.99) for pairs in added) < BAR_MS


def percentile(values: list[float], share: float) -> float:
    """The smallest value that `share` of all do not exceed."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def make_request(size: int) -> bytes:
    """A request to /chat with a JSON body of about this size."""
    body = json.dumps({"exchanges": [{"role": "user", "content": "y" * size}]}).encode()
    head = (
        f"POST /chat HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Way:
    """A caller on one port."""

    def __init__(self, port: int, kept: bool) -> None:
        self._port, self._kept = port, kept
        self._socket: socket.socket | None = None

    def send(self, request: bytes) -> float:
        """Milliseconds from before a connection is made to the last byte of the answer."""
        begun = time.perf_counter()
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port))
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(request)
        got = b""
        while not got.endswith(ANSWER):
            got += self._socket.recv(65536)
        took_ms = (time.perf_counter() - begun) * 1000
        if not self._kept:
            self.close()
        return took_ms

    def close(self) -> None:
        """End the connection."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None


@contextlib.contextmanager
def started(target: object, *arguments: object) -> Iterator[int]:
    """A server in a process of its own; its port."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=target, args=(theirs, *arguments), daemon=True)  # type: ignore[arg-type]
    process.start()
    try:
        yield ours.recv()
    finally:
        process.kill()
        process.join()


@contextlib.contextmanager
def tap(service_port: int, missionscope_port: int) -> Iterator[int]:
    """The tap in a process of its own; its port."""
    environment = {
        **os.environ,
        "MISSIONSCOPE_URL": f"http://127.0.0.1:{missionscope_port}",
        "MISSIONSCOPE_KEY": "ms_bench_key",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tap", "--tap", f"brain:0=http://127.0.0.1:{service_port}"],
        cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stderr is not None
        listening = next(line for line in map(json.loads, process.stderr) if line["event"] == "tap.listening")
        yield listening["port"]
    finally:
        process.kill()
        process.wait()


def serve_service(ready: Connection) -> None:
    """A service that answers every request at once with the same answer."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(int(head.rpartition(b": ")[2]))
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(ANSWER), ANSWER))
                await writer.drain()
        writer.close()

    asyncio.run(_serve(answer, ready))


def serve_missionscope(ready: Connection, state: str) -> None:
    """Takes everything at once, or each request after SLOW_S, or listens nowhere."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
            await reader.readexactly(int(length.partition(b":")[2]))
            await asyncio.sleep(SLOW_S if state == "slow" else 0)
            writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 28\r\n\r\n{"accepted":1,"rejected":[]}')
            await writer.drain()
        writer.close()

    if state == "down":
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        ready.send(port)
        time.sleep(86_400)
    asyncio.run(_serve(answer, ready))


async def _serve(answer: object, ready: Connection) -> None:
    server = await asyncio.start_server(answer, "127.0.0.1", 0, limit=1 << 20)  # type: ignore[arg-type]
    ready.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


if __name__ == "__main__":
    main()
