"""What became of every span and of the mission, derived from what was reported. The rules are in docs/analysis.md.

The reported status is never changed; this is the second one beside it.
"""

from bisect import bisect_left
from collections.abc import Sequence

import msgspec

from analysis.algorithms.reported import is_open, latest_of_steps, reported_failure, waits_for_a_person
from analysis.algorithms.tree import ROOT, MissionTree, TreeRow
from core.limits import FUTURE_TOLERANCE_NS
from telemetry.meaning import is_cancellation
from traces.records import SpanRow

MINUTE_NS = 60 * 1_000_000_000
HOUR_NS = 60 * MINUTE_NS
STALL_NS = 5 * MINUTE_NS
"""Silence after which work that is still open counts as stalled."""
PATIENCE_NS = {"LLM": 10 * MINUTE_NS, "TOOL": 30 * MINUTE_NS}
"""The same while a span of this kind is the innermost open one: a long test run is no stall."""
GONE_NS = 24 * HOUR_NS
"""Silence after which open work counts as abandoned."""
WAIT_GONE_NS = 7 * 24 * HOUR_NS
"""The same for work that waits for a person or a queue: approvals may take days."""
CLOCK_TOLERANCE_NS = FUTURE_TOLERANCE_NS
"""Times further in the future than this are not believed to be activity."""

WAITING_KINDS = frozenset({"HUMAN", "QUEUE"})
THINKING_KINDS = frozenset({"LLM", "AGENT"})

RETRIED, HANDLED, ABSORBED = "retried", "handled", "absorbed"


class MissionOutcome(msgspec.Struct, frozen=True):
    """Derived status by row of the tree, and of the whole."""

    mission_status: str
    """waiting, active, ok, failed or gone."""
    statuses: tuple[str, ...]
    """By row: waiting, active, ok, failed or gone."""
    failures: tuple[bool, ...]
    """By row: the span itself reports a failure (not one taken over from its children)."""
    recoveries: tuple[str, ...]
    """By row, for what failed: retried (a later sibling of the same name is ok), handled (a model or agent went on
    after it), absorbed (its parent says OK), or empty."""
    recovered_by: tuple[int, ...]
    """By row: the sibling that recovered it, the parent that absorbed it, or -1."""
    settled: tuple[bool, ...]
    """By row: it or something above it was recovered, so it did not decide the mission."""
    last_activity_ns: int | None
    open_leaves: tuple[int, ...]
    """Rows that are open (active or waiting) with nothing open below them: what it is doing right now."""
    is_stalled: bool
    """It is active and nothing has happened for longer than its open leaves excuse (STALL_NS, PATIENCE_NS)."""


def compute_outcome(
    tree: MissionTree, now_ns: int, last_activity_ns: int | None = None, denied: frozenset[int] = frozenset()
) -> MissionOutcome:
    """Effective statuses at `now_ns`.

    `last_activity_ns` brings in what spans do not show (logs, snapshots); `denied` are rows that somebody else says
    failed.
    """
    last_ns = last_span_activity(tree, now_ns)
    if last_activity_ns is not None and last_activity_ns <= now_ns + CLOCK_TOLERANCE_NS:
        last_ns = last_activity_ns if last_ns is None else max(last_ns, last_activity_ns)
    work = _Outcomes(tree, 0 if last_ns is None else max(0, now_ns - last_ns), denied)
    work.judge()
    mission_status = work.mission_status()
    leaves = work.open_leaves()
    return MissionOutcome(
        mission_status,
        tuple(work.statuses),
        tuple(work.failures),
        tuple(work.recoveries),
        tuple(work.recovered_by),
        tuple(work.settled()),
        last_ns,
        leaves,
        mission_status == "active" and work.quiet_ns > work.patience_ns(leaves),
    )


def last_span_activity(tree: MissionTree, now_ns: int) -> int | None:
    """The last moment a span began or ended, leaving out times that lie in the future."""
    limit_ns = now_ns + CLOCK_TOLERANCE_NS
    last_ns = -1
    for row in tree.rows:
        if row.span is not None:
            for moment_ns in (row.span.start_ns, row.span.end_ns):
                if moment_ns is not None and last_ns < moment_ns <= limit_ns:
                    last_ns = moment_ns
    return None if last_ns < 0 else last_ns


