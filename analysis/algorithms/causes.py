"""An earlier fault that nobody stopped for and that a later failure most likely comes from. Inference, with its reason.

Three things must agree before anything is claimed: something failed in a tool run, or it failed itself, and work went
on; its answer reached the call that failed later, in the prompt or within one run of an agent; both errors name the
same distinctive thing.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import islice

import msgspec

from analysis.algorithms.facts import MissionFacts, list_agent_runs
from analysis.algorithms.failures import Failure, find_last_failure_below
from analysis.algorithms.origins import find_asking_call
from analysis.algorithms.outcome import RETRIED
from analysis.algorithms.terms import shared_terms
from analysis.algorithms.tree import ROOT
from analysis.algorithms.wording import core_message
from llmlog.records import LlmCallRow, ToolCallRow
from traces.records import LogRow

MOST_FAILURES = 10
"""Failures, and late calls of each, that a cause is looked for."""
MOST_TROUBLES = 500
"""Early failures, and logged errors after them, that are looked at: the first ones."""
MOST_LEVELS = 200
"""How far up from an early failure the tool run is looked for that it happened in."""
_NO_TIME = 1 << 80


class LikelyCause(msgspec.Struct, frozen=True):
    """Where it began, and the way from there to the failure. Rows of the tree."""

    began: int
    """The span that failed first, or the one that logged the error."""
    log: LogRow | None
    """The log record that tells of it, where no span does."""
    carrier: int
    """The tool run whose answer went on; `began` itself or above it."""
    asking: int
    """The model call that asked for the late call; `late` itself when a model call failed or none is known to ask."""
    late: int
    """The call that failed late."""
    failure: int
    """The failure that decided the mission: `late` or above it."""
    terms: tuple[str, ...]
    """What both errors name."""
    is_in_prompt: bool
    """The prompt of `asking` goes on from the one that asked for the carrier; else both are of one run of an agent."""


class _Trouble(msgspec.Struct, frozen=True):
    row: int
    moment_ns: int
    text: str
    log: LogRow | None = None


class _Carrier(msgspec.Struct, frozen=True):
    """A tool run with trouble in it that was not made good by trying again."""

    row: int
    run: ToolCallRow
    troubles: list[_Trouble]


def find_likely_causes(facts: MissionFacts) -> Iterator[LikelyCause]:
    """At most one for each failure that decided a mission and follows from no other."""
    decisive = [each for each in facts.failures if each.is_decisive and each.follows is None][:MOST_FAILURES]
    if not decisive:
        return
    search = _Search(facts)
    for failure in decisive:
        found = next((cause for late in search.late_calls(failure) for cause in search.behind(failure, late)), None)
        if found is not None:
            yield found


class _Search:
    """Looks for causes in one mission."""

    def __init__(self, facts: MissionFacts) -> None:
        self.facts = facts
        self.failed = [at for at, is_failure in enumerate(facts.outcome.failures) if is_failure]
        self.agent_runs = list_agent_runs(facts.tree)
        self.common = _common_names(facts)
        self.carriers = self._find_carriers()

    def late_calls(self, failure: Failure) -> list[int]:
        """Failures below it that name the same thing, in order of time, and itself.

        Of a failure that says nothing: the last below it that was not made good by trying again.
        """
        tree, told = self.facts.tree, self._text(failure.row)
        if not told:
            last = find_last_failure_below(tree, self.facts.outcome, failure.row)
            return [failure.row if last is None else last]
        begin, end = bisect_right(self.failed, failure.row), bisect_left(self.failed, tree.rows[failure.row].end)
        timed = sorted((self._moment(at), at) for at in self.failed[begin:end])[:MOST_TROUBLES]
        below = [at for _, at in timed if shared_terms(told, self._text(at), self.common)]
        return [*below[:MOST_FAILURES], failure.row]

    def behind(self, failure: Failure, late: int) -> Iterator[LikelyCause]:
        """The earliest trouble in answers that led to a late call and that shares a name with its error."""
        called = self._call(late)
        if called is None or not self.carriers:
            return
        asking = self._asking(called)
        asking_row = self.facts.row_of(asking) if asking is not None else None
        by = called if asking_row is None else asking_row
        span = self.facts.span_of(by)
        if span is None or span.start_ns is None:
            return
        run = self.facts.tool_by_key.get(self.facts.tree.rows[called].key)
        error = f"{self._text(late)}\n{self._text(failure.row)}"
        found: list[tuple[int, bool, LikelyCause]] = []
        for carrier in self.carriers:
            if run is not None and run.tool_name == carrier.run.tool_name:
                continue  # an earlier attempt at the same, no cause
            if carrier.row == by or carrier.run.end_ns is None or carrier.run.end_ns > span.start_ns:
                continue
            is_in_prompt = asking is not None and self._is_in_prompt(carrier.run, asking)
            if not is_in_prompt and not self._is_one_run(carrier.row, by):
                continue
            for trouble in carrier.troubles:
                terms = shared_terms(error, trouble.text, self.common)
                if terms and trouble.moment_ns <= span.start_ns:
                    way = (trouble.row, trouble.log, carrier.row, by, called, failure.row)
                    found.append((trouble.moment_ns, trouble.log is not None, LikelyCause(*way, terms, is_in_prompt)))
        if found:
            yield min(found, key=lambda each: each[:2])[2]

    def _find_carriers(self) -> list[_Carrier]:
        """The tool runs around each trouble, as far up as nothing was tried again with success."""
        carriers: dict[int, _Carrier] = {}
        for trouble in islice(self._troubles(), MOST_TROUBLES):
            at = trouble.row
            for _ in range(MOST_LEVELS):
                if at == ROOT or self.facts.outcome.recoveries[at] == RETRIED:
                    break
                run = self.facts.tool_by_key.get(self.facts.tree.rows[at].key)
                if run is not None:
                    carriers.setdefault(at, _Carrier(at, run, [])).troubles.append(trouble)
                at = self.facts.tree.rows[at].parent
        return list(carriers.values())

    def _troubles(self) -> Iterator[_Trouble]:
        """What failed, and the errors that were logged, each in order of time."""
        for moment_ns, at in sorted((self._moment(at), at) for at in self.failed):
            yield _Trouble(at, moment_ns, self._text(at))
        for log in self.facts.error_logs:
            row = self.facts.tree.find(log.trace_id, log.span_id) if log.trace_id and log.span_id else None
            if row is not None:
                yield _Trouble(row, log.time_ns, log.body, log)

    def _is_in_prompt(self, run: ToolCallRow, call: LlmCallRow) -> bool:
        """Whether the prompt goes on from that of the call which asked for the run."""
        asked = find_asking_call(self.facts, run)
        length = len(asked.message_hashes) if asked is not None else 0
        return 0 < length < len(call.message_hashes) and (
            asked is not None and asked.message_hashes == call.message_hashes[:length]
        )

    def _call(self, row: int) -> int | None:
        """The model call or tool run a failure is in; the failure itself first."""
        while row != ROOT:
            key = self.facts.tree.rows[row].key
            if key in self.facts.llm_by_key or key in self.facts.tool_by_key:
                return row
            row = self.facts.tree.rows[row].parent
        return None

    def _asking(self, row: int) -> LlmCallRow | None:
        """The model call itself, or the one that asked for a tool run."""
        key = self.facts.tree.rows[row].key
        run = self.facts.tool_by_key.get(key)
        return self.facts.llm_by_key.get(key) if run is None else find_asking_call(self.facts, run)

    def _is_one_run(self, one: int, other: int) -> bool:
        return self.agent_runs[one] == self.agent_runs[other] != ROOT

    def _moment(self, at: int) -> int:
        span = self.facts.span_of(at)
        moment_ns = None if span is None else span.end_ns if span.end_ns is not None else span.start_ns
        return _NO_TIME if moment_ns is None else moment_ns

    def _text(self, at: int) -> str:
        """What a span says of its failure."""
        span = self.facts.span_of(at)
        key = self.facts.tree.rows[at].key
        calls = (self.facts.llm_by_key.get(key), self.facts.tool_by_key.get(key))
        errors = [call.error for call in calls if call is not None]
        texts = [span.status_message if span is not None else "", *errors]
        return "\n".join(dict.fromkeys(core_message(text) for text in texts if text))


def _common_names(facts: MissionFacts) -> set[str]:
    """Names of tools, agents, models and services, in lower case: that both errors hold one says nothing."""
    names = {name for call in facts.llm_calls for name in (call.request_model, call.response_model, call.provider_name)}
    names.update(run.tool_name for run in facts.tool_calls)
    names.update(facts.agents)
    names.update(row.span.service_name for row in facts.tree.rows if row.span is not None)
    return {name.lower() for name in names}
