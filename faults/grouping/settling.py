"""Which of the records that tell of failures count: one for each failure. Independent of the order they came in.

- Of records with the same trace, span, type and message the richest counts.
- A span does not count when a span below it has failed in the same way, or when it says nothing of what failed and
  something below or inside it does: it only passes on.
- A record of the trace that names no span does not count beside one that does, with the same type and message.
- A log record without frames does not count beside a failure of its span, or one of its trace told at about the same
  time, whose message it quotes.
- A failed step does not count beside a record of the same step whose message is in the step's; a log record that tells
  of the failed step, and holds no frames, does not count beside the step.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence

import msgspec

from faults.grouping.failures import LOG, SENTRY, STEP

LEAST_WORDS = 8
"""Characters of a message that may be looked for in another one."""
FRAMES_RICHNESS = 10
MOST_QUOTED = 100
"""Failures of one span, or on either side in time, that a line is compared with."""
SAME_TIME_NS = 2 * 1_000_000_000
"""A line of the log that tells of a failure is written no longer before or after it."""


class Telling(msgspec.Struct, frozen=True):
    """One record that tells of a failure, as far as it matters here."""

    pk: int
    identity: bytes
    source: str
    richness: int
    time_ns: int
    match_key: bytes
    message: str = ""
    trace_id: bytes = b""
    span_id: bytes = b""
    parent_span_id: bytes = b""
    mission_pk: int | None = None
    step_id: str = ""
    log_pk: int | None = None
    evidence: tuple[int, ...] = ()

    @property
    def order(self) -> tuple[int, int, bytes]:
        """The least is the richest, then the earliest."""
        return -self.richness, self.time_ns, self.identity


def settle(tellings: Sequence[Telling]) -> dict[int, int]:
    """By key: the key of the one that counts for it; its own when it counts itself.

    Give all that is known of a trace, and the failed steps of its missions.
    """
    stands: dict[int, Telling] = {}
    by_trace: dict[bytes, list[Telling]] = defaultdict(list)
    for telling in tellings:
        if telling.trace_id and telling.source != STEP:
            by_trace[telling.trace_id].append(telling)
    for several in by_trace.values():
        stands |= _settle_trace(several)
    stands |= _settle_steps(tellings)
    return {telling.pk: _follow(telling, stands).pk for telling in tellings}


def _settle_trace(tellings: Sequence[Telling]) -> dict[int, Telling]:
    """Those that do not count, to the one that they hand on to."""
    trace = _Trace(tellings)
    found = ((telling, trace.find_better(telling)) for telling in tellings)
    return {telling.pk: better for telling, better in found if better is not None and better.pk != telling.pk}


class _Trace:
    """What is told of one trace, by what it is looked up by; the richest first everywhere."""

    def __init__(self, tellings: Sequence[Telling]) -> None:
        self.nodes: dict[tuple[bytes, bytes], Telling] = {}
        self.children: dict[tuple[bytes, bytes], Telling] = {}
        self.saying: dict[bytes, Telling] = {}
        """By span: what says more than that it failed."""
        self.below: dict[bytes, Telling] = {}
        self.anywhere: dict[bytes, Telling] = {}
        self.of_span: dict[bytes, list[Telling]] = defaultdict(list)
        self.by_time: list[Telling] = []
        for telling in sorted(tellings, key=lambda each: each.order):
            self._add(telling)
        self.by_time.sort(key=lambda each: (each.time_ns, each.order))

    def _add(self, telling: Telling) -> None:
        if telling.match_key and telling.source != LOG:
            self.by_time.append(telling)
            self.of_span[telling.span_id].append(telling)
        if not telling.span_id:
            return
        self.nodes.setdefault((telling.span_id, telling.match_key), telling)
        if telling.match_key:
            self.saying.setdefault(telling.span_id, telling)
            self.anywhere.setdefault(telling.match_key, telling)
        if telling.parent_span_id and telling.parent_span_id != telling.span_id:
            self.children.setdefault((telling.parent_span_id, telling.match_key), telling)
            self.below.setdefault(telling.parent_span_id, telling)

    def find_better(self, telling: Telling) -> Telling | None:
        """What counts rather than this, as far as one step tells; itself or None: nothing."""
        better = self._find_same(telling)
        if better is None or better is telling:
            is_line = telling.source == LOG and telling.richness < FRAMES_RICHNESS
            return self._find_quoted(telling) or better if is_line else better
        return better

    def _find_same(self, telling: Telling) -> Telling | None:
        if not telling.span_id:
            return self.anywhere.get(telling.match_key)
        node = (telling.span_id, telling.match_key)
        if telling.match_key:
            return self.children.get(node) or self.nodes[node]
        return self.saying.get(telling.span_id) or self.below.get(telling.span_id) or self.nodes[node]

    def _find_quoted(self, line: Telling) -> Telling | None:
        """The failure that a line of the log repeats: of its own span, or of another one at about the same time."""
        own = self.of_span[line.span_id][:MOST_QUOTED] if line.span_id else []
        quoted = next((each for each in own if _quotes(line, each)), None)
        return quoted or min(
            (each for each in self._near(line) if each.match_key == line.match_key or _quotes(line, each)),
            key=lambda each: (abs(each.time_ns - line.time_ns), each.order),
            default=None,
        )

    def _near(self, line: Telling) -> list[Telling]:
        """Failures told at about the same time, of the very many the nearest."""
        at = bisect_left(self.by_time, line.time_ns, key=lambda each: each.time_ns)
        found = self.by_time[max(0, at - MOST_QUOTED) : at + MOST_QUOTED]
        return [each for each in found if abs(each.time_ns - line.time_ns) <= SAME_TIME_NS]


def _quotes(line: Telling, failure: Telling) -> bool:
    return len(failure.message) >= LEAST_WORDS and failure.message in line.message


def _settle_steps(tellings: Sequence[Telling]) -> dict[int, Telling]:
    steps = [telling for telling in tellings if telling.source == STEP]
    if not steps:
        return {}
    of_step: dict[tuple[int | None, str], list[Telling]] = defaultdict(list)
    of_log: dict[int, Telling] = {}
    for telling in sorted(tellings, key=lambda each: each.order):
        if telling.source != STEP and telling.step_id:
            of_step[telling.mission_pk, telling.step_id].append(telling)
        if telling.log_pk is not None and telling.source in (LOG, SENTRY):
            of_log[telling.log_pk] = telling
    stands: dict[int, Telling] = {}
    for step in sorted(steps, key=lambda each: each.order):
        told = [of_log[pk] for pk in step.evidence if pk in of_log]
        others = [each for each in of_step[step.mission_pk, step.step_id] if each.log_pk not in step.evidence]
        framed = [each for each in told if each.richness >= FRAMES_RICHNESS]
        better = next(iter(framed), None) or next((each for each in others if _says_same(step, each)), None)
        if better is not None:
            stands[step.pk] = better
        for each in told:
            if each.richness < FRAMES_RICHNESS and each.pk not in stands:
                stands[each.pk] = step
    return stands


def _says_same(step: Telling, other: Telling) -> bool:
    if step.match_key and step.match_key == other.match_key:
        return True
    short, long = sorted((step.message, other.message), key=len)
    return len(short) >= LEAST_WORDS and short in long


def _follow(telling: Telling, stands: dict[int, Telling]) -> Telling:
    """The end of the chain; in a circle (spans that are each other's parents) the one that orders first."""
    seen: list[Telling] = [telling]
    keys = {telling.pk}
    while (after := stands.get(seen[-1].pk)) is not None:
        if after.pk in keys:
            start = next(index for index, each in enumerate(seen) if each.pk == after.pk)
            return min(seen[start:], key=lambda each: each.order)
        seen.append(after)
        keys.add(after.pk)
    return seen[-1]
