"""Findings about what the steps of a plan hang on."""

from analysis.algorithms.blockage import Blockage
from telemetry.facts.records import Dependency
from tests.analysis.making import at
from tests.analysis.planning import DAY, Story, error_output, names, plan_output, take, tasks, text_output, value


def chain():
    """a -> b -> c by outputs, all named."""
    return (
        Story()
        .step("a", 0, "SEARCH", outputs=["urls"])
        .step("b", 0, "SCRAPE", inputs=[take("urls", "urls", "a")], outputs=["text"])
        .step("c", 0, "THINK", inputs=[take("text", "text", "b")])
    )


def test_a_plan_that_went_well_has_no_findings():
    story = chain().start("a", 1).result("a", 2, text_output("u", "urls")).start("b", 3)
    story.result("b", 4, text_output("t", "text")).start("c", 5).result("c", 6, text_output("done"))
    assert names(story) == set()
    assert names(story, now=30 * DAY) == set()


def test_a_plan_that_is_being_worked_on_has_no_findings():
    assert names(chain().start("a", 1), now=30) == set()
    assert names(chain().start("a", 1).result("a", 2, text_output("u", "urls")), now=30) == set()


def test_a_step_that_hangs_on_an_id_nobody_has():
    story = Story().step("a", 0, "THINK", inputs=[take("text", "text", "nobody")]).step("b", 0, outputs=["text"])
    finding = story.one("dangling_dependency", now=10)
    assert finding.title == "THINK hangs on step nobody, which nobody has."
    assert finding.severity == "warning"
    assert "The nearest step that declares an output of that name is THINK." in finding.detail
    assert [ref.type for ref in finding.refs] == ["ghost", "step", "step"]
    assert story.one("dangling_dependency", now=600).severity == "error"


def test_what_was_planned_and_never_made_and_what_nobody_declares():
    planned = tasks("SEARCH", "THINK")
    story = Story().step("p", 0, "ACCOMPLISH").result("p", 1, plan_output(planned))
    story.step("t", 2, "THINK", inputs=[take("x", "nothing")], parent="p", description="task 2")
    assert "hangs on output nothing, which no step declares" in story.one("dangling_dependency").title


def test_a_source_that_comes_later_makes_the_finding_vanish():
    story = Story().step("a", 0, "THINK", inputs=[take("text", "text", "late")])
    assert story.found("dangling_dependency")
    story.step("late", 9, "SEARCH", outputs=["text"])
    assert not story.found("dangling_dependency")


def test_a_circle_is_told_with_all_its_steps_and_those_behind_it_are_no_part_of_it():
    story = (
        Story()
        .step("a", 0, "SEARCH", after=["c"])
        .step("b", 0, "SCRAPE", after=["a"])
        .step("c", 0, "THINK", after=["b"])
    )
    story.step("d", 0, "GENERATE", after=["c"])
    finding = story.one("dependency_cycle")
    assert finding.title == "SEARCH, SCRAPE and THINK wait for each other in a circle: none of them can begin."
    assert len(finding.refs) == 3
    stall = story.one("stall", now=600)
    assert (stall.is_root, stall.caused_by) == (False, finding.id)
    assert "SEARCH waits for itself in a circle (3 steps are behind it)" in stall.title


def test_a_circle_that_somebody_broke_is_none():
    story = Story().step("a", 0, "SEARCH", after=["b"]).step("b", 0, "SCRAPE", after=["a"]).start("a", 1)
    story.result("a", 2, text_output("u"))
    assert not story.found("dependency_cycle")


def test_a_step_that_waits_for_one_that_became_a_plan():
    story = Story().step("p", 0, "ACCOMPLISH").result("p", 1, plan_output(tasks("THINK")))
    story.step("t", 1, "THINK", parent="p", description="task 1").start("t", 2).result("t", 3, text_output("x"))
    story.step("r", 1, "REFLECT", after=[Dependency("p", "_step_completed", "_dependency_p")])
    finding = story.one("dependency_on_replaced", now=600)
    assert finding.title == "REFLECT waits for ACCOMPLISH, which was replaced by a plan and never completes itself."
    assert finding.severity == "error"
    assert story.one("stall", now=600).caused_by == finding.id


def test_a_step_that_waits_for_what_the_plan_of_another_is_yet_to_give_is_no_finding():
    story = Story().step("p", 0, "ACCOMPLISH", outputs=["text"]).result("p", 1, plan_output(tasks("THINK")))
    story.step("t", 1, "THINK", parent="p", description="task 1", outputs=["text"]).start("t", 2)
    story.step("u", 1, "GENERATE", inputs=[take("text", "text", "p")])
    assert not story.found("dependency_on_replaced")
    story.result("t", 3, text_output("x", "text"))
    assert not story.found("dependency_on_replaced")


def test_an_output_by_another_name():
    story = chain().start("a", 1).result("a", 2, text_output("u", "links"))
    finding = story.one("output_name_mismatch")
    assert finding.title == "SCRAPE takes output urls of SEARCH, which returned links instead."
    right = chain().start("a", 1).result("a", 2, text_output("u", "urls"))
    assert not right.found("output_name_mismatch")


