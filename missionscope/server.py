"""The web server: uvicorn inside this process, or a parent with several of them on PostgreSQL."""

import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn
from django.conf import settings

from missionscope.environment import refuse
from missionscope.parent import name_as_parent
from missionscope.sockets import WebSocketProtocol

START_S = 60
DRAIN_S = 10
SAME_MOMENT_S = 1.0
LARGEST_FRAME_BYTES = 64 << 10
"""Of a WebSocket: clients only send small requests."""


class Server(uvicorn.Server):
    """A server that ends when asked to and returns: uvicorn's own raises the signal again, and nothing could follow."""

    def __init__(self, config: uvicorn.Config, on_started: Callable[[], None] | None = None) -> None:
        super().__init__(config)
        self.on_started = on_started
        self.asked_to_end_s: float | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve, then tell."""
        await super().startup(sockets)
        if self.started and self.on_started is not None:
            self.on_started()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Hear SIGTERM and SIGINT while serving."""
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Drain; end at once when asked again later. `make` and a terminal may ask twice in the same moment."""
        now_s = time.monotonic()
        if self.asked_to_end_s is None:
            self.asked_to_end_s = now_s
        self.should_exit = True
        self.force_exit = now_s - self.asked_to_end_s > SAME_MOMENT_S


def get_config() -> uvicorn.Config:
    """uvicorn's settings. No access log: addresses and tokens in queries stay out of logs."""
    return uvicorn.Config(
        "missionscope.asgi:application",
        loop="uvloop",
        http="httptools",
        ws=WebSocketProtocol,
        ws_max_size=LARGEST_FRAME_BYTES,
        ws_ping_interval=20,
        ws_ping_timeout=20,
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        workers=settings.MISSIONSCOPE_WORKERS,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=DRAIN_S,
    )


def open_socket() -> socket.socket:
    """The listening socket, before anything else is done: a port in use is told in one sentence."""
    host, port = settings.MISSIONSCOPE_HOST, settings.MISSIONSCOPE_PORT
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        # Listening at once, so that a second start is refused here and not after it has migrated.
        listener.listen(2048)
    except OSError as error:
        refuse("MISSIONSCOPE_PORT", f"cannot be served: {host} port {port}: {error.strerror}.")
    listener.set_inheritable(True)
    return listener


def serve(listener: socket.socket, on_started: Callable[[], None]) -> bool:
    """Serve until asked to end; False when it could not start."""
    config = get_config()
    if settings.MISSIONSCOPE_WORKERS > 1:
        return _serve_with_processes(config, listener, on_started)
    server = Server(config, on_started)
    server.run(sockets=[listener])
    return server.started


def local_url() -> str:
    """The address under which this machine reaches the server."""
    host = settings.MISSIONSCOPE_HOST
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 — compared, not bound
    shown = f"[{reachable}]" if ":" in reachable else reachable
    return f"http://{shown}:{settings.MISSIONSCOPE_PORT}"


def _serve_with_processes(config: uvicorn.Config, listener: socket.socket, on_started: Callable[[], None]) -> bool:
    from uvicorn.supervisors import Multiprocess

    name_as_parent()
    threading.Thread(target=_tell_when_answering, args=(on_started,), daemon=True).start()
    Multiprocess(config, sockets=[listener]).run()
    return True


def _tell_when_answering(on_started: Callable[[], None]) -> None:
    while True:
        try:
            with socket.create_connection((settings.MISSIONSCOPE_HOST, settings.MISSIONSCOPE_PORT), START_S) as asking:
                asking.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
                if asking.recv(1):
                    break
        except OSError:
            time.sleep(0.1)
    on_started()
