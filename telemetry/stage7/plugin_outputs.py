"""What a plugin returned, and what became of it in effect: stage7's own success flag says little."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from telemetry.stage7.outputs import PENDING, is_failure
from telemetry.stage7.spans import read_error, read_mapping, read_word

OK, EMPTY, WAITING, FAILED = "ok", "empty", "waiting", "failed"
_WORST_LAST = (OK, EMPTY, WAITING, FAILED)
FAMILIES = {
    "P": "planning", "G": "plugin repository", "V": "input validation", "PR": "plugin registry",
    "CM": "capabilities manager", "AS": "artifact storage", "U": "unclassified",
}  # fmt: skip

_CODE = re.compile(r"(PR|CM|AS|P|G|V|U)\d{3}(?:_\w{1,200})?")
_ERROR_WORD = re.compile(r"[A-Za-z]\w{0,200}_error|[A-Z]\w{0,200}_(?:ERROR|FAILED)")
_MOST_MESSAGE = 4_000


class Failure(msgspec.Struct, frozen=True):
    """Why an output counts as failed."""

    error_type: str
    message: str
    family: str = ""
    """About what stage7's code is: one of FAMILIES; empty without such a code."""
    stack: str = ""


class Outcome(msgspec.Struct, frozen=True):
    """The worst of all outputs."""

    status: str
    """ok, empty, waiting (for a person) or failed."""
    failure: Failure | None = None
    """Of the first failed output."""
    human_request_id: str = ""


def read_outputs(reply: Any) -> list[Any]:
    """The outputs of a reply: an array, or one output by itself; empty when it holds none."""
    if isinstance(reply, Mapping):
        inner = next((reply[name] for name in ("outputs", "data", "result") if isinstance(reply.get(name), list)), None)
        return inner if inner is not None and "success" not in reply else [reply]
    return list(reply) if isinstance(reply, list) else []


def judge_outputs(outputs: Sequence[Any]) -> Outcome:
    """Worst of all; without any output nothing was produced."""
    judged = [judge_output(output) for output in outputs] or [Outcome(EMPTY)]
    return max(judged, key=lambda each: _WORST_LAST.index(each.status))


def judge_output(output: Any) -> Outcome:
    """One output, by its success flag, type of result, error field, emptiness, and a text that begins with `Error:`."""
    if not isinstance(output, Mapping):
        return Outcome(EMPTY if is_empty(output) else OK)
    if output.get("name") == PENDING:
        return Outcome(WAITING, human_request_id=read_word(output, "request_id", "requestId"))
    failure = _find_failure(output)
    if failure is not None:
        return Outcome(FAILED, failure)
    return Outcome(EMPTY if is_empty(output.get("result")) else OK)


def is_empty(value: Any) -> bool:
    """Nothing, or a blank text; 0 and False are values, an empty plan or list is an answer."""
    return value is None or (isinstance(value, str) and not value.strip())


def _find_failure(output: Mapping[str, Any]) -> Failure | None:
    kind = read_word(output, "resultType")
    told = read_error(output.get("error"))
    text = output.get("result")
    if not told and not is_failure(output.get("success"), kind, text):
        return None
    begins = is_failure(None, "", text)
    structured = read_mapping(text)
    error_type = _error_type(output, structured, kind) or ("error_text" if begins else "plugin_failed")
    said = text if isinstance(text, str) and not structured else ""
    message = read_error(structured) if structured else ""
    message = message or told or said or read_word(output, "resultDescription", most=_MOST_MESSAGE)
    return Failure(error_type, message[:_MOST_MESSAGE], family_of(error_type), _stack(structured))


def _error_type(output: Mapping[str, Any], structured: Mapping[str, Any], kind: str) -> str:
    code = read_word(structured, "error_code")
    if code:
        return code
    for word in (read_word(output, "name"), kind, read_word(output, "error")):
        if _CODE.fullmatch(word) or _ERROR_WORD.fullmatch(word):
            return word
    return ""


def family_of(code: str) -> str:
    """What stage7's code is about: its letters say so; empty for other words."""
    match = _CODE.fullmatch(code)
    return FAMILIES[match[1]] if match else ""


def _stack(structured: Mapping[str, Any]) -> str:
    info = structured.get("contextual_info")
    stack = info.get("original_error_stack") if isinstance(info, Mapping) else structured.get("stack")
    return stack if isinstance(stack, str) else ""
