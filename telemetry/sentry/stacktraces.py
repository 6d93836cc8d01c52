"""Exceptions with their frames as the text that their language prints, which people and other readers know."""

from collections.abc import Mapping, Sequence
from typing import Any

from telemetry.conventions.values import read_text
from telemetry.sentry.values import read_mapping

MOST_FRAMES = 500
"""Of one exception in the text; all are in the structured form."""
_CAUSED = "\nThe above exception was the direct cause of the following exception:\n"
_DURING = "\nDuring handling of the above exception, another exception occurred:\n"


def show_exceptions(values: Sequence[Mapping[str, Any]], platform: str) -> str:
    """The text of a chain of exceptions, which Sentry lists with the first cause first; empty without any frame."""
    if not any(frames_of(value) for value in values):
        return ""
    if platform == "python":
        return _show_python(values)
    shown = ["\n".join(_show_calls(value, platform)) for value in reversed(values)]
    return "\nCaused by: ".join(shown)


def frames_of(value: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """An exception's or thread's frames, the outermost call first."""
    frames = read_mapping(value.get("stacktrace")).get("frames")
    return [frame for frame in frames if isinstance(frame, dict)] if isinstance(frames, list) else []


def title_of(value: Mapping[str, Any]) -> str:
    """`Type: message`."""
    parts = [read_text(value.get("type")).strip(), read_text(value.get("value")).strip()]
    return ": ".join(part for part in parts if part)


def _show_python(values: Sequence[Mapping[str, Any]]) -> str:
    lines: list[str] = []
    for place, value in enumerate(values):
        if place:
            source = read_mapping(values[place - 1].get("mechanism")).get("source")
            lines.append(_DURING if source == "__context__" else _CAUSED)
        lines.append("Traceback (most recent call last):")
        for frame in _bounded(frames_of(value)):
            lines.append(f'  File "{_file(frame)}", line {_number(frame, "lineno")}, in {_function(frame)}')
            code = read_text(frame.get("context_line")).strip()
            lines += [f"    {code}"] if code else []
        lines.append(title_of(value))
    return "\n".join(lines)


def _show_calls(value: Mapping[str, Any], platform: str) -> list[str]:
    """As V8 and Java print it: the innermost call first."""
    lines = [title_of(value)]
    for frame in reversed(_bounded(frames_of(value))):
        place = f"{_file(frame)}:{_number(frame, 'lineno')}"
        if platform == "java":
            module = read_text(frame.get("module"))
            lines.append(f"    at {f'{module}.' if module else ''}{_function(frame)}({place})")
            continue
        place += f":{_number(frame, 'colno')}" if "colno" in frame else ""
        named = read_text(frame.get("function")) not in ("", "?", "<anonymous>")
        lines.append(f"    at {_function(frame)} ({place})" if named else f"    at {place}")
    return lines


def _bounded(frames: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The innermost frames, which say where it happened."""
    return frames[-MOST_FRAMES:]


def _file(frame: Mapping[str, Any]) -> str:
    return read_text(frame.get("abs_path")) or read_text(frame.get("filename")) or "<unknown>"


def _function(frame: Mapping[str, Any]) -> str:
    return read_text(frame.get("function")) or "<unknown>"


def _number(frame: Mapping[str, Any], name: str) -> int:
    number = frame.get(name)
    return number if isinstance(number, int) and not isinstance(number, bool) else 0
