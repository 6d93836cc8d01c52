"""Graphs whose edges are exactly those that records prove."""

import time

from hypothesis import given, settings

from analysis.algorithms.graph import build_graph
from analysis.algorithms.graph_model import EDGE_KINDS, NODE_KINDS
from tests.analysis.algorithms.test_tree import tangles
from tests.analysis.making import at, llm_call, span, tool_call


def edges(graph, *kinds):
    labels = {node.id: node.label for node in graph.nodes}
    return {
        (labels[edge.source], labels[edge.target], edge.kind) for edge in graph.edges if not kinds or edge.kind in kinds
    }


def node(graph, label):
    return next(each for each in graph.nodes if each.label == label and each.kind not in ("agent", "service"))


def test_runs_that_link_are_drawn_by_their_links():
    #  mission ─ calls ▶ planner ─ link ▶ writer ─ link ▶ critic
    graph = build_graph(
        [
            span("mission", end=9, kind="AGENT", agent="mission"),
            span("p", "mission", 1, 2, kind="AGENT", agent="planner"),
            span("w", "mission", 3, 4, kind="AGENT", agent="writer", links=("p",)),
            span("c", "mission", 5, 6, kind="AGENT", agent="critic", links=("w",)),
        ],
        [],
        [],
    )
    assert edges(graph) == {
        ("mission", "planner", "parent"), ("planner", "writer", "link"), ("writer", "critic", "link"),
    }  # fmt: skip
    assert [each.label for each in graph.nodes if each.kind == "agent"] == ["mission", "planner", "writer", "critic"]
    link = next(edge for edge in graph.edges if edge.kind == "link")
    assert not link.is_inferred
    assert {ref.type for ref in link.evidence} == {"span"}


def test_a_supervisor_and_its_workers():
    #  boss ─ calls ▶ w1, w2 (parallel) then w3
    graph = build_graph(
        [
            span("boss", end=9, kind="AGENT", agent="boss"),
            span("w1", "boss", 1, 3, kind="AGENT", agent="w1"),
            span("w2", "boss", 1, 4, kind="AGENT", agent="w2"),
            span("w3", "boss", 5, 6, kind="AGENT", agent="w3"),
        ],
        [],
        [],
    )
    assert edges(graph, "parent") == {("boss", "w1", "parent"), ("boss", "w2", "parent"), ("boss", "w3", "parent")}
    assert edges(graph, "sequence") == {("w1", "w3", "sequence"), ("w2", "w3", "sequence")}
    assert all(edge.is_inferred for edge in graph.edges if edge.kind == "sequence")


def test_a_moved_start_of_parallel_work_changes_no_edge():
    def drawn(jitter):
        spans = [span("boss", end=9, kind="AGENT", agent="boss")]
        spans += [span(f"w{each}", "boss", 1 + jitter[each], 4, kind="TOOL") for each in range(3)]
        return edges(build_graph(spans, [], []))

    assert drawn((0, 0.1, 0.2)) == drawn((0.2, 0.1, 0))


def test_a_model_call_leads_to_the_tools_it_asked_for():
    chat = span("chat", "run", 1, 2, kind="LLM")
    one, two = span("one", "run", 2, 3, kind="TOOL"), span("two", "run", 2, 4, kind="TOOL")
    after = span("after", "run", 5, 6, kind="LLM")
    graph = build_graph(
        [span("run", end=9, kind="AGENT", agent="a"), chat, one, two, after],
        [llm_call(chat, asks=("id1",)), llm_call(after)],
        [tool_call(one, "one", call_id="id1"), tool_call(two, "two", requested_by=chat.pk)],
    )
    assert edges(graph) == {
        ("a", "chat", "parent"), ("chat", "one", "tool_call"), ("chat", "two", "tool_call"),
        ("one", "after", "sequence"), ("two", "after", "sequence"),
    }  # fmt: skip
    asked = next(edge for edge in graph.edges if edge.kind == "tool_call")
    assert [ref.type for ref in asked.evidence] == ["llm_call", "tool_call"]
    assert node(graph, "one").called_by == node(graph, "a").id


def test_a_hand_over_leads_to_the_agent_it_names():
    spans = [
        span("triage", end=2, kind="AGENT", agent="Triage Agent"),
        span("t", "triage", 1, 2, kind="TOOL", label="execute_tool transfer_to_billing_agent"),
        span("billing", None, 3, 5, kind="AGENT", agent="Billing Agent"),
    ]
    graph = build_graph(spans, [], [tool_call(spans[1], "transfer_to_billing_agent")])
    assert ("transfer_to_billing_agent", "Billing Agent", "handoff") in edges(graph)


def test_a_hand_over_to_nobody_on_record_shows_whom():
    spans = [span("a", end=5, kind="AGENT", agent="a")]
    spans += [span("h", "a", 1, 2, kind="TOOL", label="transfer_to_human_agents")]
    spans += [span("g", "a", 3, 4, kind="TOOL", label="handoff_to_lawyer")]
    spans += [span("r", "a", 4, 5, kind="TOOL", label="route_to_disk")]
    graph = build_graph(spans, [], [])
    assert edges(graph, "handoff") == {
        ("transfer_to_human_agents", "human agents", "handoff"),
        ("handoff_to_lawyer", "agent lawyer (no record)", "handoff"),
    }
    outside = {each.kind for each in graph.nodes if each.parent is None}
    assert outside == {"agent", "human", "ghost"}


