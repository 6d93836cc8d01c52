"""Any facts at all: detectors finish, say something, cite records, and say the same in any order of arrival."""

from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.algorithms.verdict import compose_verdict
from analysis.detectors.registry import run_detectors
from tests.analysis.planning import DAY, Story, error_output, plan_output, take, tasks, text_output, value

IDS = st.sampled_from("abcdef")
SECONDS = st.integers(0, 400)
VERBS = st.sampled_from(["SEARCH", "ACCOMPLISH", "REFLECT", "ASK", "DREAM", "WISH", "HOPE", "", "\x00<b>"])
OUTPUTS = st.lists(
    st.sampled_from(
        [
            text_output("fine"), text_output("Error: no"), text_output(""), error_output(),
            error_output("V001", "error"), plan_output(tasks("DREAM", "WISH", "HOPE")), plan_output(tasks("SEARCH")),
        ]
    ),
    max_size=2,
)  # fmt: skip
INPUTS = st.lists(
    st.builds(
        take, st.sampled_from("xy"), st.sampled_from(["out", "plan", "zip", ""]), st.sampled_from(["", *"abcdefz0"])
    )
    | st.just(value("x", "[object Object]", is_lost=True, mentions=("out", "#1"))),
    max_size=3,
)


def ways():
    """Calls on a story: name, place and keyword arguments."""
    return st.one_of(
        st.tuples(st.just("step"), st.tuples(IDS, SECONDS, VERBS), st.fixed_dictionaries({
            "inputs": INPUTS, "outputs": st.sampled_from([(), ("out",)]), "after": st.lists(IDS, max_size=2),
            "agent": st.sampled_from(["", "x", "y"]), "parent": st.sampled_from(["", *"abc"]),
            "description": st.sampled_from(["", "task 1", "task 2"]),
        })),
        st.tuples(st.sampled_from(["start", "fail", "cancel"]), st.tuples(IDS, SECONDS), st.just({})),
        st.builds(lambda step, at, out: ("result", (step, at, *out), {}), IDS, SECONDS, OUTPUTS),
        st.tuples(st.just("asks"), st.tuples(IDS, SECONDS, st.just("Which?")), st.just({})),
        st.tuples(st.sampled_from(["answered", "withdrawn"]), st.tuples(SECONDS), st.just({})),
        st.tuples(st.just("agent"),
                  st.tuples(st.sampled_from("xy"), SECONDS, st.sampled_from(["running", "aborted", "?"])),
                  st.sampled_from([{}, {"event": "reflect_infinite_loop_detected"}, {"goal": "g", "created": True}])),
        st.tuples(st.just("give"), st.tuples(IDS, SECONDS, st.just("x"), st.sampled_from("yz")), st.just({})),
        st.tuples(st.just("plan"), st.tuples(IDS, SECONDS, st.sampled_from(["raw", "validated"]),
                  st.sampled_from([tasks("A", "B"), tasks("A")])), st.just({})),
    )  # fmt: skip


def tell(calls):
    story = Story()
    for name, place, more in calls:
        getattr(story, name)(*place, **more)
    return story


@settings(max_examples=150, deadline=None)
@given(st.lists(ways(), max_size=40), st.sampled_from([100, 1_500, 30 * DAY]), st.randoms(use_true_random=False))
def test_any_facts_in_any_order(calls, now, chance):
    story = tell(calls)
    facts = story.facts(now)
    findings = run_detectors(facts)
    ids = [each.id for each in findings]
    assert len(set(ids)) == len(ids)
    steps = {step.key for step in facts.plan.steps}
    for each in findings:
        assert each.title
        assert 0 < len(each.refs) <= 20
        assert each.caused_by is None or each.caused_by in ids
        assert all(ref.id in steps for ref in each.refs if ref.type == "step")
    verdict = compose_verdict(facts, findings)
    assert (verdict.sentence == "") == (verdict.severity == "none")
    chance.shuffle(story.rows)
    again = run_detectors(story.facts(now))
    assert [(each.id, each.title, each.is_root) for each in again] == [
        (each.id, each.title, each.is_root) for each in findings
    ]
