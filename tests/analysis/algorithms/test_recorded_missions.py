"""Recorded runs of real systems: what analysis says of them is true of them."""

from itertools import pairwise

import pytest
from msgspec.structs import replace

from analysis.algorithms.context import compute_context_changes
from analysis.algorithms.facts import build_facts
from analysis.algorithms.graph import build_graph
from analysis.algorithms.verdict import compose_verdict
from analysis.detectors.registry import run_detectors
from tests.analysis.algorithms.test_critical_path import check_it_covers_the_wall_time
from tests.analysis.making import SECOND
from tests.analysis.shared_missions import load_missions, needs_shared

pytestmark = needs_shared
SOURCES = (
    "agentprism", "cassettes", "inspect_ai", "langfuse", "openhands", "sweagent", "tau2", "taubench", "whoandwhen",
    "zipkin",
)  # fmt: skip


def facts_of(mission, later=600):
    return build_facts(mission.spans, mission.llm_calls, mission.tool_calls, (), mission.end_ns + later * SECOND)


def verdict_of(source, mission_id):
    mission = next(each for each in load_missions(source) if each.id == mission_id)
    facts = facts_of(mission)
    return facts, compose_verdict(facts, run_detectors(facts))


@pytest.mark.parametrize("source", SOURCES)
def test_every_mission_is_drawn_whole_and_its_time_adds_up(source):
    for mission in load_missions(source):
        facts = facts_of(mission)
        assert sum(1 for row in facts.tree.rows if row.span is not None) == len(mission.spans)
        assert facts.outcome.mission_status in ("ok", "failed")
        check_it_covers_the_wall_time(mission.spans)
        known = {f"{each.trace_id}/{each.span_id}" for each in mission.spans}
        verdict = compose_verdict(facts, run_detectors(facts))
        for finding in verdict.also:
            assert all(ref.type != "span" or ref.id.removesuffix("/1") in known for ref in finding.refs)


@pytest.mark.parametrize("source", SOURCES)
def test_every_graph_stays_within_its_limit_and_cites_evidence(source):
    for mission in load_missions(source):
        for limit in (20, 300):
            graph = build_graph(mission.spans, mission.llm_calls, mission.tool_calls, limit=limit)
            assert 0 < len(graph.nodes) <= limit
            assert all(edge.evidence for edge in graph.edges)


def test_a_conversation_of_agents_is_one_chain_of_links():
    for mission in load_missions("whoandwhen"):
        graph = build_graph(mission.spans, mission.llm_calls, mission.tool_calls)
        linked = sum(len(each.links) for each in mission.spans)
        drawn = [edge for edge in graph.edges if edge.kind == "link"]
        assert len(drawn) == linked
        assert not [edge for edge in graph.edges if edge.is_inferred and edge.kind == "sequence"]
        assert {each.label for each in graph.nodes if each.kind == "agent"} == {
            each.agent_name for each in mission.spans
        }


def test_two_agents_that_talk_lie_in_two_lanes_and_their_tools_hang_on_the_call_that_asked():
    for mission in load_missions("tau2"):
        graph = build_graph(mission.spans, mission.llm_calls, mission.tool_calls)
        assert {each.id for each in graph.nodes if each.kind == "agent"} == {
            "agent:customer_service", "agent:user_simulator",
        }  # fmt: skip
        asked = {call.tool_call_id for call in mission.tool_calls}
        assert sum(edge.count for edge in graph.edges if edge.kind == "tool_call") == len(asked)


def test_a_shared_span_id_of_production_is_two_spans_server_below_client():
    mission = load_missions("zipkin")[5]
    facts = facts_of(mission)
    rows = facts.tree.rows
    shared = [
        row for row in rows if row.span.side == 1 and (row.span.trace_id, row.span.span_id, 0) in facts.tree.index
    ]
    assert len(shared) >= 2
    for row in shared:
        assert rows[row.parent].span.span_id == row.span.span_id
        assert rows[row.parent].span.side == 0


def test_a_production_trace_with_a_clock_that_differs_says_by_how_much():
    _, verdict = verdict_of("zipkin", "zipkin-98bc34e383")
    assert verdict.sentence == ""
    assert [each.title for each in verdict.also] == ["1 span starts before the parent, by up to 65 ms: clocks differ."]


def test_a_refused_model_call_is_told_in_the_providers_words():
    facts, verdict = verdict_of("cassettes", "cassettes-a26ac9a1c2")
    assert facts.outcome.mission_status == "failed"
    assert verdict.sentence == "Model call to api.anthropic.com failed at 15:33:20 UTC: 404: model: claude-sonet-4-5."


