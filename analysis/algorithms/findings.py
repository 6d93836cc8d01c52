"""What detectors give: findings that cite the records they rest on."""

from collections.abc import Iterable
from hashlib import blake2b

import msgspec

from llmlog.records import LlmCallRow, ToolCallRow
from plans.records import Ghost, PlanAgent, PlanStep
from traces.records import LogRow, SpanRow

SEVERITIES = ("error", "warning", "info")
"""Gravest first."""
MAX_REFS = 20
"""Records cited by one finding; the detail says how many there are."""


class Ref(msgspec.Struct, frozen=True, gc=False):
    """A record that can be opened."""

    type: str
    """span, llm_call, tool_call, log, step, agent or ghost."""
    id: str
    """`trace_id/span_id` for a span (`/1` after it for the server side), the key of a step or ghost of the plan, the
    sender's id of an agent, else the pk as text."""


class Finding(msgspec.Struct, frozen=True):
    """One thing that is worth knowing, in the shape of `…/findings/`."""

    id: str
    """The same for the same thing at every recompute."""
    detector: str
    severity: str
    """error, warning or info."""
    title: str
    """One sentence that stands alone."""
    detail: str
    opened_ns: int | None
    """When it began."""
    closed_ns: int | None
    """When it was over; None while it lasts or when it is a state of the whole."""
    refs: tuple[Ref, ...]
    """The main record first."""
    is_root: bool = True
    """False when another finding explains it."""
    caused_by: str | None = None
    """Id of that finding."""


def span_ref(span: SpanRow) -> Ref:
    """The reference to a span."""
    return key_ref(span.trace_id, span.span_id, span.side)


def key_ref(trace_id: str, span_id: str, side: int = 0) -> Ref:
    """The reference to a span by its identity."""
    return Ref("span", f"{trace_id}/{span_id}/{side}" if side else f"{trace_id}/{span_id}")


def llm_ref(call: LlmCallRow) -> Ref:
    """The reference to a model call."""
    return Ref("llm_call", str(call.pk))


def tool_ref(call: ToolCallRow) -> Ref:
    """The reference to a tool run."""
    return Ref("tool_call", str(call.pk))


def log_ref(log: LogRow) -> Ref:
    """The reference to a log record."""
    return log_ref_of(log.pk)


def log_ref_of(pk: int) -> Ref:
    """The reference to a log record by its key."""
    return Ref("log", str(pk))


def step_ref(step: PlanStep) -> Ref:
    """The reference to a step of the plan."""
    return Ref("step", step.key)


def agent_ref(agent: PlanAgent) -> Ref:
    """The reference to an agent of the plan."""
    return Ref("agent", agent.id)


def ghost_ref(ghost: Ghost) -> Ref:
    """The reference to what a step hangs on and nobody has."""
    return Ref("ghost", ghost.key)


def make_finding(
    detector: str,
    severity: str,
    title: str,
    refs: Iterable[Ref],
    *,
    opened_ns: int | None,
    closed_ns: int | None = None,
    detail: str = "",
    subject: str = "",
) -> Finding:
    """A finding whose id depends on the detector and its subject (else its first reference) alone."""
    cited = tuple(dict.fromkeys(refs))
    about = subject or (f"{cited[0].type}:{cited[0].id}" if cited else "")
    identity = blake2b(f"{detector}\0{about}".encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return Finding(f"{detector}-{identity}", detector, severity, title, detail, opened_ns, closed_ns, cited[:MAX_REFS])
