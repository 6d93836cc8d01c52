"""The tools pane: one line for each tool run, with the beginning of what went in and came out."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from llmlog.records import ToolCallRow
from telemetry.conventions.conversation import ToolIo
from web.presenters.formats import format_duration, format_time
from web.presenters.mission.keys import span_key
from web.presenters.mission.texts import one_line

_NO_TIME = 1 << 80


class RunView(NamedTuple):
    """What `_run.html` shows."""

    pk: int
    key: str
    start_ns: int | None
    started: str
    tool: str
    agent: str
    status: str
    duration: str
    arguments: str
    result: str
    error: str
    repeats: int
    """How many runs of the same tool with the same arguments came before."""


def order_runs(runs: Iterable[ToolCallRow], *, failed_first: bool) -> list[ToolCallRow]:
    """In order of start; the failed ones on top when asked."""

    def place(run: ToolCallRow) -> tuple[bool, int, int]:
        start_ns = _NO_TIME if run.start_ns is None else run.start_ns
        return failed_first and run.effective_status != "failed", start_ns, run.pk

    return sorted(runs, key=place)


def count_repeats(runs: Iterable[ToolCallRow]) -> dict[int, int]:
    """For each run how many earlier ones had the same tool and arguments."""
    seen: dict[tuple[str, bytes], int] = {}
    repeats = {}
    for run in order_runs(runs, failed_first=False):
        if not run.arguments_hash:
            continue
        key = (run.tool_name, run.arguments_hash)
        repeats[run.pk] = seen.get(key, 0)
        seen[key] = repeats[run.pk] + 1
    return repeats


def present_run(run: ToolCallRow, io: ToolIo | None, repeats: Mapping[int, int]) -> RunView:
    """One line."""
    known = run.start_ns is not None and run.end_ns is not None
    return RunView(
        pk=run.pk,
        key=span_key(run.trace_id, run.span_id, run.side),
        start_ns=run.start_ns,
        started=format_time(run.start_ns),
        tool=run.tool_name or "(unnamed)",
        agent=run.agent_name,
        status=run.effective_status,
        duration=format_duration(max(0, (run.end_ns or 0) - (run.start_ns or 0))) if known else "",
        arguments=one_line(io.arguments, 200) if io else "",
        result=one_line(io.result, 200) if io else "",
        error=run.error,
        repeats=repeats.get(run.pk, 0),
    )


def says(run: ToolCallRow, io: ToolIo | None, wanted: str) -> bool:
    """Does the tool's name, its input or its output hold this text (already case-folded)?"""
    texts = [run.tool_name, run.error]
    if io is not None:
        texts += [one_line(io.arguments, 1 << 20), one_line(io.result, 1 << 20)]
    return any(wanted in text.casefold() for text in texts)
