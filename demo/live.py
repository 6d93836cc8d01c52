"""A story sent while it happens: starts before ends, record after record, now and then a child before its parent."""

import heapq
import random
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from demo.door import Door
from demo.records import Log, Span
from demo.story import Story
from demo.trace_builder import SECOND_NS

WORTH_ANNOUNCING_NS = SECOND_NS // 2
"""A span that takes longer is sent twice: when it begins, without an end, and when it ends."""
LATE_NS = 900_000_000


class Delivery(NamedTuple):
    """Records that leave the sender together at a moment."""

    due_ns: int
    spans: tuple[Span, ...]
    logs: tuple[Log, ...]


def deliveries(story: Story, *, seed: int = 0) -> Iterator[Delivery]:
    """What leaves when, in order. Every span's last record and every log record is in exactly one delivery."""
    chance = random.Random(seed)  # noqa: S311 (repeatable, guards nothing)
    waiting: list[tuple[int, int, Span | Log]] = []
    for span in story.spans:
        if span.end_ns is None or span.end_ns - span.start_ns >= WORTH_ANNOUNCING_NS:
            late_ns = LATE_NS if chance.random() < 0.25 else 0
            waiting.append((span.start_ns + late_ns, len(waiting), span.start_only()))
        if span.end_ns is not None:
            waiting.append((span.end_ns + 30_000_000, len(waiting), span))
    waiting += [(log.time_ns + 10_000_000, len(waiting) + place, log) for place, log in enumerate(story.logs)]
    heapq.heapify(waiting)
    while waiting:
        due_ns, _, record = heapq.heappop(waiting)
        yield Delivery(due_ns, (record,), ()) if isinstance(record, Span) else Delivery(due_ns, (), (record,))


def play(
    story: Story, door: Door, *, clock: Callable[[], int] = time.time_ns, sleep: Callable[[float], None] = time.sleep
) -> None:
    """Post every delivery when its moment has come. Returns when the story has ended."""
    for delivery in deliveries(story):
        missing_ns = delivery.due_ns - clock()
        if missing_ns > 0:
            sleep(missing_ns / SECOND_NS)
        door.post_spans(list(delivery.spans))
        door.post_logs(list(delivery.logs))
