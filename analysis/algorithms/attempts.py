"""Model calls that were tried again: the same agent, model and prompt, right after a failure. Pure."""

from collections.abc import Sequence

from llmlog.records import LlmCallRow

_NO_TIME = 1 << 80


def list_attempts(calls: Sequence[LlmCallRow]) -> dict[int, tuple[int, ...]]:
    """Every call's key to the keys of the attempts up to it, itself last. One without messages stands alone."""
    attempts: dict[int, tuple[int, ...]] = {}
    latest: dict[tuple[object, ...], LlmCallRow] = {}
    for call in sorted(calls, key=lambda each: (_NO_TIME if each.start_ns is None else each.start_ns, each.pk)):
        asked = (call.agent_name, call.request_model, call.operation, call.message_hashes)
        before = latest.get(asked) if call.message_hashes else None
        earlier = attempts[before.pk] if before is not None and _gave_way(before, call) else ()
        attempts[call.pk] = (*earlier, call.pk)
        latest[asked] = call
    return attempts


def _gave_way(before: LlmCallRow, call: LlmCallRow) -> bool:
    """Failed, and over before the other began."""
    if before.status != "failed" or before.end_ns is None or call.start_ns is None:
        return False
    return before.end_ns <= call.start_ns