def test_a_rate_limit_that_ended_a_run_is_the_verdict():
    _, verdict = verdict_of("cassettes", "cassettes-b757b6c33e")
    assert verdict.sentence == (
        "Model call to openrouter.ai was refused 3 times by a rate limit, first at 15:33:20 UTC; "
        "no later attempt went well."
    )
    assert all(not each.is_root for each in verdict.also)


def test_an_error_the_agent_went_on_from_is_a_warning_of_a_mission_that_is_ok():
    facts, verdict = verdict_of("tau2", "tau2-070a983a65")
    assert facts.outcome.mission_status == "ok"
    assert verdict.severity == "warning"
    assert verdict.sentence == (
        "Tool find_user_id_by_email failed at 16:17:42 UTC: User not found. "
        "It never went well afterwards; the mission went on without it."
    )


def test_a_mission_that_ended_in_failing_bookings_says_so():
    facts, verdict = verdict_of("taubench", "taubench-dacef45b02")
    assert facts.outcome.mission_status == "failed"
    assert verdict.sentence.startswith("Tool book_reservation failed 5 times in a row from 03:30:17 UTC")


def test_an_agent_that_submits_again_and_again_is_a_loop():
    _, verdict = verdict_of("sweagent", "sweagent-5878be4706")
    assert verdict.sentence.startswith("Agent swe-agent repeats itself: it sent the same message 5 times in a row")
    assert any("ran submit with the same arguments 4 times" in each.title for each in verdict.also)


def test_most_graded_conversations_that_went_well_have_an_empty_verdict():
    quiet = 0
    for mission in load_missions("tau2"):
        facts = facts_of(mission)
        quiet += compose_verdict(facts, run_detectors(facts)).sentence == ""
    assert quiet >= 50


def test_a_prompt_that_grows_has_only_its_new_messages_marked():
    (mission,) = load_missions("openhands")
    changes = compute_context_changes(mission.llm_calls)
    calls = sorted(mission.llm_calls, key=lambda call: call.start_ns)
    for before, after in pairwise(calls):
        change = changes[after.pk]
        assert change.previous == before.pk
        assert change.unchanged_count == len(before.message_hashes)
        assert change.new_message_count == len(after.message_hashes) - len(before.message_hashes)


def with_faults(mission, early, late):
    """The mission with a fault inside its first tool run, which answers OK, and one that fails a later tool and it."""
    tools = sorted(mission.tool_calls, key=lambda call: call.start_ns)
    first = tools[0]
    last = next(call for call in reversed(tools) if call.tool_name != first.tool_name and call.start_ns > first.end_ns)
    changed = {first.pk: ("OK", ""), last.pk: ("ERROR", late)}
    spans = []
    for each in mission.spans:
        if each.parent_span_id is None:
            each = replace(each, status_code="ERROR")
        elif each.pk in changed:
            status, message = changed[each.pk]
            each = replace(each, status_code=status, status_message=message)
        spans.append(each)
        if each.pk == first.pk:
            fault = {"name": "read store", "span_kind": "OTHER", "status_code": "ERROR", "status_message": early}
            inner = {"pk": 1_000_000, "span_id": "f" * 16, "parent_span_id": each.span_id}
            spans.append(replace(each, **fault, **inner))
    return build_facts(spans, mission.llm_calls, mission.tool_calls, (), mission.end_ns + 600 * SECOND)


def uses_two_tools(mission):
    tools = sorted(mission.tool_calls, key=lambda call: call.start_ns)
    return any(call.tool_name != tools[0].tool_name and call.start_ns > tools[0].end_ns for call in tools)


@pytest.mark.parametrize("source", ["sweagent", "tau2", "taubench"])
def test_a_fault_put_into_a_recorded_mission_is_named_and_an_unrelated_one_is_not(source):
    missions = [mission for mission in load_missions(source) if uses_two_tools(mission)]
    assert missions
    for mission in missions:
        facts = with_faults(mission, "record QX-4711 is locked", "cannot update QX-4711: version differs")
        assert "Likely cause: read store failed" in compose_verdict(facts, run_detectors(facts)).sentence
        facts = with_faults(mission, "record QX-4711 is locked", "cannot update ZZ-1200: version differs")
        assert "Likely cause" not in compose_verdict(facts, run_detectors(facts)).sentence


@pytest.mark.parametrize("source", SOURCES)
def test_no_recorded_mission_is_given_a_cause_that_its_records_do_not_show(source):
    for mission in load_missions(source):
        assert "likely_cause" not in {each.detector for each in run_detectors(facts_of(mission))}