def test_a_missing_parent_is_a_ghost():
    graph = build_graph([span("a", "gone", kind="LLM"), span("b", "gone", 2, 3, kind="LLM", links=("lost",))], [], [])
    ghosts = [each for each in graph.nodes if each.kind == "ghost"]
    assert len(ghosts) == 2
    assert {(edge.kind) for edge in graph.edges} >= {"parent", "link"}


def test_a_link_to_itself_or_to_an_ancestor_is_no_parentage():
    graph = build_graph(
        [span("a", end=9, kind="AGENT", agent="a"), span("b", "a", 1, 2, kind="LLM", links=("b", "a"))], [], []
    )
    assert edges(graph) == {("a", "b", "link")}


def test_a_retry_is_drawn_as_inferred():
    graph = build_graph(
        [
            span("a", end=9, kind="AGENT", agent="a"),
            span("c1", "a", 1, 2, kind="LLM", label="chat", status="ERROR"),
            span("c2", "a", 3, 4, kind="LLM", label="chat"),
        ],
        [],
        [],
    )
    (retry,) = [edge for edge in graph.edges if edge.kind == "retry"]
    assert retry.is_inferred
    assert [each.effective_status for each in graph.nodes if each.kind == "llm"] == ["failed", "ok"]
    assert graph.nodes[0].effective_status == "ok"


def test_chains_are_steps_only_where_they_hold_work():
    #  LangGraph ─ agent ─ sequence ─ ChatModel
    #            └ tools ─ search
    graph = build_graph(
        [
            span("LangGraph", end=9, kind="CHAIN"), span("agent", "LangGraph", 1, 3, kind="CHAIN"),
            span("parser", "agent", 2, 3, kind="CHAIN"), span("ChatModel", "agent", 1, 2, kind="LLM"),
            span("tools", "LangGraph", 4, 5, kind="CHAIN"), span("search", "tools", 4, 5, kind="TOOL"),
        ], [], [],
    )  # fmt: skip
    assert edges(graph) == {
        ("agent", "ChatModel", "parent"), ("tools", "search", "parent"), ("agent", "tools", "sequence"),
    }  # fmt: skip


def test_plain_services_are_drawn_span_by_span():
    graph = build_graph([span("get", service="shop"), span("query", "get", service="db")], [], [])
    assert {each.label for each in graph.nodes if each.kind == "service"} == {"db", "shop"}
    assert edges(graph) == {("get", "query", "parent")}


def test_at_a_moment_only_what_had_begun_is_there_and_what_had_not_ended_is_active():
    spans = [
        span("a", end=9, kind="AGENT", agent="a"),
        span("c", "a", 1, 4, kind="LLM", status="ERROR"),
        span("d", "a", 5, 6, kind="LLM"),
    ]
    graph = build_graph(spans, [], [], at_ns=at(2))
    assert {each.label: each.effective_status for each in graph.nodes if each.parent} == {"a": "active", "c": "active"}
    assert node(graph, "c").end_ns is None


def test_iterations_fold_with_counts_and_failures_stay_apart():
    spans = [span("run", end=5000, kind="AGENT", agent="a")]
    for number in range(400):
        spans.append(span(f"s{number}", "run", 2 * number, 2 * number + 1, kind="STEP", label=f"step {number}"))
        spans.append(span(f"c{number}", f"s{number}", 2 * number, 2 * number + 1, kind="LLM", label="chat gpt",
                          status="ERROR" if number == 7 else "OK"))  # fmt: skip
    graph = build_graph(spans, [], [], limit=50)
    assert graph.is_folded
    assert graph.work_count == 801
    folds = {each.label: each.count for each in graph.nodes if each.parent}
    assert folds["gpt ×399"] == 399
    assert any(each.effective_status == "failed" and each.kind == "llm" for each in graph.nodes)
    assert sum(each.count for each in graph.nodes if each.parent) == 801
    assert len(graph.nodes) <= 50


def test_ten_thousand_spans_of_many_agents_stay_below_the_limit():
    spans = [span("root", end=10**6, kind="CHAIN")]
    spans += [
        span(
            str(at), "root", at, at + 1, kind="AGENT" if at % 3 else "TOOL", agent=f"agent {at % 700}",
            label=f"work {at % 900} {'xyz'[at % 3]}",
        )
        for at in range(10_000)
    ]  # fmt: skip
    began = time.perf_counter()
    graph = build_graph(spans, [], [])
    assert time.perf_counter() - began < 5
    assert len(graph.nodes) <= 300
    assert graph.is_folded
    assert sum(each.count for each in graph.nodes if each.kind not in ("agent", "service")) == graph.work_count


@settings(max_examples=60, deadline=None)
@given(tangles())
def test_any_tangle_gives_a_graph_whose_edges_join_its_nodes(spans):
    for limit in (4, 300):
        graph = build_graph(spans, [], [], limit=limit)
        ids = {each.id for each in graph.nodes}
        assert len(ids) == len(graph.nodes)
        assert {each.kind for each in graph.nodes} <= set(NODE_KINDS)
        for each in graph.nodes:
            assert each.parent is None or each.parent in ids
            assert each.called_by is None or each.called_by in ids
        for edge in graph.edges:
            assert edge.source in ids
            assert edge.target in ids
            assert edge.source != edge.target
            assert edge.kind in EDGE_KINDS
            assert edge.evidence
        assert build_graph(spans[::-1], [], [], limit=limit) == graph
