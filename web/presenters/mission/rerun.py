"""A tool run beside the run of the same tool before it: what differs in what went in and came out, line by line."""

from collections.abc import Iterable, Iterator
from difflib import unified_diff
from typing import NamedTuple

from llmlog.records import ToolCallRow
from telemetry.conventions.conversation import ToolIo
from web.presenters.formats import format_duration, format_time
from web.presenters.mission.keys import span_key
from web.presenters.mission.runs import order_runs
from web.presenters.mission.texts import Text, present_value

MOST_LINES = 400
"""Lines of each text that are compared; the page says when there are more."""
CONTEXT_LINES = 3
_WORDS = {"+": "added", "-": "removed", " ": "same"}


class DiffLine(NamedTuple):
    """One line of a comparison."""

    sign: str
    """`+` in this run only, `-` in the run before only, a space in both; empty for lines left out."""
    text: str
    word: str
    """added, removed, same, or gap."""


class Difference(NamedTuple):
    """One text of the run before, and of this one."""

    name: str
    lines: list[DiffLine]
    """Empty when both are the same."""
    is_cut: bool
    """Only the first MOST_LINES were compared."""


class Rerun(NamedTuple):
    """What `_rerun.html` shows."""

    key: str
    """Span key of the run before."""
    status: str
    started: str
    duration: str
    parts: list[Difference]


def find_previous(runs: Iterable[ToolCallRow], pk: int) -> ToolCallRow | None:
    """The last run of the same tool that started before the run `pk`; None for the first, and without a name."""
    ordered = order_runs(runs, failed_first=False)
    at = next((at for at, run in enumerate(ordered) if run.pk == pk), 0)
    name = ordered[at].tool_name if ordered else ""
    return next((run for run in reversed(ordered[:at]) if name and run.tool_name == name), None)


def present_rerun(before: ToolCallRow, then: ToolIo, run: ToolCallRow, now: ToolIo) -> Rerun:
    """The comparison of two runs of one tool."""
    known = before.start_ns is not None and before.end_ns is not None
    return Rerun(
        span_key(before.trace_id, before.span_id, before.side),
        before.effective_status,
        format_time(before.start_ns),
        format_duration(max(0, (before.end_ns or 0) - (before.start_ns or 0))) if known else "",
        [
            compare("input", _text(then.arguments), _text(now.arguments)),
            compare("output", _text(then.result), _text(now.result)),
            *([compare("error", before.error, run.error)] if before.error or run.error else []),
        ],
    )


def compare(name: str, old: str, new: str) -> Difference:
    """Two texts line by line, with a little of what is the same around each change."""
    olds, news = old.splitlines(), new.splitlines()
    is_cut = max(len(olds), len(news)) > MOST_LINES
    return Difference(name, list(_lines(olds[:MOST_LINES], news[:MOST_LINES])), is_cut)


def _lines(olds: list[str], news: list[str]) -> Iterator[DiffLine]:
    for at, line in enumerate(unified_diff(olds, news, n=CONTEXT_LINES, lineterm="")):
        if at < 2:  # the names of the two files
            continue
        if line.startswith("@@"):
            if at > 2:
                yield DiffLine("", "⋯", "gap")
        else:
            yield DiffLine(line[0], line[1:], _WORDS[line[0]])


def _text(value: object) -> str:
    shown: Text | None = None if value is None else present_value(value)
    return shown.text if shown else ""
