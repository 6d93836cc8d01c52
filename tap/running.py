"""A tap from its start to its end: services in the event loop, the sender in its thread, and the way out on SIGTERM."""

import asyncio
import signal
import sys
import time

import structlog

from tap.budget import Budget
from tap.door import Door
from tap.encoder import Encoder
from tap.exchange import Recorder
from tap.losses import Losses
from tap.sender import Sender
from tap.service import Service
from tap.settings import Settings
from tap.waiting import Waiting

logger = structlog.get_logger("missionscope.tap")


LOG_EVERY_S = 5.0
"""How often what was left out is written to the log."""
SWITCH_S = 0.0005
"""How long the sender's thread may keep the relay's from running."""


def run(settings: Settings) -> None:
    """Tap until SIGTERM or SIGINT."""
    sys.setswitchinterval(SWITCH_S)
    asyncio.run(_run(settings))


async def _run(settings: Settings) -> None:
    budget, losses, waiting = Budget(settings.max_waiting_bytes), Losses(), Waiting()
    door = Door(settings.url, settings.key, timeout_s=settings.post_timeout_s)
    sender = Sender(waiting, budget, losses, door, Encoder(settings.max_body_bytes))
    recorder = Recorder(budget, losses, waiting.put, settings.max_body_bytes)
    services = [Service(tapped, recorder, connect_timeout_s=settings.connect_timeout_s) for tapped in settings.tapped]
    stop = _stop_on_signals()
    sender.start()
    for service in services:
        service.start()
    logging = asyncio.create_task(_log_losses(losses))
    await stop.wait()
    logging.cancel()
    await _drain(services, sender, settings.drain_s)


async def _log_losses(losses: Losses) -> None:
    while True:
        await asyncio.sleep(LOG_EVERY_S)
        losses.log()


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def _drain(services: list[Service], sender: Sender, drain_s: float) -> None:
    """Half of the time is for answers that are under way, what is left of all of it for what waits to be sent."""
    deadline = time.monotonic() + drain_s
    logger.info("tap.ending", within_s=drain_s)
    await asyncio.gather(*(service.stop(drain_s / 2) for service in services))
    await asyncio.to_thread(sender.finish, max(0.0, deadline - time.monotonic()))
    logger.info("tap.ended")
