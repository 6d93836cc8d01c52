"""stage7's words: of statuses, of times, of colours."""

from datetime import UTC, datetime
from hashlib import blake2b

from core.nanotime import NS_PER_SECOND
from plans.records import PlanAgent, PlanStep

UNKNOWN_AGENT = "unknown_agent"
"""stage7's word for the owner of a step that names none."""
UNKNOWN = "unknown"
"""The status of an agent of which none was told."""
MISSION_WORDS = {"waiting": "awaiting", "active": "running", "ok": "completed", "failed": "error", "gone": "aborted"}
"""What became of a mission, in stage7's words."""
_STEP_WORDS = {"waiting": "pending", "active": "running", "ok": "completed", "failed": "error", "gone": "cancelled"}
_AGENT_WORDS = {"waiting": "waiting", "active": "running", "ok": "completed", "failed": "error", "gone": "aborted"}
_QUESTION_WORDS = {"waiting": "pending", "active": "pending", "ok": "completed", "gone": "cancelled"}


def step_word(step: PlanStep, *, is_effective: bool) -> str:
    """The word the sender last said; where it said none, or `is_effective`, what became of the step."""
    return step.status if step.status and not is_effective else effective_word(step)


def effective_word(step: PlanStep) -> str:
    """What became of a step: pending, running, completed, error, replaced, cancelled or waiting (for a person)."""
    if step.waits_for_person:
        return "waiting"
    if step.is_replaced and step.outcome == "ok":
        return "replaced"
    return _STEP_WORDS[step.outcome]


def agent_word(agent: PlanAgent) -> str:
    """The word the sender last said of an agent; of one that only spans name what became of its work."""
    return agent.status or _AGENT_WORDS.get(agent.outcome, UNKNOWN)


def question_word(status: str) -> str:
    """What became of a question: pending, completed, cancelled or error."""
    return _QUESTION_WORDS.get(status, "error")


def iso_time(time_ns: int | None) -> str | None:
    """Milliseconds in UTC, as stage7 writes times."""
    if time_ns is None:
        return None
    moment = datetime.fromtimestamp(time_ns // NS_PER_SECOND, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{time_ns % NS_PER_SECOND // 1_000_000:03d}Z"


def agent_color(agent_id: str) -> str:
    """The same colour for the same agent; the hue is 0 to 359."""
    hashed = blake2b(agent_id.encode(errors="replace"), digest_size=4).digest()
    return f"hsl({int.from_bytes(hashed) % 360}, 70%, 50%)"


def as_map(entries: dict[str, object]) -> dict[str, object]:
    """An object as stage7 serialises a Map."""
    return {"_type": "Map", "entries": [[name, value] for name, value in entries.items()]}
