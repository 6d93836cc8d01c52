"""A relay before a TCP service that can go silent: connections stay open, and nothing comes through them any more."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.servers import find_free_port

CHUNK_BYTES = 64 * 1024


class Relay:
    """Listens on a port of its own. What is relayed goes through its event loop, in a thread."""

    def __init__(self, to_port: int) -> None:
        self.port, self._to_port = find_free_port(), to_port
        self._loop = asyncio.new_event_loop()
        self._line = asyncio.Event()
        """That of the connections made from now on; silent ones keep the one that was cleared."""
        self._line.set()

    def go_silent(self) -> None:
        """Nothing comes through, and nobody is told."""
        self._loop.call_soon_threadsafe(self._line.clear)

    def renew(self) -> None:
        """New connections come through; the silent ones stay so."""

        def lay() -> None:
            self._line = asyncio.Event()
            self._line.set()

        self._loop.call_soon_threadsafe(lay)

    def run(self, is_listening: threading.Event) -> None:
        """In a thread, until `end`."""

        async def listen() -> None:
            await asyncio.start_server(self._serve, "127.0.0.1", self.port)
            is_listening.set()

        self._loop.create_task(listen())
        self._loop.run_forever()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    def end(self) -> None:
        """Drop everything."""
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def _serve(self, asking: asyncio.StreamReader, answering: asyncio.StreamWriter) -> None:
        line = self._line
        with suppress(OSError, asyncio.CancelledError):
            await line.wait()
            reader, writer = await asyncio.open_connection("127.0.0.1", self._to_port)
            await asyncio.gather(_relay(line, asking, writer), _relay(line, reader, answering))


async def _relay(line: asyncio.Event, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(CHUNK_BYTES):
            await line.wait()
            writer.write(data)
            await writer.drain()
    writer.close()


@contextmanager
def relay_to(port: int) -> Iterator[Relay]:
    """A relay before the service at this port of 127.0.0.1."""
    relay, is_listening = Relay(port), threading.Event()
    thread = threading.Thread(target=relay.run, args=(is_listening,), daemon=True)
    thread.start()
    assert is_listening.wait(10)
    try:
        yield relay
    finally:
        relay.end()
        thread.join(10)
