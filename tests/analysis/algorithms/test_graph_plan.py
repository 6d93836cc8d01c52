"""Graphs of plans: what steps hang on, what is missing, what is folded."""

import random
import time

import msgspec
import pytest

from analysis.algorithms.circles import number_circles
from analysis.algorithms.graph import build_graph
from analysis.algorithms.graph_model import EDGE_KINDS, GraphNode, MissionGraph
from plans.building.build import build_plan, plan_at
from plans.records import NOWHERE, Ghost, Plan
from tests.analysis.algorithms.plans import grown_plan, make_agent, make_step, make_tie
from tests.analysis.making import span
from tests.plans.stage7_events import facts_of, plan, task
from tests.plans.story import COORDINATOR, HALF_TIME_MS, WRITER, first_half, second_half, story
from tests.plans.test_recorded_runs import read_run
from tests.plans.test_ties import made_by_plan

MS = 1_000_000


def draw(of: Plan, spans=(), **options) -> MissionGraph:
    return build_graph(spans, [], [], plan=of, **options)


def edges(graph: MissionGraph, *kinds: str) -> set[tuple[str, str, str]]:
    labels = {node.id: node.label for node in graph.nodes}
    return {
        (labels[edge.source], labels[edge.target], edge.label)
        for edge in graph.edges
        if not kinds or edge.kind in kinds
    }


def edge(graph: MissionGraph, source: str, target: str):
    labels = {node.id: node.label for node in graph.nodes}
    return next(each for each in graph.edges if (labels[each.source], labels[each.target]) == (source, target))


def node(graph: MissionGraph, label: str) -> GraphNode:
    return next(each for each in graph.nodes if each.label == label)


@pytest.fixture(scope="module")
def told() -> MissionGraph:
    return draw(plan(*story()))


def test_every_kind_of_tie_is_an_edge_of_its_own(told):
    assert edges(told, "data") == {
        ("SEARCH", "FOREACH", "hits"), ("FOREACH", "THINK", "pages"), ("prices", "GENERATE", "prices"),
        ("no-such-step", "MERGE", "price_table"), ("LEFT", "RIGHT", "a"), ("RIGHT", "LEFT", "b"),
    }  # fmt: skip
    assert edges(told, "replaced_by") == {
        ("ACCOMPLISH", made, "plan") for made in ("SEARCH", "FOREACH", "THINK", "CHAT", "GENERATE")
    } | {("ACCOMPLISH", "EXECUTE", "planned")}
    assert edges(told, "signal") == {("SEARCH", "NOTIFY", "sequence")}
    assert edges(told, "wait_for_all") == {("NOTIFY", "REFLECT", "done")}
    assert edges(told, "mention") == {("THINK", "CHAT", "summary")}
    assert edges(told, "template") == {("FOREACH", "SCRAPE ×4", "iterations ×4"), ("FOREACH", "SCRAPE", "3 of 5")}
    coordinator, writer = (
        next(each.label for each in told.nodes if each.id == f"agent:{agent}") for agent in (COORDINATOR, WRITER)
    )
    assert edges(told, "agent") == {(coordinator, writer, "made")}
    assert edges(told, "handoff") == {(coordinator, "WRITE", "hand-over")}


def test_edges_cite_log_records_and_tell_what_is_inferred_and_what_has_come(told):
    assert {edge.kind for edge in told.edges} <= set(EDGE_KINDS)
    assert all(any(ref.type == "log" for ref in each.evidence) for each in told.edges)
    assert {each.kind for each in told.edges if each.is_inferred} == {"mention"}
    assert edge(told, "SEARCH", "FOREACH").satisfied is True
    assert edge(told, "FOREACH", "THINK").satisfied is False
    assert edge(told, "SEARCH", "NOTIFY").satisfied is True
    assert edge(told, "ACCOMPLISH", "SEARCH").satisfied is None
    assert "scheduler" in edge(told, "THINK", "CHAT").why
    assert len({each.id for each in told.edges}) == len(told.edges)


def test_what_is_missing_is_a_ghost_beside_what_asks_for_it(told):
    ghosts = {each.label: each for each in told.nodes if each.kind == "ghost"}
    assert {label: ghost.ghost for label, ghost in ghosts.items()} == {
        "EXECUTE": "never_created", "prices": "undeclared_output", "no-such-step": "unknown_step",
    }  # fmt: skip
    assert ghosts["prices"].parent == node(told, "GENERATE").parent
    assert ghosts["prices"].called_by == ghosts["EXECUTE"].called_by == node(told, "ACCOMPLISH").id
    assert not any(ghost.has_begun for ghost in ghosts.values())


