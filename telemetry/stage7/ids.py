"""Trace and span ids for what stage7 names by texts of its own: the same text always gives the same id."""

from core.hashing import digest8, digest16


def step_trace(step_id: str) -> bytes:
    """The trace of all that happens in a step: 16 bytes."""
    return _trace("step", step_id)


def agent_trace(agent_id: str) -> bytes:
    """The trace of what an agent does outside any step: 16 bytes."""
    return _trace("agent", agent_id)


def question_trace(request_id: str) -> bytes:
    """The trace of a question to a person that names neither step nor agent, and of its answer: 16 bytes."""
    return _trace("question", request_id)


def call_trace(request_id: str) -> bytes:
    """The trace of a model call or execution that names neither step nor agent: 16 bytes."""
    return _trace("call", request_id)


def span_of(text: str) -> bytes:
    """The span of whatever `text` names: 8 bytes."""
    return digest8(b"stage7\0span\0", _encoded(text))


def _trace(kind: str, text: str) -> bytes:
    return digest16(b"stage7\0", kind.encode(), b"\0", _encoded(text))


def _encoded(text: str) -> bytes:
    return text.encode(errors="replace")
