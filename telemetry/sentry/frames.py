"""The stack that a Sentry event told, frame by frame: more than its text says."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from telemetry.conventions.values import read_text
from telemetry.sentry.stacktraces import frames_of
from telemetry.sentry.values import read_mapping, read_values
from telemetry.stacktraces.frames import Frame, StackTrace, Thrown
from telemetry.stacktraces.limits import MOST_THROWN, bounded
from telemetry.stacktraces.ownership import is_own_path

_LANGUAGES = {"node": "javascript", "": "javascript"}
"""Sentry's platforms that are not named as the language is. Browsers' oldest clients name none."""
_LINKS = {"__cause__": "cause", "cause": "cause", "__context__": "context"}
_NAMELESS = ("?", "<anonymous>")


class SentryStack(msgspec.Struct, frozen=True):
    """The stack of an event, and by what its minified files are known."""

    stack: StackTrace
    debug_ids: dict[str, str]
    """File to the debug id of its source map."""


def read_stack(attributes: Mapping[str, Any]) -> SentryStack | None:
    """The stack in the attributes of a `sentry.event`; None when it tells no frame."""
    thrown = [value for value in read_values(attributes.get("sentry.exception")) if isinstance(value, dict)]
    chain = tuple(_read_thrown(thrown, at) for at in range(len(thrown) - 1, -1, -1))[:MOST_THROWN]
    if not any(each.frames for each in chain):
        return None
    platform = read_text(attributes.get("sentry.platform"))
    return SentryStack(StackTrace(_LANGUAGES.get(platform, platform), chain), _read_debug_ids(attributes))


def _read_thrown(thrown: Sequence[Mapping[str, Any]], at: int) -> Thrown:
    """Sentry lists the first cause first, and says of a cause how the next one came of it."""
    value = thrown[at]
    source = read_text(read_mapping(value.get("mechanism")).get("source"))
    link = "" if at == len(thrown) - 1 else _LINKS.get(source, "cause")
    frames = tuple(_read_frame(frame) for frame in frames_of(value))
    return bounded(Thrown(read_text(value.get("type")), read_text(value.get("value")), frames, link))


def _read_frame(frame: Mapping[str, Any]) -> Frame:
    file = read_text(frame.get("abs_path")) or read_text(frame.get("filename"))
    function, told = read_text(frame.get("function")), frame.get("in_app")
    return Frame(
        file=file.removeprefix("file://") if file.startswith("file:///") else file,
        function="" if function in _NAMELESS else function,
        line=_read_number(frame.get("lineno")),
        column=_read_number(frame.get("colno")),
        module=read_text(frame.get("module")),
        source=read_text(frame.get("context_line")),
        in_app=told and not file.startswith("<") if isinstance(told, bool) else is_own_path(file),
        before=_read_lines(frame.get("pre_context")),
        after=_read_lines(frame.get("post_context")),
    )


def _read_debug_ids(attributes: Mapping[str, Any]) -> dict[str, str]:
    images = read_values(read_mapping(attributes.get("sentry.debug_meta")).get("images"))
    told = {read_text(each.get("code_file")): read_text(each.get("debug_id")) for each in map(read_mapping, images)}
    return {file.removeprefix("file://"): debug_id for file, debug_id in told.items() if file and debug_id}


def _read_lines(value: Any) -> tuple[str, ...]:
    return tuple(read_text(line) for line in value) if isinstance(value, list) else ()


def _read_number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31 else None
