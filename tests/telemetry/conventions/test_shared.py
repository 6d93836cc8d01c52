"""Real runs of ten sources: what is found in each, and that the whole of each call can be read."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from telemetry.conventions import map_span, read_conversation, read_tool_io, split_messages
from telemetry.decode import decode
from telemetry.records import SpanRecord

# source: kinds, agents, state snapshots, input tokens, tool calls asked for
FOUND = {
    "agentprism": ({"LLM": 7, "RETRIEVER": 1, "DB": 1}, 0, 0, 18_581, 2),
    "cassettes": ({"LLM": 122, "AGENT": 109}, 1, 0, None, None),
    "inspect_ai": ({"LLM": 5, "AGENT": 5, "EVALUATOR": 5}, 2, 12, 581, 0),
    "langfuse": ({"LLM": 11, "AGENT": 1, "TOOL": 1}, 1, 0, None, 1),
    "openhands": ({"LLM": 6, "AGENT": 1}, 1, 0, 35_428, 6),
    "sweagent": ({"LLM": 105, "AGENT": 9, "TOOL": 105}, 1, 105, 0, 0),
    "tau2": ({"LLM": 1168, "AGENT": 60, "TOOL": 447}, 2, 0, 3_784_378, 447),
    "taubench": ({"LLM": 579, "AGENT": 40, "TOOL": 274}, 1, 0, 0, 274),
    "whoandwhen": ({"AGENT": 918, "TOOL": 40}, 46, 0, 0, 0),
    "zipkin": ({"HTTP": 17, "DB": 4, "QUEUE": 2}, 0, 0, 0, 0),
}


def read_spans(shared_data: Path, source: str) -> Iterator[SpanRecord]:
    with (shared_data / "data/otlp" / f"{source}.jsonl").open("rb") as lines:
        for line in lines:
            yield from decode("traces", "json", line).spans


@pytest.mark.parametrize("source", FOUND)
def test_it_finds_the_calls_tools_and_agents_of_real_runs(shared_data, source):
    kinds, agents, snapshots, input_tokens, asked = FOUND[source]
    meanings = [map_span(span) for span in read_spans(shared_data, source)]
    counted = Counter(meaning.span_kind for meaning in meanings)
    calls = [meaning.llm for meaning in meanings if meaning.llm]
    assert {kind: counted[kind] for kind in kinds} == kinds
    assert len(calls) == kinds.get("LLM", 0)
    assert sum(meaning.tool is not None for meaning in meanings) == kinds.get("TOOL", 0)
    assert len({meaning.agent_name for meaning in meanings} - {""}) == agents
    assert sum(len(meaning.snapshots) for meaning in meanings) == snapshots
    assert all((meaning.mission_key and meaning.mission_key.source == "mission.id") or source == "agentprism"
               for meaning in meanings)  # fmt: skip
    if input_tokens is not None:
        assert sum(call.input_tokens or 0 for call in calls if call.counts_usage) == input_tokens
    if asked is not None:
        assert sum(len(call.tool_call_ids) for call in calls) == asked


@pytest.mark.parametrize("source", FOUND)
def test_each_calls_conversation_can_be_read_and_matches_its_hashes(shared_data, source):
    for span in read_spans(shared_data, source):
        meaning = map_span(span)
        if meaning.llm is not None:
            conversation = read_conversation(span.attributes, span.events)
            assert len(conversation.input_messages) == len(meaning.llm.message_hashes)
            parts = [part for message in conversation.output_messages for part in message.parts]
            asked = [part.id for part in parts if part.type == "tool_call" and part.id]
            assert tuple(asked) == meaning.llm.tool_call_ids
            assert conversation.input_messages or "output_messages" in conversation.provenance
        if meaning.tool is not None:
            assert read_tool_io(span.attributes, span.events).result is not None


def test_arrays_of_real_runs_split_into_the_senders_own_text(shared_data):
    split = 0
    for source in ("tau2", "taubench", "openhands", "inspect_ai"):
        for span in read_spans(shared_data, source):
            for name, value in span.attributes.items():
                found = split_messages(name, value) if isinstance(value, str) else None
                if found:
                    split += 1
                    assert "[" + found.separator.join(found.parts) + "]" == value
    assert split > 1500


def test_a_simulated_customers_run_costs_what_its_root_says(shared_data):
    """tau2's root span carries the sum of all calls; only the calls themselves count, so nothing counts twice."""
    costs: dict[str, list[Decimal]] = {}
    totals: dict[str, Decimal] = {}
    for span in read_spans(shared_data, "tau2"):
        meaning = map_span(span)
        mission = meaning.mission_key.key if meaning.mission_key else ""
        if meaning.llm:
            costs.setdefault(mission, []).append(meaning.llm.cost_usd or Decimal(0))
        elif meaning.span_kind == "AGENT":
            assert meaning.llm is None
            totals[mission] = Decimal(str(span.attributes["gen_ai.usage.cost"]))
    assert len(totals) == 60
    for mission, total in totals.items():
        assert abs(sum(costs[mission], Decimal(0)) - total) < Decimal("0.000001")
