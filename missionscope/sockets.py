"""The server's WebSockets: what their address holds is never logged, and a client that stops reading is let go."""

import logging
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

KERNEL_BYTES = 256 << 10
"""What the system may hold for a client that does not read; beyond it and the transport's 64 KiB sending waits."""
LAST_WORDS_S = 20.0
"""A client has this long to read what was sent before its end; then the connection is cut."""

log = logging.getLogger("missionscope.sockets")
log.setLevel(logging.ERROR)


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's, which would log addresses with their tokens, and could not close a connection that is stuck."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.logger = self.conn.logger = log
        self.conn.debug = False

    def connection_made(self, transport: Any) -> None:
        """Bound what is held for the client."""
        super().connection_made(transport)
        listener = transport.get_extra_info("socket")
        if listener is not None:
            with suppress(OSError):
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BYTES)

    def data_received(self, data: bytes) -> None:
        """A request that cannot be read, or is too long, is let go; uvicorn would hold it, and fail when it ends."""
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.handshake_initiated:
            self.close_sent = True
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.transport.close()

    async def send(self, message: Any) -> None:
        """A close frame goes behind what is already held; it does not wait for a client that does not read."""
        if message["type"] == "websocket.close" and self.handshake_complete and not self.writable.is_set():
            self.writable.set()
            self._later(self.close_timeout + LAST_WORDS_S, self.transport.abort)
        await super().send(message)

    def keepalive_timeout(self) -> None:
        """Nothing was heard: the connection is cut even when there is no one to take what it holds."""
        super().keepalive_timeout()
        self._later(1.0, self.transport.abort)

    def _later(self, delay_s: float, function: Callable[[], None]) -> None:
        self.loop.call_later(delay_s, function)
