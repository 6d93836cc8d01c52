"""The exception that a line tells of: its type, message and stack trace."""

import re
from typing import Any, NamedTuple

from telemetry.conventions.values import read_text

TRACEBACK = "Traceback (most recent call last):"
_OBJECTS = ("err", "error", "exception", "exc", "exc_info", "thrown")
_STACKS = (
    "exc_info", "exc_text", "exception", "stack", "stacktrace", "stack_trace", "stackTrace", "error.stack_trace",
    "error.stack", "@x", "err", "error",
)  # fmt: skip
_TYPES = ("type", "name", "class", "kind", "exc_type", "code")
_MESSAGES = ("message", "msg", "reason", "exc_value", "localizedMessage")
_TRACES = ("stack", "stack_trace", "stacktrace", "stackTrace", "trace", "backtrace", "extendedStackTrace")
_HEAD = re.compile(r"(?P<type>[A-Za-z_$][\w.$]{0,200})(?:\s\[\w{1,80}\])?(?::\s?(?P<message>.{0,4000}))?$")
_NODE_OR_JAVA = re.compile(r"\n\s+at\s")
_MOST_LINES = 2_000
_LONGEST_TEXT = 200_000


class Thrown(NamedTuple):
    """What a line tells of an exception; empty fields are not told."""

    type: str
    message: str
    stacktrace: str
    leftover: dict[str, Any]
    """What the attributes of these keys are instead, once they are told; without the keys that are gone."""
    keys: tuple[str, ...]
    """Keys at the top of the object that it was read from."""

    def attributes(self) -> dict[str, str]:
        """In OpenTelemetry's words."""
        told = {"exception.type": self.type, "exception.message": self.message, "exception.stacktrace": self.stacktrace}
        return {name: value for name, value in told.items() if value}


def find_exception(item: dict[str, Any]) -> Thrown | None:
    """The exception that a logged object holds: an object, a list of them (structlog), or the text of a stack trace."""
    for key in _OBJECTS:
        value = item.get(key)
        if isinstance(value, dict) and (found := _of_object(key, value, item)) is not None:
            return found
        if isinstance(value, list) and value and isinstance(value[0], dict) and "exc_type" in value[0]:
            return _of_structlog(key, value)
    for key in _STACKS:
        text = item.get(key)
        if isinstance(text, str) and (head := read_stack(text)) is not None:
            return Thrown(head[0], head[1], text, {}, (key,))
    if isinstance(item.get("error.type"), str) and isinstance(item.get("error.message"), str):
        return Thrown(item["error.type"], item["error.message"], "", {}, ("error.type", "error.message"))
    return None


def read_stack(text: str) -> tuple[str, str] | None:
    """Type and message of the exception whose stack trace this text is or holds; None when it holds none."""
    head = text[:_LONGEST_TEXT]
    if TRACEBACK in head:
        return _of_python(head)
    if (at := _NODE_OR_JAVA.search(head)) is None:
        return None
    for line in reversed(head[: at.start()].split("\n")[-3:]):
        if (found := _head_of(line)) is not None:
            return found
    return "", ""


def cut_stack(text: str) -> str:
    """The stack trace alone of a text that begins with something else."""
    start = text.find(TRACEBACK)
    if start >= 0:
        return text[start:]
    at = _NODE_OR_JAVA.search(text)
    return "" if at is None else text[text.rfind("\n", 0, at.start()) + 1 :]


def _of_python(text: str) -> tuple[str, str]:
    """The last line that is not indented and follows a frame: what was raised in the end."""
    lines = text.split("\n")[-_MOST_LINES:]
    for at in range(len(lines) - 1, 0, -1):
        if lines[at][:1].strip() and lines[at - 1][:2] == "  " and (match := _HEAD.match(lines[at])):
            return match["type"], "\n".join([match["message"] or "", *lines[at + 1 :]]).strip()
    return "", ""


def _head_of(line: str) -> tuple[str, str] | None:
    """`TypeError: it failed`, also behind `Uncaught` or what a logger wrote before it."""
    text = line.strip().removeprefix("Uncaught ").removeprefix("Caused by: ")
    match = _HEAD.match(text[:4_300])
    if match is not None and (match["message"] is not None or match["type"].endswith(("Error", "Exception"))):
        return match["type"], match["message"] or ""
    found = re.search(r"(?<![\w.$])([A-Za-z_$][\w.$]{0,200}(?:Error|Exception))(?::\s?(.{0,4000}))?$", text[:4_300])
    return None if found is None else (found[1], found[2] or "")


def _of_object(key: str, value: dict[str, Any], item: dict[str, Any]) -> Thrown | None:
    type_key, message_key, trace_key = (_first(value, names) for names in (_TYPES, _MESSAGES, _TRACES))
    if not trace_key and not (type_key and message_key):
        return None
    stack, keys = (value[trace_key] if trace_key else ""), [key]
    if not stack and isinstance(item.get("stack"), str):
        stack, keys = item["stack"], [key, "stack"]
    told = read_stack(stack) or ("", "")
    used = {type_key, message_key, trace_key}
    rest = {name: each for name, each in value.items() if name not in used}
    kind = read_text(value.get(type_key)) or told[0]
    message = read_text(value.get(message_key)) or told[1]
    return Thrown(kind, message, stack, {key: rest} if rest else {}, tuple(keys))


def _first(value: dict[str, Any], names: tuple[str, ...]) -> str:
    return next((name for name in names if isinstance(value.get(name), str) and value[name]), "")


def _of_structlog(key: str, chain: list[Any]) -> Thrown:
    """structlog's `dict_tracebacks`: the first of the chain is what was raised in the end; its frames stay beside."""
    raised = chain[0]
    blocks = [_render(each) for each in reversed(chain) if isinstance(each, dict)]
    kind, message = (read_text(raised.get(name)) for name in ("exc_type", "exc_value"))
    return Thrown(kind, message, "\n\n".join(blocks), {key: chain}, (key,))


def _render(raised: dict[str, Any]) -> str:
    frames = raised.get("frames")
    lines = [TRACEBACK]
    for frame in frames[:_MOST_LINES] if isinstance(frames, list) else []:
        if isinstance(frame, dict):
            file, number, name = (read_text(frame.get(part)) for part in ("filename", "lineno", "name"))
            lines.append(f'  File "{file}", line {number}, in {name}')
    return "\n".join([*lines, f"{read_text(raised.get('exc_type'))}: {read_text(raised.get('exc_value'))}"])
