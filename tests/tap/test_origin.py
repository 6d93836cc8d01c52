"""Where a service is found is asked again when it has moved, and not for each connection."""

import asyncio
import socket
from typing import Any

import pytest

from tap.origin import KEPT_S, Origin


class Names:
    """Answers look-ups with the ports of these listeners, on loopback."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.listeners: list[socket.socket] = []
        self.asked = 0
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", self.find)

    def listen(self) -> socket.socket:
        """The only place from here on."""
        self.listeners = [socket.create_server(("127.0.0.1", 0))]
        return self.listeners[0]

    async def find(self, host: str, port: int, **_: Any) -> list[Any]:
        self.asked += 1
        assert (host, port) == ("service", 5040)
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", listener.getsockname()) for listener in self.listeners]


async def test_it_is_asked_once_for_many_connections(monkeypatch):
    names, origin = Names(monkeypatch), Origin("service", 5040)
    with names.listen() as place:
        for _ in range(5):
            with await origin.connect() as side:
                assert side.getpeername() == place.getsockname()
    assert names.asked == 1


async def test_it_is_asked_again_after_a_while(monkeypatch):
    now = 100.0
    monkeypatch.setattr("tap.origin.time.monotonic", lambda: now)
    names, origin = Names(monkeypatch), Origin("service", 5040)
    with names.listen():
        (await origin.connect()).close()
        now += KEPT_S + 0.01
        (await origin.connect()).close()
    assert names.asked == 2


async def test_a_service_that_moved_is_found_at_once(monkeypatch):
    names, origin = Names(monkeypatch), Origin("service", 5040)
    with names.listen():
        (await origin.connect()).close()
    with names.listen() as place, await origin.connect() as side:
        assert side.getpeername() == place.getsockname()


async def test_the_first_address_that_takes_a_connection_counts(monkeypatch):
    names, origin = Names(monkeypatch), Origin("service", 5040)
    with names.listen() as place, socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        names.listeners = [silent, place]
        with await origin.connect() as side:
            assert side.getpeername() == place.getsockname()


async def test_none_at_all(monkeypatch):
    Names(monkeypatch)
    with pytest.raises(ConnectionError):
        await Origin("service", 5040).connect()
