"""What one record tells of one failure, whatever kind of record it is."""

import msgspec

from telemetry.stacktraces import Frame, StackTrace, Thrown

SPAN, MODEL_CALL, TOOL, STEP, LOG, SENTRY = "span", "model_call", "tool", "step", "log", "sentry"
SOURCES = (SPAN, MODEL_CALL, TOOL, STEP, LOG, SENTRY)
FATAL, ERROR, WARNING, INFO = "fatal", "error", "warning", "info"
LEVELS = (FATAL, ERROR, WARNING, INFO)
_WEIGHTS = {SENTRY: 3, TOOL: 2, MODEL_CALL: 2, SPAN: 2, STEP: 1, LOG: 1}
_FRAMES_WEIGHT, _OWN_FRAMES_WEIGHT = 10, 20


class Failure(msgspec.Struct, frozen=True):
    """A failure as one record tells it."""

    source: str
    """One of SOURCES."""
    level: str
    """One of LEVELS."""
    error_type: str
    message: str
    place: str
    """What failed, where no frame says it: the name of the span, event or step."""
    time_ns: int
    stack: StackTrace | None = None
    handled: bool | None = None
    """The sender's code caught it and went on. None: it does not say."""
    service_name: str = ""
    agent_name: str = ""
    tool_name: str = ""
    step_id: str = ""
    step_verb: str = ""
    release: str = ""
    environment: str = ""
    user_id: str = ""
    request_id: str = ""
    custom: tuple[str, ...] = ()
    """How the sender itself wants it grouped; `{{ default }}` stands for our own way."""

    @property
    def is_bare(self) -> bool:
        """Nothing is told but that it failed."""
        return not (self.error_type or self.message or self.stack)


def find_own(stack: StackTrace | None) -> Thrown | None:
    """The first exception of the chain that has frames of the sender's own code."""
    if stack is None:
        return None
    return next((thrown for thrown in stack.chain if any(frame.in_app for frame in thrown.frames)), None)


def measure_richness(failure: Failure) -> int:
    """How much a record tells: of several that tell of one failure the richest counts."""
    weight = _WEIGHTS.get(failure.source, 0)
    if failure.stack is not None:
        weight += _FRAMES_WEIGHT + (_OWN_FRAMES_WEIGHT if find_own(failure.stack) is not None else 0)
    return weight


def find_culprit(failure: Failure) -> str:
    """Where it happened: the innermost frame of the sender's own code, else of any, else what failed."""
    thrown = find_own(failure.stack)
    if thrown is not None:
        return _words_of([frame for frame in thrown.frames if frame.in_app][-1])
    frames = failure.stack.chain[0].frames if failure.stack is not None else ()
    return _words_of(frames[-1]) if frames else failure.place


def _words_of(frame: Frame) -> str:
    place = frame.module or shorten_path(frame.file)
    return f"{place} in {frame.function}" if frame.function else place


def shorten_path(path: str) -> str:
    """The last two parts of a path or address, without query."""
    parts = path.replace("\\", "/").partition("?")[0].split("/")
    return "/".join(part for part in parts[-2:] if part)
