"""The fingerprint of a failure: equal fingerprints make one group.

Version 1. In this order, what comes first decides:

1. what the sender itself asks for (`custom`), where `{{ default }}` stands for the rest of these rules;
2. the frames of the sender's own code with the type of the exception: function and file, no line numbers;
3. the type with the message, less what differs each time. What no tool, verb or model call says more of is told
   apart by service and agent.

The tool and the verb of the step are always part of it: a general executor fails with the same frames for every tool.
"""

import re
from collections.abc import Iterable
from itertools import groupby

from core.hashing import digest16
from faults.grouping.failures import MODEL_CALL, Failure, find_own, shorten_path
from faults.grouping.matching import short_type
from faults.grouping.messages import normalise_message
from telemetry.stacktraces import Frame

VERSION = 1
MOST_FRAMES = 30
"""The innermost ones."""
_DEFAULT = "{{ default }}"
_BUILD_HASH = re.compile(r"[.-](?=[0-9a-zA-Z_]*\d)[0-9a-zA-Z_]{6,40}(?=\.)|_[0-9a-f]{16,64}(?=\.)")
"""In the name of a bundled or a made file: `main.3f2a9c1b.js`, `tmp_code_58751c5b1ed16584.py`."""
_MADE_DIRECTORY = re.compile(r"^(?=[^/]*\d)[\w-]{8,64}/")
"""Where a file was put for this time only: `tmp8f3k2a_q/run.py`."""


def make_fingerprint(failure: Failure) -> bytes:
    """16 bytes, equal for failures of one group. The same failure gives the same for ever, as long as VERSION stays."""
    if failure.custom:
        parts = [part for word in failure.custom for part in (_default(failure) if _is_default(word) else (word,))]
        return _digest(["custom", *parts])
    return _digest(_default(failure))


def _default(failure: Failure) -> list[str]:
    context = [normalise_message(failure.tool_name), normalise_message(failure.step_verb)]
    thrown = find_own(failure.stack)
    if thrown is not None:
        own = [_sign(frame) for frame in thrown.frames if frame.in_app]
        frames = [sign for sign, _ in groupby(own)][-MOST_FRAMES:]
        return ["frames", short_type(failure.error_type or thrown.type), *context, *frames]
    if not any(context) and failure.source != MODEL_CALL:
        context += [failure.service_name, normalise_message(failure.agent_name)]
    if failure.is_bare:
        return ["place", failure.source, *context, normalise_message(failure.place)]
    return ["message", short_type(failure.error_type), normalise_message(failure.message), *context]


def _sign(frame: Frame) -> str:
    place = frame.module or _MADE_DIRECTORY.sub("*/", _BUILD_HASH.sub(".*", shorten_path(frame.file)))
    function = frame.function if frame.function not in ("", "<anonymous>", "<lambda>") else frame.source
    return f"{place}\0{function}"


def _is_default(word: str) -> bool:
    return word.replace(" ", "") == _DEFAULT.replace(" ", "")


def _digest(parts: Iterable[str]) -> bytes:
    return digest16(*(part.encode(errors="replace") + b"\1" for part in parts))
