"""Spans where they lie, each with its agent and with what became of it."""

from collections.abc import Mapping, Sequence

import msgspec

from traces.nesting import ROOT, SpanKey, nest_spans
from traces.records import SpanRow


class SpanPlace(msgspec.Struct, frozen=True, gc=False):
    """A span of a mission; places are in preorder."""

    span: SpanRow | None
    """None for a placeholder."""
    parent: int
    """Index of the place it lies in; ROOT for none."""
    agent: str
    """Who worked, taken from above where the span names none; empty when nobody does."""
    status: str
    """waiting, active, ok, failed, gone; empty for what is not stored."""
    is_settled: bool
    """It or something above it failed and was recovered: it decides nothing."""


def place_spans(spans: Sequence[SpanRow], homes: Mapping[SpanKey, SpanKey] | None = None) -> list[SpanPlace]:
    """The spans with what the last recompute says became of them; the same for any order of them.

    `homes` gives spans a parent in another trace. A failure counts as recovered where what it lies in ended well.
    """
    nest = nest_spans(spans, homes)
    places: list[SpanPlace] = []
    for node in nest.order:
        span = nest.spans[node] if node < len(nest.spans) else None
        parent = ROOT if nest.parents[node] == ROOT else nest.position[nest.parents[node]]
        above = places[parent] if parent != ROOT else _NOTHING
        status = span.effective_status if span is not None else ""
        agent = (span.agent_name if span is not None else "") or above.agent
        is_settled = above.is_settled or (status == "failed" and above.status == "ok")
        places.append(SpanPlace(span, parent, agent, status, is_settled))
    return places


_NOTHING = SpanPlace(None, ROOT, "", "", False)