def test_a_ghost_is_tied_to_the_nearest_step_that_declares_the_output():
    steps = tuple(make_step(at) for at in range(3))
    ghost = Ghost(0, "ab", "rows", "undeclared_output", nearest=2)
    wants = make_tie(NOWHERE, 0, "rows", ghost=0, is_satisfied=False)
    graph = draw(Plan(agents=(make_agent("a"),), steps=steps, edges=(wants,), ghosts=(ghost,)))
    nearest = next(each for each in graph.edges if each.kind == "nearest")
    assert (nearest.source, nearest.is_inferred) == (node(graph, "VERB_2").id, True)


def test_a_task_that_others_wait_for_and_that_became_no_step_is_one_ghost():
    events = made_by_plan(
        task("THINK", "two", inputs={"a": {"outputName": "late"}}),
        task("EXECUTE", "three", outputs={"late": "x"}),
        made=1,
    )
    graph = draw(plan(*events))
    assert [each.label for each in graph.nodes if each.kind == "ghost"] == ["EXECUTE"]
    assert edges(graph) >= {("EXECUTE", "THINK", "late"), ("ACCOMPLISH", "EXECUTE", "planned")}


def test_a_branch_of_which_nothing_was_made_is_a_ghost():
    inner = [task("THINK", "a"), task("CHAT", "b")]
    graph = draw(plan(*made_by_plan(task("DECIDE", "which", inputs={"trueSteps": {"value": inner}}))))
    assert ("DECIDE", "trueSteps: 2 steps", "planned") in edges(graph, "parent")


def test_iterations_are_one_node_and_failures_stay_apart(told):
    fold = node(told, "SCRAPE ×4")
    assert (fold.count, fold.is_expandable, fold.id.startswith("fold:")) == (4, True, True)
    alone = node(told, "SCRAPE")
    assert (alone.effective_status, alone.occurrence, alone.occurrences) == ("failed", 3, 5)
    opened = draw(plan(*story()), expanded=frozenset({fold.id}))
    pages = [each for each in opened.nodes if each.label == "SCRAPE"]
    assert [(each.occurrence, each.occurrences) for each in pages] == [(at, 5) for at in (1, 2, 3, 4, 5)]
    assert [each.group for each in pages] == [fold.id, fold.id, "", fold.id, fold.id]


def test_steps_of_one_id_that_are_no_loop_are_kept_apart():
    twice = (make_step(0), make_step(1, 0, step_id="x", depth=1), make_step(2, 0, step_id="x", depth=1, occurrence=2))
    graph = draw(Plan(steps=twice))
    assert [(each.occurrence, each.occurrences) for each in graph.nodes if each.step_id == "x"] == [(1, 2), (2, 2)]


def test_steps_that_wait_for_each_other_are_marked(told):
    assert {each.label for each in told.nodes if each.in_cycle} == {"LEFT", "RIGHT"}
    assert {each.label for each in told.edges if each.in_cycle} == {"a", "b"}


def test_cycles_are_found_in_long_chains_too():
    assert number_circles(4, [(0, 1), (1, 2), (2, 1), (3, 3)])[0] == -1
    assert len({cycle for cycle in number_circles(4, [(0, 1), (1, 2), (2, 1), (3, 3)]) if cycle >= 0}) == 2
    chain = [(at, at + 1) for at in range(50_000)]
    assert set(number_circles(50_001, chain)) == {-1}
    assert len(set(number_circles(50_001, [*chain, (50_000, 0)]))) == 1


def test_spans_below_a_step_are_counted_in_it_until_it_is_expanded():
    of = plan(*story())
    step = next(each for each in of.steps if each.verb == "SEARCH")
    spans = [
        msgspec.structs.replace(span("chat", kind="LLM"), step_id=step.step_id),
        msgspec.structs.replace(span("inner", "chat", kind="LLM"), step_id=step.step_id),
        msgspec.structs.replace(span("tool", kind="TOOL"), step_id=step.step_id),
    ]
    graph = draw(of, spans)
    search = node(graph, "SEARCH")
    assert (search.llm_calls, search.tool_calls, search.is_expandable) == (1, 1, True)
    assert not [each for each in graph.nodes if each.kind in ("llm", "tool")]
    opened = draw(of, spans, expanded=frozenset({search.id}))
    inside = {each.label: each.called_by for each in opened.nodes if each.kind in ("llm", "tool")}
    assert inside == {"chat": search.id, "tool": search.id}
    assert (node(opened, "SEARCH").is_expanded, node(opened, "SEARCH").is_expandable) == (True, False)


