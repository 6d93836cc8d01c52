"""Bytes from one socket to another, both ways, unchanged and without keeping them; a watch gets copies.

Pieces are handed on before they are looked at, and no more than one of each direction is held: a reader that is slow
slows its writer, as without the relay. What ends a connection on one side ends it likewise on the other.
"""

import asyncio
import socket
import struct
from collections.abc import Callable

import structlog

from tap.watch import Watch

logger = structlog.get_logger("missionscope.tap")

PIECE_BYTES = 64 * 1024
LINGER_S = 60.0
"""How long a caller may keep a connection open that the service has ended."""

See = Callable[[bytes], None]
"""Gets each piece once it has been passed on, and nothing (`b""`) at the end."""


class Reset(Exception):
    """The side that was read from has gone without ending its stream."""


async def join(caller: socket.socket, service: socket.socket, watch: Watch) -> None:
    """Pass everything on until both sides have ended, or one is gone."""
    forth = asyncio.create_task(_pump(caller, service, watch.see_request))
    back = asyncio.create_task(_pump(service, caller, watch.see_answer))
    try:
        await asyncio.wait((forth, back), return_when=asyncio.FIRST_COMPLETED)
        if not back.done():
            await asyncio.wait((forth, back), return_when=asyncio.FIRST_EXCEPTION)
        elif not _has_failed(back):
            await asyncio.wait((forth,), timeout=LINGER_S)
    finally:
        has_ended = forth.done() and back.done() and not (_has_failed(forth) or _has_failed(back))
        if not has_ended:
            _make_close_a_reset(service)
        if not has_ended and watch.is_cut:
            _make_close_a_reset(caller)
        forth.cancel()
        back.cancel()
        for outcome in await asyncio.gather(forth, back, return_exceptions=True):
            if isinstance(outcome, Exception) and not isinstance(outcome, Reset):
                logger.error("tap.relay_failed", error=type(outcome).__name__)


def prepare(side: socket.socket) -> None:
    """No waiting to fill packets; peers that vanish are noticed in the end."""
    side.setblocking(False)
    side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    side.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)


async def _pump(source: socket.socket, sink: socket.socket, see: See) -> None:
    """Pass on what comes until it ends. Raises Reset; a sink that takes no more only ends it: it may still be read."""
    loop = asyncio.get_running_loop()
    while True:
        try:
            piece = await loop.sock_recv(source, PIECE_BYTES)
        except OSError as gone:
            raise Reset from gone
        try:
            await _pass_on(piece, sink, see)
        except OSError:
            return
        if not piece:
            return


async def _pass_on(piece: bytes, sink: socket.socket, see: See) -> None:
    if not piece:
        sink.shutdown(socket.SHUT_WR)
        see(piece)
        return
    try:
        sent = sink.send(piece)
    except BlockingIOError:
        sent = 0
    # Seen before this task waits: an answer cannot be seen before its request.
    see(piece)
    if sent < len(piece):
        await asyncio.get_running_loop().sock_sendall(sink, memoryview(piece)[sent:])


def _has_failed(task: "asyncio.Task[None]") -> bool:
    return task.done() and not task.cancelled() and task.exception() is not None


def _make_close_a_reset(side: socket.socket) -> None:
    """What was cut off must not look complete: closing it sends RST instead of FIN."""
    side.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
