"""Go's panics: the goroutine that panicked."""

import re
from collections.abc import Sequence

from telemetry.stacktraces.frames import Frame, StackTrace, Thrown
from telemetry.stacktraces.limits import bounded, innermost_last, join_message
from telemetry.stacktraces.ownership import is_own_path

_GOROUTINE = re.compile(r"goroutine \d+(?: [^\[]*)?\[[^\]]*\]:")
_FILE = re.compile(r"\s+(\S.*?):(\d+)(?: \+0x[0-9a-f]+)?")
_RUNTIME = ("runtime.", "runtime/", "panic(", "testing.")
_PANIC = "panic: "
_RUNTIME_ERROR = "runtime error: "


def read_go(lines: Sequence[str]) -> StackTrace | None:
    """The panic, or the stack, in these lines."""
    start = next((index for index, line in enumerate(lines) if _GOROUTINE.fullmatch(line.strip())), None)
    if start is None:
        return None
    frames: list[Frame] = []
    name = ""
    for line in lines[start + 1 :]:
        if not line.strip():
            break
        found = _FILE.fullmatch(line.rstrip())
        if found is not None and name:
            frames.append(_frame(name, found[1], int(found[2][:9])))
            name = ""
        else:
            name = line.strip()
    if not frames:
        return None
    error_type, message = _head(lines[:start])
    return StackTrace("go", (bounded(Thrown(error_type, message, innermost_last(frames))),))


def _frame(name: str, path: str, line: int) -> Frame:
    bare = name.removeprefix("created by ").split(" in goroutine ")[0]
    head, bracket, _ = bare.rpartition("(")
    function = head if bracket and not bare.endswith("*") else bare
    module = function.rpartition("/")[2].partition(".")[0]
    is_own = is_own_path(path) and not bare.startswith(_RUNTIME)
    return Frame(path, function, line, module=module, in_app=is_own)


def _head(lines: Sequence[str]) -> tuple[str, str]:
    start = next((index for index, line in enumerate(lines) if line.startswith(_PANIC)), None)
    if start is None:
        return "", join_message(lines[-1:])
    told = [line for line in lines[start:] if not line.startswith("[signal ")]
    message = join_message([told[0].removeprefix(_PANIC), *told[1:]]).removesuffix(" [recovered]")
    if message.startswith(_RUNTIME_ERROR):
        return "runtime error", message.removeprefix(_RUNTIME_ERROR)
    return "panic", message
