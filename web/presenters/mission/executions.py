"""An execution of a plugin: from the plan's expression to what was sent, and from what was declared to what came."""

from typing import Any, NamedTuple

from telemetry.records import SpanRecord
from telemetry.stage7.executions import InputRow, OutputRow, read_execution
from web.presenters.mission.texts import Text, one_line, present_text

_OUTCOMES = {"ok": "ok", "empty": "gone", "waiting": "waiting", "failed": "failed", "": "gone"}
_WORDS = {"ok": "ok", "empty": "empty", "waiting": "waits for a person", "failed": "failed", "": "not returned"}


class InputView(NamedTuple):
    """One line of the inputs."""

    name: str
    expression: str
    resolved: str
    sent: str
    is_changed: bool
    is_lost: bool
    """Resolved, and not among what the plugin got."""


class OutputView(NamedTuple):
    """One line of the outputs."""

    name: str
    declared: str
    is_declared: bool
    status: str
    word: str
    result_type: str
    claim: str
    """What its success flag says, where that is not the truth."""


class ExecutionView(NamedTuple):
    """What `_execution.html` shows."""

    outcome: str
    word: str
    facts: list[tuple[str, str]]
    inputs: list[InputView]
    has_plan: bool
    has_sent: bool
    outputs: list[OutputView]
    has_declared: bool
    stderr: Text | None
    stdout: Text | None


def present_execution(record: SpanRecord) -> ExecutionView | None:
    """None for tool runs of other senders."""
    found = read_execution(record.attributes)
    if found is None:
        return None
    has_sent = any(row.is_sent for row in found.inputs)
    facts = [
        ("error family", found.error_family),
        ("exit code", "" if found.exit_code is None else str(found.exit_code)),
        ("HTTP", "" if found.http_status is None else str(found.http_status)),
        ("plugin", found.plugin),
        ("mission made up on the way", found.stand_in_mission),
    ]
    return ExecutionView(
        outcome=_OUTCOMES.get(found.outcome, "gone"),
        word="" if not found.outcome else _WORDS.get(found.outcome, found.outcome),
        facts=[(label, value) for label, value in facts if value],
        inputs=[_input(row, has_sent=has_sent) for row in found.inputs],
        has_plan=any(row.expression for row in found.inputs),
        has_sent=has_sent,
        outputs=[_output(row) for row in found.outputs],
        has_declared=any(row.declared for row in found.outputs),
        stderr=present_text(found.stderr.rstrip(), is_code=True) if found.stderr else None,
        stdout=present_text(found.stdout.rstrip(), is_code=True) if found.stdout else None,
    )


def _input(row: InputRow, *, has_sent: bool) -> InputView:
    return InputView(
        row.name,
        row.expression,
        _shown(row.resolved) if row.is_resolved else "",
        _shown(row.sent) if row.is_sent else "",
        row.is_changed,
        has_sent and row.is_resolved and not row.is_sent,
    )


def _shown(value: Any) -> str:
    return "null" if value is None else one_line(value, 160) or "(empty)"


def _output(row: OutputRow) -> OutputView:
    is_silent = row.claims_success is True and row.outcome == "failed"
    return OutputView(
        row.name,
        row.declared,
        bool(row.declared),
        _OUTCOMES.get(row.outcome, "gone"),
        _WORDS.get(row.outcome, row.outcome),
        row.result_type,
        "says success" if is_silent else "",
    )
