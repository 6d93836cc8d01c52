"""PluginOutput: what a step or a plugin returned, and what is to be thought of it."""

import re
from collections.abc import Mapping
from typing import Any

from telemetry.facts.records import Output
from telemetry.facts.texts import bounded, read_line, show
from telemetry.stage7.tasks import find_plan, read_tasks

PENDING = "pending_user_input"
"""Name of the output of a step that waits for a person."""
COMPLETION = "_step_completed"
"""Pseudo-output that the runtime adds to what went well."""
_CALL = re.compile(r"\bbrain:\d{1,5}/(?:chat|generate)\b", re.I)
_CODE = re.compile(r"[A-Z]{1,3}\d{3}(?:_[A-Z0-9_]+)?")


def read_outputs(value: Any) -> tuple[Output, ...]:
    """The outputs of a result: an array, one output alone, or a bare value."""
    items = value if isinstance(value, list) else [] if value is None else [value]
    read = [_read_output(item) for item in items if not _is_completion(item)]
    return bounded(read)


def is_failure(success: Any, result_type: str, result: Any) -> bool:
    """Whether an output without an error field is a failure all the same: by its flag, its type, or a text that begins
    with `Error:`."""
    kind = result_type.lower()
    if success is False or kind == "error" or kind.endswith("_error"):
        return True
    return isinstance(result, str) and result.lstrip()[:6].lower() == "error:"


def _is_completion(item: Any) -> bool:
    return isinstance(item, dict) and item.get("name") == COMPLETION


def _read_output(item: Any) -> Output:
    if not isinstance(item, dict):
        shown = show(item)
        return Output("", preview=shown.preview, size=shown.size, is_empty=shown.is_empty, is_null=item is None)
    result, name = item.get("result"), read_line(item.get("name"), 200)
    inside = result if isinstance(result, dict) else {}
    is_plan = str(item.get("resultType", "")).lower() == "plan"
    plan = find_plan(result) if is_plan or isinstance(result, list | dict) else None
    success = item.get("success")
    shown = show(result)
    return Output(
        name=name,
        result_type=read_line(item.get("resultType"), 100),
        success=success if isinstance(success, bool) else None,
        preview=shown.preview if plan is None else "",
        size=shown.size,
        error=_error(item, inside) if success is False or item.get("error") else "",
        error_code=_code(name, inside, success),
        is_empty=shown.is_empty and name != PENDING,
        tasks=read_tasks(plan) if plan else (),
        model_calls=_count_calls(item.get("logs")) + _count_calls(inside.get("logs")),
        is_deliverable=item.get("isDeliverable") is True,
        request_id=read_line(item.get("request_id"), 200) if name == PENDING else "",
        is_null=result is None,
    )


def _error(item: Mapping[str, Any], inside: Mapping[str, Any]) -> str:
    for value in (inside.get("message_human_readable"), item.get("error"), item.get("resultDescription")):
        text = read_line(value) or (show(value).preview if isinstance(value, dict) else "")
        if text:
            return text
    return read_line(item.get("result"))


def _code(name: str, inside: Mapping[str, Any], success: Any) -> str:
    told = read_line(inside.get("error_code"), 100)
    if told or success is not False:
        return told
    found = _CODE.match(name)
    return found[0] if found else name[:100]


def _count_calls(logs: Any) -> int:
    return len(_CALL.findall(logs)) if isinstance(logs, str) else 0
