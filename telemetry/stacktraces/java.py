"""Stack traces of the Java virtual machine."""

import re
from collections.abc import Sequence

from telemetry.stacktraces.frames import Frame, StackTrace, Thrown
from telemetry.stacktraces.limits import MOST_THROWN, bounded, innermost_last, join_message
from telemetry.stacktraces.ownership import is_own_class

_FRAME = re.compile(
    r"\s*at (?:[\w.$@-]+/{1,2})*([\w.$<>-]+)\.([\w$<>-]+)\(([\w$-]+\.\w+(?::\d+)?|Native Method|Unknown Source)\)"
    r"(?: ~?\[[^\]]*\])?"
)
_MORE = re.compile(r"\s*\.\.\. (\d+) (?:more|common frames omitted)")
_HEAD = re.compile(r'(?:Exception in thread "[^"]*" )?([A-Za-z_$][\w.$]*)(?:: (.*))?')
_CAUSES = (("Caused by: ", "cause"), ("Suppressed: ", "suppressed"))


def read_java(lines: Sequence[str]) -> StackTrace | None:
    """The stack trace in these lines."""
    first = next((index for index, line in enumerate(lines) if _FRAME.fullmatch(line.rstrip())), None)
    if first is None:
        return None
    chain: list[Thrown] = []
    head, link, frames, left_out = list(lines[_head_start(lines, first) : first]), "", list[Frame](), 0
    for line in lines[first:]:
        found = _FRAME.fullmatch(line.rstrip())
        more = _MORE.match(line)
        cause = next(((mark, name) for mark, name in _CAUSES if line.lstrip().startswith(mark)), None)
        if found is not None:
            frames.append(_frame(found))
        elif more is not None:
            left_out += int(more[1][:9])
        elif cause is not None and len(chain) < MOST_THROWN:
            chain.append(_thrown(head, link, frames, left_out))
            head, link, frames, left_out = [line.strip().removeprefix(cause[0])], cause[1], [], 0
        elif frames:
            break
        else:
            head.append(line)
    chain.append(_thrown(head, link, frames, left_out))
    return StackTrace("java", tuple(chain))


def _head_start(lines: Sequence[str], first: int) -> int:
    """The line that names the exception: the last before the frames that looks like one, with a package or ending."""
    for index in range(first - 1, max(-1, first - 50), -1):
        found = _HEAD.fullmatch(lines[index].strip())
        if found is not None and ("." in found[1] or found[1].endswith(("Exception", "Error", "Throwable"))):
            return index
    return max(0, first - 1)


def _frame(found: re.Match[str]) -> Frame:
    file, _, line = found[3].partition(":")
    is_file = file not in ("Native Method", "Unknown Source")
    number = int(line[:9]) if line else None
    return Frame(file if is_file else "", found[2], number, module=found[1], in_app=is_own_class(found[1] + "."))


def _thrown(head: Sequence[str], link: str, frames: Sequence[Frame], left_out: int) -> Thrown:
    first, *more = [*head] or [""]
    found = _HEAD.fullmatch(first.strip())
    name, message = (found[1], found[2] or "") if found is not None else ("", first.strip())
    return bounded(Thrown(name, join_message([message, *more]), innermost_last(frames), link, left_out))
