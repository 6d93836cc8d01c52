"""One service's place in this process: what passes, what was captured of it, what was left out."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from tap.budget import Budget
from tap.captured import Captured
from tap.exchange import Recorder
from tap.losses import Losses
from tap.service import Service
from tap.settings import Tapped

Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
PATIENCE_S = 10.0


class Place:
    """A started place and its recorder."""

    def __init__(self, kind: str, service_port: int, limit_bytes: int, budget_bytes: int) -> None:
        self.captured: list[Captured] = []
        self.budget, self.losses = Budget(budget_bytes), Losses()
        tapped = Tapped(kind, "127.0.0.1", 0, "127.0.0.1", service_port)
        recorder = Recorder(self.budget, self.losses, self.captured.append, limit_bytes)
        self.service = Service(tapped, recorder, connect_timeout_s=5)
        self.port = self.service.port

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A caller's connection."""
        return await asyncio.open_connection("127.0.0.1", self.port)

    def has_left_out(self) -> bool:
        """Whether anything was counted."""
        taken = self.losses.take()
        self.losses.put_back(taken)
        return bool(taken)

    def left_out(self) -> list[tuple[str, str, int]]:
        """What, why, and how many."""
        return [(lost.what, lost.reason, lost.count) for lost in self.losses.take()]

    def kept_bytes(self) -> int:
        """What the budget says is kept beside what was captured."""
        return self.budget.used_bytes - sum(captured.cost_bytes for captured in self.captured)


@asynccontextmanager
async def place(
    kind: str, script: Script, *, limit_bytes: int = 1 << 20, budget_bytes: int = 64 << 20
) -> AsyncIterator[Place]:
    """A place before a service that does what the script says with each connection."""
    server = await asyncio.start_server(script, "127.0.0.1", 0)
    started = Place(kind, server.sockets[0].getsockname()[1], limit_bytes, budget_bytes)
    started.service.start()
    try:
        async with asyncio.timeout(PATIENCE_S):
            yield started
    finally:
        await started.service.stop(0)
        server.close()


async def until(is_so: Callable[[], object]) -> None:
    """Return when it is so."""
    while not is_so():
        await asyncio.sleep(0.005)
