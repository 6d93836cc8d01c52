"""What a tool span of CapabilitiesManager says beyond the conventions, read when somebody looks."""

from collections.abc import Mapping
from typing import Any

import msgspec

from telemetry.conventions.values import read_text
from telemetry.stage7.plugin_outputs import judge_output, read_outputs
from telemetry.stage7.plugins import named_inputs, plain_input

_OWN = ("stage7.outcome", "stage7.inputs.resolved", "stage7.inputs.sent", "stage7.action_verb")
_MISSING = object()


class InputRow(msgspec.Struct, frozen=True):
    """One input on its way from the plan to the plugin."""

    name: str
    expression: str
    """What the plan said: an output of a step, or a value; empty where the plan is not known."""
    resolved: Any
    sent: Any
    is_resolved: bool
    is_sent: bool
    """False: it is not among what the plugin got, or that is not known."""
    is_changed: bool
    """It was sent, and not as it was resolved."""


class OutputRow(msgspec.Struct, frozen=True):
    """One output, declared or returned."""

    name: str
    declared: str
    """Its type and description as declared; empty when it was not."""
    outcome: str
    """ok, empty, waiting or failed; empty when it was not returned."""
    result_type: str
    claims_success: bool | None


class Execution(msgspec.Struct, frozen=True):
    """One execution of a plugin."""

    outcome: str
    error_family: str
    inputs: tuple[InputRow, ...]
    outputs: tuple[OutputRow, ...]
    http_status: int | None
    exit_code: int | None
    plugin: str
    """Id, version and language as far as told."""
    stderr: str
    stdout: str
    stand_in_mission: str
    """A mission id that was made up on the way."""


def read_execution(attributes: Mapping[str, Any]) -> Execution | None:
    """None for a span that does not come from CapabilitiesManager."""
    if not any(name in attributes for name in _OWN) or "gen_ai.tool.name" not in attributes:
        return None
    plugin = (read_text(attributes.get(f"stage7.plugin.{part}")) for part in ("id", "version", "language"))
    return Execution(
        outcome=read_text(attributes.get("stage7.outcome")),
        error_family=read_text(attributes.get("stage7.error.family")),
        inputs=_inputs(attributes),
        outputs=_outputs(attributes),
        http_status=_number(attributes.get("http.response.status_code")),
        exit_code=_number(attributes.get("stage7.exit_code")),
        plugin=" ".join(filter(None, plugin)),
        stderr=read_text(attributes.get("stage7.stderr")),
        stdout=read_text(attributes.get("stage7.stdout")),
        stand_in_mission=read_text(attributes.get("stage7.mission.stand_in_id")),
    )


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _inputs(attributes: Mapping[str, Any]) -> tuple[InputRow, ...]:
    planned, resolved, sent = (
        named_inputs(attributes.get(f"stage7.inputs.{word}")) for word in ("planned", "resolved", "sent")
    )
    rows = []
    for name in dict.fromkeys([*planned, *resolved, *sent]):
        before = plain_input(resolved[name]) if name in resolved else _MISSING
        after = plain_input(sent[name]) if name in sent else _MISSING
        rows.append(
            InputRow(
                name=name,
                expression=_expression(planned[name]) if name in planned else "",
                resolved=None if before is _MISSING else before,
                sent=None if after is _MISSING else after,
                is_resolved=before is not _MISSING,
                is_sent=after is not _MISSING,
                is_changed=_MISSING not in (before, after) and before != after,
            )
        )
    return tuple(rows)


def _expression(reference: Any) -> str:
    """`topic of step s0`, `a value`, or the value itself where it is a short text."""
    if not isinstance(reference, Mapping):
        return str(reference)[:200]
    output = read_text(reference.get("outputName"))
    if output:
        step = read_text(reference.get("sourceId")) or read_text(reference.get("sourceStep"))
        return f"{output} of step {step}" if step and step != "0" else f"{output} of the enclosing step"
    value = plain_input(reference)
    return value[:200] if isinstance(value, str) else "a value"


def _outputs(attributes: Mapping[str, Any]) -> tuple[OutputRow, ...]:
    declared = named_inputs(attributes.get("stage7.outputs.declared"))
    returned = read_outputs(attributes.get("gen_ai.tool.call.result"))
    rows = [_returned(output, declared, place) for place, output in enumerate(returned)]
    names = {row.name for row in rows}
    rows += [OutputRow(name, _declaration(declared[name]), "", "", None) for name in declared if name not in names]
    return tuple(rows)


def _returned(output: Any, declared: Mapping[str, Any], place: int) -> OutputRow:
    fields = output if isinstance(output, Mapping) else {}
    name = read_text(fields.get("name")) or f"output {place + 1}"
    success = fields.get("success")
    return OutputRow(
        name,
        _declaration(declared[name]) if name in declared else "",
        judge_output(output).status,
        read_text(fields.get("resultType")),
        success if isinstance(success, bool) else None,
    )


def _declaration(value: Any) -> str:
    if isinstance(value, Mapping):
        words = (read_text(value.get("type")), read_text(value.get("description")))
        return " · ".join(filter(None, words)) or "declared"
    return read_text(value) or "declared"