def test_lanes_are_agents_by_id_even_when_they_share_a_name():
    agents = (make_agent("a1"), make_agent("a2"), make_agent("idle"))
    agents = (
        msgspec.structs.replace(agents[0], name="twin"),
        msgspec.structs.replace(agents[1], name="twin"),
        agents[2],
    )
    graph = draw(Plan(agents=agents, steps=(make_step(0, agent="a1"), make_step(1, agent="a2"))))
    assert [(each.id, each.label) for each in graph.nodes if each.kind == "agent"] == [
        ("agent:a1", "twin"), ("agent:idle", "idle"), ("agent:a2", "twin"),
    ]  # fmt: skip
    assert [each.kind for each in graph.nodes if each.parent == "agent:idle"] == ["run"]


def test_what_does_not_fit_stays_below_the_step_whose_plan_it_is():
    of = grown_plan(1000)
    graph = draw(of, limit=100)
    works = [each for each in graph.nodes if each.kind != "agent"]
    assert len(graph.nodes) <= 100 < graph.work_count == 1000
    assert sum(each.hidden_count for each in works) + len(works) == 1000
    assert sum(each.hidden_failed for each in works) + sum(each.effective_status == "failed" for each in works) == sum(
        step.outcome == "failed" for step in of.steps
    )
    depth = max(each.depth for each in works)
    assert all(each.depth >= depth - 1 for each in works if each.hidden_count)
    closed = max((each for each in works if each.hidden_count), key=lambda each: each.start_ns)
    opened = draw(of, limit=100, expanded=frozenset({closed.id}))
    assert len(opened.nodes) <= 100
    assert len([each for each in opened.nodes if each.called_by == closed.id]) == closed.plan_size


@pytest.mark.parametrize("limit", [2, 3, 10, 50])
def test_no_limit_is_too_small(limit):
    of = grown_plan(400, agents=9)
    graph = draw(of, limit=limit)
    assert len(graph.nodes) <= limit
    ids = {each.id for each in graph.nodes}
    assert {end for each in graph.edges for end in (each.source, each.target)} <= ids


def test_the_order_of_records_changes_nothing():
    rows, chance = facts_of(story()), random.Random(5)
    expected = draw(build_plan(rows))
    for _ in range(5):
        chance.shuffle(rows)
        assert draw(build_plan(rows)) == expected


def test_ids_stay_when_more_becomes_known():
    before, after = draw(plan(*first_half())), draw(plan(*first_half(), *second_half()))
    #  The loop's body is a ghost until its iterations are made.
    gone = {each.id for each in before.nodes} - {each.id for each in after.nodes}
    assert [each.label for each in before.nodes if each.id in gone] == ["steps: 1 step"]
    assert {each.id for each in before.edges if each.target not in gone} <= {each.id for each in after.edges}


def test_at_a_moment_there_is_only_what_was_known_then():
    rows = facts_of(story())
    at_ns = rows[0].time_ns + HALF_TIME_MS * MS
    graph = draw(plan_at(rows, at_ns), at_ns=at_ns)
    assert {each.label for each in graph.nodes if each.step_id} == {
        "ACCOMPLISH", "SEARCH", "FOREACH", "THINK", "CHAT", "GENERATE",
    }  # fmt: skip
    assert not node(graph, "SEARCH").has_begun
    assert edge(graph, "SEARCH", "FOREACH").satisfied is False


@pytest.mark.timing
def test_five_thousand_steps_take_less_than_a_second():
    of = grown_plan(5000)
    took = []
    for _ in range(3):
        start = time.perf_counter()
        graph = draw(of)
        took.append(time.perf_counter() - start)
    assert graph.work_count == 5000
    assert min(took) < 1


def test_the_recorded_explosion_of_plans(shared_data):
    graph = draw(read_run(shared_data, "events-a.jsonl"))
    steps = [each for each in graph.nodes if each.kind == "step"]
    assert (len(steps), len([each for each in graph.nodes if each.kind == "agent"])) == (71, 10)
    assert len([each for each in graph.edges if each.kind == "data"]) == 36
    assert not any(each.satisfied for each in graph.edges if each.kind == "data")
    made = [each for each in graph.edges if each.kind == "replaced_by"]
    assert len(made) == 63
    assert sorted(each.label for each in graph.nodes if each.ghost) == ["EXECUTE", "EXECUTE", "userTargets"]
    assert sum(each.is_silent for each in steps) == 5


def test_the_recorded_run_whose_inputs_speak_of_steps_in_prose(shared_data):
    graph = draw(read_run(shared_data, "events-b.jsonl"))
    mentions = [each for each in graph.edges if each.kind == "mention"]
    assert len(mentions) >= 5
    assert all(each.is_inferred and each.why for each in mentions)
    ghosts = {each.label for each in graph.nodes if each.ghost}
    assert ghosts == {"trueSteps: 1 step", "falseSteps: 4 steps"}
