"""Each sample tells the story it promises, as records, in the convention it promises."""

import json
from collections import Counter

import jsonpatch
import pytest

from demo.otlp import encode_logs, encode_traces
from demo.records import CONSUMER, PRODUCER, Span
from demo.samples import SCENARIOS
from demo.story import Story

NOW_NS = 1_900_000_000_000_000_000
STORIES = {slug: scenario.told(seed=0, now_ns=NOW_NS) for slug, scenario in SCENARIOS.items()}
every_story = pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)


def _named(story: Story, start: str) -> list[Span]:
    return [span for span in story.spans if span.name.startswith(start)]


@every_story
def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_mission(story: Story):
    slug = next(slug for slug, told in STORIES.items() if told is story)
    again = SCENARIOS[slug].told(seed=0, now_ns=NOW_NS)
    assert encode_traces(again.spans) == encode_traces(story.spans)
    assert encode_logs(again.logs) == encode_logs(story.logs)
    other = SCENARIOS[slug].told(seed=1, now_ns=NOW_NS)
    assert other.mission_id != story.mission_id
    assert not {span.span_id for span in other.spans} & {span.span_id for span in story.spans}


@every_story
def test_everything_lies_in_the_past_and_inside_its_parent(story: Story):
    by_id = {span.span_id: span for span in story.spans}
    assert len(by_id) == len(story.spans)
    for span in story.spans:
        assert story.start_ns <= span.start_ns <= (span.end_ns or span.start_ns) <= NOW_NS
        parent = by_id.get(span.parent_span_id)
        assert (parent is None) == (span.parent_span_id == b"")
        if parent is not None:
            assert parent.trace_id == span.trace_id
            assert parent.start_ns <= span.start_ns
            assert parent.end_ns is None or (span.end_ns is not None and span.end_ns <= parent.end_ns)
    assert all(story.start_ns <= log.time_ns <= NOW_NS and log.span_id in by_id for log in story.logs)


@every_story
def test_every_root_names_the_mission_and_its_goal(story: Story):
    roots = [span for span in story.spans if not span.parent_span_id]
    assert {root.attributes["missionscope.mission.id"] for root in roots} == {story.mission_id}
    assert {root.attributes["missionscope.mission.goal"] for root in roots} == {story.goal}


@every_story
def test_state_patches_apply_to_the_snapshots_before_them(story: Story):
    states: dict[tuple[str, str], object] = {}
    notes = [(e.time_ns, e.name, e.attributes, e.attributes.get(e.name)) for s in story.spans for e in s.events]
    notes += [(log.time_ns, log.event_name, log.attributes, log.body) for log in story.logs]
    for _, name, attributes, text in sorted(notes, key=lambda note: note[0]):
        agent = attributes.get("missionscope.agent.name", "")
        if name == "missionscope.state.snapshot":
            states[agent] = json.loads(str(text))
        elif name == "missionscope.state.patch":
            states[agent] = jsonpatch.apply_patch(states[agent], json.loads(str(text)))
    assert states


@every_story
def test_every_tool_run_answers_a_call_the_model_asked_for(story: Story):
    asked, run = set(), set()
    for span in story.spans:
        asked |= set(_asked(span))
        run |= {span.attributes[key] for key in ("gen_ai.tool.call.id", "tool_call.id") if key in span.attributes}
    assert run
    assert run == asked


def _asked(span: Span) -> list[str]:
    messages = json.loads(span.attributes.get("gen_ai.output.messages", "[]"))
    found = [part["id"] for message in messages for part in message["parts"] if part["type"] == "tool_call"]
    flat = ("gen_ai.completion.0.tool_calls.", "llm.output_messages.0.message.tool_calls.")
    return found + [v for k, v in span.attributes.items() if k.startswith(flat) and k.endswith(".id")]


def test_the_samples_speak_three_conventions():
    keys = {key for story in STORIES.values() for span in story.spans for key in span.attributes}
    assert "gen_ai.input.messages" in keys
    assert "llm.input_messages.0.message.role" in keys
    assert "gen_ai.prompt.0.role" in keys


def test_the_failed_comparison_had_its_first_fault_long_before_the_error():
    story = STORIES["vendor_quotes"]
    rates = next(span for span in story.spans if span.attributes.get("gen_ai.tool.name") == "get_exchange_rates")
    assert "SEK" in rates.attributes["gen_ai.tool.call.arguments"]
    assert "SEK" not in rates.attributes["gen_ai.tool.call.result"]
    assert rates.status_code != 2
    failed = [span for span in story.spans if span.status_code == 2]
    assert failed
    assert rates.end_ns is not None
    assert min(span.start_ns for span in failed if span.attributes.get("gen_ai.tool.name")) > rates.end_ns
    warning = next(log for log in story.logs if log.severity == "WARN")
    assert warning.service.name == "fx-service"
    assert rates.start_ns < warning.time_ns < rates.end_ns


def test_the_stalled_review_has_open_spans_up_to_its_root():
    story = STORIES["contract_review"]
    waiting = _named(story, "wait for legal-emea")[0]
    by_id = {span.span_id: span for span in story.spans}
    span: Span | None = waiting
    while span is not None:
        assert span.end_ns is None
        assert "gen_ai.tool.call.result" not in span.attributes
        span = by_id.get(span.parent_span_id)
    assert sum(1 for other in story.spans if other.end_ns is None) < len(story.spans) / 2


def test_the_loop_repeats_one_call_and_its_input_grows():
    story = STORIES["safety_sheet"]
    runs = Counter(span.attributes.get("gen_ai.tool.call.arguments") for span in _named(story, "execute_tool"))
    assert len(runs) == 1
    assert max(runs.values()) >= 12
    sizes = [span.attributes["gen_ai.usage.input_tokens"] for span in _named(story, "chat ")]
    assert sizes == sorted(sizes)
    assert sizes[-1] > 10 * sizes[1]


def test_the_limited_release_recovers():
    story = STORIES["release_notes"]
    calls = _named(story, "mistralai.chat")
    assert Counter(span.attributes.get("error.type", "") for span in calls) == {"429": 8, "ReadTimeout": 1, "": 4}
    assert story.spans[0].status_code == 1


def test_the_hand_off_joins_two_traces_of_two_services_by_a_link():
    story = STORIES["refund_handoff"]
    roots = [span for span in story.spans if not span.parent_span_id]
    assert len({root.trace_id for root in roots}) == len({root.service for root in roots}) == 2
    sent = next(span for span in story.spans if span.kind == PRODUCER)
    taken = next(span for span in story.spans if span.kind == CONSUMER)
    assert [(link.trace_id, link.span_id) for link in taken.links] == [(sent.trace_id, sent.span_id)]
    assert sent.end_ns is not None
    assert taken.start_ns - sent.end_ns > 15_000_000_000


def test_one_sample_holds_what_must_be_redacted():
    text = encode_traces(STORIES["account_opening"].spans).decode("utf-8", "replace")
    assert all(
        secret in text for secret in ("4111 1111", "DE89 3704", "@nordpost.example", "sk-proj-", "AKIA", "Bearer ")
    )


def test_one_sample_is_in_other_scripts():
    text = encode_traces(STORIES["meeting_minutes"].spans).decode("utf-8", "replace")
    assert all(word in text for word in ("議事録", "повернень", "المستودع"))