def test_a_stall_ranks_what_holds_up_most():
    story = chain().step("q", 0, "CHAT").step("z", 0, "GENERATE", inputs=[take("x", "y", "nobody")])
    story.start("a", 1).fail("a", 2, "no network")
    stall = story.one("stall", now=2 + 600)
    assert stall.title == (
        "Stalled since 09:40:02 UTC: nothing has happened for 10 min and 4 of 5 steps have not ended. "
        "SEARCH failed: no network (2 steps are behind it)."
    )
    assert "GENERATE waits, but nobody has step nobody (1 step is behind it)." in stall.detail
    assert "1 step that nothing waits for: nothing keeps it and it has not begun (1): CHAT." in stall.detail


def test_steps_whose_agent_is_busy_or_paused_say_so():
    story = Story().step("a", 0, "SEARCH", agent="x").step("b", 0, "CHAT", agent="x").start("a", 1)
    assert "its agent's round is not finished" in story.one("stall", now=4_000).detail
    story.agent("x", 2, "paused")
    assert "its agent is paused" in story.one("stall", now=4_000).detail


def test_a_mission_that_waits_for_a_person_is_no_stall():
    story = chain().start("a", 1).asks("a", 2, "Which one?")
    assert not story.found("stall", now=3_000)


def test_an_old_record_that_ends_in_the_middle_is_no_stall_of_now():
    (stall,) = chain().start("a", 1).found("stall", now=300 * DAY)
    assert stall.title.startswith("Abandoned: nothing has happened since 2025-08-01 09:40:01 UTC, and 3 of 3 steps")


def test_thousands_of_steps_behind_one_are_counted_exactly():
    story = Story().step("s0", 0, "SEARCH")
    for number in range(1, 5_000):
        story.step(f"s{number}", 0, "THINK", after=[f"s{number - 1}"])
    blockers = Blockage(story.facts().plan).blockers
    assert [each.behind for each in blockers] == [4_999]


def test_lost_objects_and_things_that_are_only_spoken_of():
    story = Story().step("a", 0, "SEARCH", outputs=["urls"], inputs=[value("goal", "[object Object]", is_lost=True)])
    story.step("b", 0, "THINK", inputs=[value("prompt", "use {urls}", mentions=("urls",))])
    story.step("c", 0, "THINK", inputs=[value("prompt", "say {nothing}", mentions=("nothing",))])
    assert story.one("object_object_input").detail == "SEARCH: goal."
    spoken = story.one("undeclared_placeholder")
    assert spoken.title.startswith(
        "1 input speaks of another step's output without being tied to it (1 by an output's name)"
    )
    assert spoken.detail == "prompt of THINK means SEARCH (urls)."


def test_a_mention_beside_a_tie_needs_none():
    story = Story().step("a", 0, "SEARCH", outputs=["urls"])
    story.step("b", 0, "THINK", inputs=[value("prompt", "use {urls}", mentions=("urls",)), take("urls", "urls", "a")])
    assert not story.found("undeclared_placeholder")


def test_shared_ids_are_told_and_warned_of_only_across_agents():
    story = Story().step("a", 0, "THINK", agent="x").step("a", 1, "THINK", agent="x").step("b", 0, "THINK", agent="x")
    loop = story.one("duplicate_step_id")
    assert (loop.severity, loop.title) == ("info", "1 step id is shared by 2 steps; they are kept apart here.")
    story.step("b", 2, "CHAT", agent="y")
    assert story.one("duplicate_step_id").severity == "warning"


def test_cancelled_steps_fold_under_what_failed():
    story = chain().start("a", 1).fail("a", 2, "no network").cancel("b", 3).cancel("c", 3)
    finding = story.one("cancel_cascade")
    assert finding.title == "2 steps were cancelled because SEARCH failed (no network): SCRAPE and THINK."
    assert finding.opened_ns == at(3)
    assert not finding.is_root
    alone = chain().cancel("b", 3).cancel("c", 3)
    assert "no record says why" in alone.one("cancel_cascade").title
    assert not chain().start("a", 1).fail("a", 2).cancel("b", 3).found("cancel_cascade")


def test_an_input_that_is_wanting():
    story = chain().start("a", 1).fail("a", 2, "Missing required input: searchTerm")
    assert story.one("missing_required_input").title.startswith("SEARCH failed at 09:40:02 UTC for want of an input")
    assert not chain().start("a", 1).fail("a", 2, "input too long").found("missing_required_input")
    coded = chain().start("a", 1).result("a", 2, error_output("V001_INPUT", "error", "bad"))
    assert coded.found("missing_required_input")
    planned = Story().step("p", 0, "ACCOMPLISH").plan("p", 1, "validated", tasks("THINK"), ("missing_input: goal",))
    assert "The validated plan of ACCOMPLISH lacks an input" in planned.one("missing_required_input").title
