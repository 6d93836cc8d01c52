"""One service's place: listens where callers look for it, and joins each of them with the service itself."""

import asyncio
import contextlib
import errno
import socket

import structlog

from tap.exchange import Recorder
from tap.origin import Origin
from tap.relay import PIECE_BYTES, join, prepare
from tap.settings import Tapped, refuse
from tap.watch import Watch

logger = structlog.get_logger("missionscope.tap")

BACKLOG = 512
LINGER_S = 30.0
"""How long a caller that was refused may go on sending before its connection is closed."""
PAUSE_S = 0.1
"""After the system had no room for another connection."""
CLOSE_LOOK_S = 0.05
SCARCITY = frozenset((errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM))


class Service:
    """Stands in for one service of stage7."""

    def __init__(self, tapped: Tapped, recorder: Recorder, *, connect_timeout_s: int) -> None:
        self._tapped, self._recorder, self._connect_timeout_s = tapped, recorder, connect_timeout_s
        self._origin = Origin(tapped.service_host, tapped.service_port)
        self._listener = self._listen()
        self._connections: dict[asyncio.Task[None], Watch] = {}
        self._accepting: asyncio.Task[None] | None = None
        self._is_reachable = True

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self._listener.getsockname()[1])

    def start(self) -> None:
        """Begin to take connections."""
        self._accepting = asyncio.create_task(self._accept())
        logger.info("tap.listening", service=self._tapped.kind, host=self._tapped.host, port=self.port)

    async def stop(self, patience_s: float) -> None:
        """Take no more connections; close each when it waits for no answer, and all when patience is over."""
        if self._accepting is not None:
            self._accepting.cancel()
            await asyncio.gather(self._accepting, return_exceptions=True)
        self._listener.close()
        deadline = asyncio.get_running_loop().time() + patience_s
        while self._connections and asyncio.get_running_loop().time() < deadline:
            self._cancel(only_idle=True)
            await asyncio.sleep(CLOSE_LOOK_S)
        self._cancel(only_idle=False)
        await asyncio.gather(*self._connections, return_exceptions=True)

    def _listen(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self._tapped.host else socket.AF_INET
        try:
            listener = socket.create_server((self._tapped.host, self._tapped.port), family=family, backlog=BACKLOG)
        except OSError as error:
            refuse("--tap", f"cannot listen on {self._tapped.host} port {self._tapped.port}: {error.strerror}.")
        listener.setblocking(False)
        return listener

    def _cancel(self, *, only_idle: bool) -> None:
        for task, watch in self._connections.items():
            if not task.cancelling() and not (only_idle and watch.is_busy):
                task.cancel()

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                caller, _ = await loop.sock_accept(self._listener)
            except OSError as error:
                if error.errno in SCARCITY:
                    logger.error("tap.no_room_for_connections", service=self._tapped.kind)
                    await asyncio.sleep(PAUSE_S)
                continue
            watch = Watch(self._tapped.kind, self._recorder)
            task = asyncio.create_task(self._serve(caller, watch))
            self._connections[task] = watch
            task.add_done_callback(self._connections.pop)

    async def _serve(self, caller: socket.socket, watch: Watch) -> None:
        with caller:
            try:
                await self._serve_open(caller, watch)
            except OSError:
                return  # the caller is gone
            finally:
                watch.close()

    async def _serve_open(self, caller: socket.socket, watch: Watch) -> None:
        prepare(caller)
        try:
            async with asyncio.timeout(self._connect_timeout_s):
                service = await self._origin.connect()
        except OSError as error:  # TimeoutError is one
            self._note_reachable(type(error).__name__)
            await self._refuse(caller, watch, type(error).__name__)
            return
        self._note_reachable("")
        with service:
            await join(caller, service, watch)

    def _note_reachable(self, problem: str) -> None:
        """Say once when the service takes no connections, and once when it takes them again."""
        if problem and self._is_reachable:
            logger.warning("tap.service_unreachable", service=self._tapped.kind, reason=problem)
        if not problem and not self._is_reachable:
            logger.info("tap.service_reachable", service=self._tapped.kind)
        self._is_reachable = not problem

    async def _refuse(self, caller: socket.socket, watch: Watch, reason: str) -> None:
        """Answer the first request with 502, then take in what the caller still sends, so that it reads the answer."""
        loop = asyncio.get_running_loop()
        answer = _bad_gateway(self._tapped, reason)
        while not watch.is_busy:
            piece = await loop.sock_recv(caller, PIECE_BYTES)
            if not piece:
                return
            watch.see_request(piece)
        await loop.sock_sendall(caller, answer)
        watch.see_answer(answer)
        caller.shutdown(socket.SHUT_WR)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LINGER_S):
                while piece := await loop.sock_recv(caller, PIECE_BYTES):
                    watch.see_request(piece)


def _bad_gateway(tapped: Tapped, reason: str) -> bytes:
    sentence = f"The tap could not reach {tapped.kind} at {tapped.service_host}:{tapped.service_port}: {reason}."
    body = b'{"error":"%s"}' % sentence.encode()
    head = (
        "HTTP/1.1 502 Bad Gateway\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
    )
    return (head % len(body)).encode() + body
