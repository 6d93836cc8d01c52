"""Statuses and kinds as people see them: a glyph of `static/icons.svg`, a word and a class of `data.css`."""

from typing import NamedTuple

STATUSES = ("waiting", "active", "ok", "failed", "gone")

KIND_FAMILIES = {
    "LLM": "llm",
    "EMBEDDING": "llm",
    "RERANKER": "llm",
    "TOOL": "tool",
    "RETRIEVER": "tool",
    "AGENT": "agent",
    "STEP": "step",
    "CHAIN": "step",
    "HUMAN": "human",
    "QUEUE": "queue",
}
"""Span kinds that have a hue of their own; all others are `other`."""


class Mark(NamedTuple):
    """One glyph with its word."""

    glyph: str
    """Symbol in icons.svg."""
    word: str
    css: str
    """Class that sets the hue."""


def present_status(status: str) -> Mark:
    """The mark of one of the five statuses; what a sender made up reads as itself, in grey."""
    known = status if status in STATUSES else "gone"
    return Mark(glyph=known, word=status or "unknown", css=f"status-{known}")


def present_kind(span_kind: str) -> Mark:
    """The mark of a span kind: `LLM`, `TOOL`, `AGENT` …"""
    family = KIND_FAMILIES.get(span_kind, "other")
    return Mark(glyph=f"kind-{family}", word=span_kind.lower() or "other", css=f"kind-{family}")
