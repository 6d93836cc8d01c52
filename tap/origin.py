"""Where a service is found, and connections to it."""

import asyncio
import socket
import time
from typing import Any

from tap.relay import prepare

KEPT_S = 1.0
"""How long addresses are used again: a look-up costs more than a connection, and services that restart move."""

Addresses = list[tuple[Any, Any, int, str, Any]]


class Origin:
    """One service's host and port."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._addresses: Addresses = []
        self._kept_until_s = 0.0

    async def connect(self) -> socket.socket:
        """A new connection, by the first of its addresses that takes one. Raises OSError."""
        if time.monotonic() < self._kept_until_s:
            try:
                return await _connect(self._addresses)
            except OSError:
                self._kept_until_s = 0.0  # it may have moved
        loop = asyncio.get_running_loop()
        self._addresses = await loop.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        side = await _connect(self._addresses)
        self._kept_until_s = time.monotonic() + KEPT_S
        return side


async def _connect(addresses: Addresses) -> socket.socket:
    loop = asyncio.get_running_loop()
    problem: OSError = ConnectionError("no address")
    for family, kind, protocol, _, address in addresses:
        side = socket.socket(family, kind, protocol)
        try:
            prepare(side)
            await loop.sock_connect(side, address)
        except OSError as error:
            side.close()
            problem = error
        except BaseException:
            side.close()
            raise
        else:
            return side
    raise problem