class _Outcomes:
    """Statuses while they are worked out, children before parents."""

    def __init__(self, tree: MissionTree, quiet_ns: int, denied: frozenset[int]) -> None:
        count = len(tree.rows)
        self.denied = denied
        self.latest_of_step = latest_of_steps(tree)
        self.tree = tree
        self.quiet_ns = quiet_ns
        self.statuses = ["ok"] * count
        self.failures = [False] * count
        self.recoveries = [""] * count
        self.recovered_by = [ROOT] * count
        self.thinks = [False] * count

    def judge(self) -> None:
        """Work through the rows from the last to the first, so that children are known before their parent."""
        for row in reversed(self.tree.rows):
            children = tuple(self.tree.children(row.index)) if row.child_count else ()
            if children:
                self._recover(children)
            self._judge_row(row, children)
        self._recover(self.tree.roots)

    def _judge_row(self, row: TreeRow, children: Sequence[int]) -> None:
        span, at = row.span, row.index
        self.thinks[at] = (span is not None and span.span_kind in THINKING_KINDS) or any(
            self.thinks[child] for child in children
        )
        if span is None:
            self.statuses[at] = self._of_placeholder(children)
            return
        if reported_failure(span) or at in self.denied:
            self.failures[at] = True
            self.statuses[at] = "failed"
        elif is_open(span):
            self.statuses[at] = self._of_open(row, span, children)
        elif waits_for_a_person(span):
            self.statuses[at] = self._of_question(span)
        elif is_cancellation(span.error_type) and span.status_code != "OK":
            self.statuses[at] = "gone"
        elif span.status_code == "OK":
            for child in children:
                if self.statuses[child] == "failed" and not self.recoveries[child]:
                    self.recoveries[child], self.recovered_by[child] = ABSORBED, at
        elif self._has_open_failure(children):
            self.statuses[at] = "failed"

    def _of_placeholder(self, children: Sequence[int]) -> str:
        """Senders export a span when it ends, so a parent that is missing and recent is most likely still open."""
        if self.quiet_ns <= STALL_NS or any(self.statuses[child] == "active" for child in children):
            return "active"
        return "failed" if self._has_open_failure(children) else "ok"

    def _of_open(self, row: TreeRow, span: SpanRow, children: Sequence[int]) -> str:
        waits = span.span_kind in WAITING_KINDS or not span.has_begun
        open_children = [self.statuses[child] for child in children if self.statuses[child] in ("active", "waiting")]
        if open_children:
            waits = all(status == "waiting" for status in open_children)
        if self.quiet_ns > (WAIT_GONE_NS if waits else GONE_NS):
            return "gone"
        parent = self.tree.rows[row.parent].span if row.parent != ROOT else None
        if parent is not None and parent.end_ns is not None and self.quiet_ns > STALL_NS:
            return "gone"
        return "waiting" if waits else "active"

    def _of_question(self, span: SpanRow) -> str:
        """Waiting until the step goes on, or for as long as anybody may take."""
        asked_ns = span.end_ns if span.end_ns is not None else span.start_ns
        if asked_ns is not None and self.latest_of_step.get(span.step_id, asked_ns) > asked_ns:
            return "ok"
        return "gone" if self.quiet_ns > WAIT_GONE_NS else "waiting"

    def _has_open_failure(self, children: Sequence[int]) -> bool:
        return any(self.statuses[child] == "failed" and not self.recoveries[child] for child in children)

    def _recover(self, siblings: Sequence[int]) -> None:
        """Find for every failed sibling what came after it and went well."""
        failed = [at for at in siblings if self.statuses[at] == "failed"]
        if not failed:
            return
        later: dict[tuple[str, str, str], list[tuple[int, int]]] = {}
        onward: list[tuple[int, int]] = []
        for at in siblings:
            span = self.tree.rows[at].span
            if span is None or span.start_ns is None or self.statuses[at] != "ok":
                continue
            later.setdefault((span.span_kind, span.name, span.agent_name), []).append((span.start_ns, at))
            if self.thinks[at]:
                onward.append((span.start_ns, at))
        onward.sort()
        for group in later.values():
            group.sort()
        for at in failed:
            span = self.tree.rows[at].span
            if span is None or span.pk < 0:
                # Steps and agents of a plan run side by side: a later one is no second try.
                continue
            retry = _first_after(later.get((span.span_kind, span.name, span.agent_name), ()), span)
            how, by = RETRIED, retry
            if retry is None and span.span_kind != "STEP":
                how, by = HANDLED, _first_after(onward, span)
            if by is not None:
                self.recoveries[at], self.recovered_by[at] = how, by

    def mission_status(self) -> str:
        """The mission's: open work first, then what became of the roots."""
        if not self.statuses:
            return "waiting"
        present = set(self.statuses)
        for status in ("active", "waiting"):
            if status in present:
                return status
        if self._has_open_failure(self.tree.roots):
            return "failed"
        if any(self.statuses[root] == "gone" for root in self.tree.roots):
            return "failed" if self._has_failed_step() else "gone"
        return "ok"

    def _has_failed_step(self) -> bool:
        """A step of a plan failed: what never ended in its mission waited in vain."""
        return any(
            failed and row.span is not None and row.span.pk < 0 and not self.recoveries[row.index]
            for failed, row in zip(self.failures, self.tree.rows, strict=True)
        )

    def open_leaves(self) -> tuple[int, ...]:
        """Open rows with nothing open right below."""
        still_open = [at for at, status in enumerate(self.statuses) if status in ("active", "waiting")]
        above = {self.tree.rows[at].parent for at in still_open}
        return tuple(at for at in still_open if at not in above)

    def patience_ns(self, leaves: Sequence[int]) -> int:
        """How long silence is nothing unusual, for what is open."""
        spans = [self.tree.rows[at].span for at in leaves]
        return max([PATIENCE_NS.get(span.span_kind, STALL_NS) for span in spans if span is not None], default=STALL_NS)

    def settled(self) -> list[bool]:
        """Recovered itself or below something recovered; parents come before children."""
        settled = [recovery != "" for recovery in self.recoveries]
        for row in self.tree.rows:
            if row.parent != ROOT and settled[row.parent]:
                settled[row.index] = True
        return settled


def _first_after(candidates: Sequence[tuple[int, int]], failed: SpanRow) -> int | None:
    """The first candidate (start, row) that begins when or after the failed one ended."""
    after_ns = failed.end_ns if failed.end_ns is not None else failed.start_ns
    if after_ns is None:
        return None
    place = bisect_left(candidates, (after_ns, -1))
    return candidates[place][1] if place < len(candidates) else None
