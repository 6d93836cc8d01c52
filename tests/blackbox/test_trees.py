"""Cases 73 to 81: duplicates, orphans, orders of arrival, large and deep traces."""

import itertools
import json
import time
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span as WireSpan

from tests.blackbox.client import Reader, Sender
from tests.blackbox.machine import quickest_s
from tests.blackbox.wire import JSON, PROTOBUF, Message, attribute, encode, new_span_id, new_trace_id, span, traces

LARGE_S = 240.0
"""For the totals of a hundred thousand spans, on a machine that has much else to do."""


def test_case_73_the_same_span_twice_in_a_request_is_one_span(
    door: Sender, stored: Reader, encoding: str, mission: str
):
    sent = span(attributes=[attribute("a", "b")])
    assert door.send(traces([sent, sent, dict(sent)], mission=mission), encoding).status == 200
    assert len(stored.spans(mission)) == 1


def test_case_74_client_and_server_may_share_an_id_and_both_are_shown(
    door: Sender, stored: Reader, encoding: str, mission: str
):
    client = span(kind=3, name="call")
    server = {**client, "kind": 2, "name": "serve"}
    inner = span(traceId=client["traceId"], parentSpanId=client["spanId"], name="inside")
    assert door.send(traces([server, inner, client], mission=mission), encoding).status == 200
    found = stored.spans(mission)
    assert sorted(item["name"] for item in found) == ["call", "inside", "serve"]
    assert {item["otel_kind"] for item in found if item["span_id"] == client["spanId"]} == {"CLIENT", "SERVER"}


def test_case_75_one_span_id_in_two_traces_is_two_spans(door: Sender, stored: Reader, encoding: str, mission: str):
    one = span()
    two = span(spanId=one["spanId"])
    assert door.send(traces([one, two], mission=mission), encoding).status == 200
    assert {item["trace_id"] for item in stored.spans(mission)} == {one["traceId"], two["traceId"]}


def test_case_76_an_orphan_is_shown_and_finds_its_parent_when_it_comes(
    door: Sender, stored: Reader, encoding: str, mission: str
):
    parent = span()
    orphan = span(traceId=parent["traceId"], parentSpanId=parent["spanId"])
    assert door.send(traces([orphan], mission=mission), encoding).status == 200
    assert [item["parent_span_id"] for item in stored.spans(mission)] == [parent["spanId"]]
    assert door.send(traces([parent], mission=mission), encoding).status == 200
    found = {item["span_id"]: item["parent_span_id"] for item in stored.spans(mission)}
    assert found == {parent["spanId"]: None, orphan["spanId"]: parent["spanId"]}


@pytest.mark.parametrize("roots", [0, 2])
def test_case_77_a_trace_may_have_two_roots_or_none(
    door: Sender, stored: Reader, encoding: str, mission: str, roots: int
):
    trace = new_trace_id()
    sent = [span(traceId=trace, parentSpanId="" if roots else new_span_id()) for _ in range(2)]
    sent.append(span(traceId=trace, parentSpanId=sent[0]["spanId"]))
    assert door.send(traces(sent, mission=mission), encoding).status == 200
    found = stored.spans(mission)
    assert len(found) == 3
    assert sum(item["parent_span_id"] is None for item in found) == roots


def _five_spans(mission: str) -> list[Message]:
    """An agent with two model calls, a failing tool and an open step; ids depend on the mission alone."""
    now = 1_790_000_000_000_000_000
    trace = mission.encode().hex().ljust(32, "7")[-32:]
    ids = [f"{number + 1:016x}" for number in range(5)]
    chat = [attribute("gen_ai.operation.name", "chat"), attribute("gen_ai.request.model", "gpt-4.1")]
    usage = [
        attribute("gen_ai.usage.input_tokens", {"intValue": "1000"}),
        attribute("gen_ai.usage.output_tokens", {"intValue": "10"}),
    ]
    tool = [attribute("gen_ai.operation.name", "execute_tool"), attribute("gen_ai.tool.name", "look")]
    agent = [attribute("gen_ai.operation.name", "invoke_agent"), attribute("gen_ai.agent.name", "amy")]
    shapes: list[Message] = [
        {"name": "agent", "attributes": agent, "parentSpanId": ""},
        {"name": "chat 1", "attributes": chat + usage, "parentSpanId": ids[0]},
        {"name": "tool", "attributes": tool, "parentSpanId": ids[0], "status": {"code": 2, "message": "no"}},
        {"name": "chat 2", "attributes": chat + usage, "parentSpanId": ids[2]},
        {"name": "open", "attributes": [], "parentSpanId": ids[0], "endTimeUnixNano": "0"},
    ]
    times = [
        {"startTimeUnixNano": str(now + place * 1000), "endTimeUnixNano": str(now + 9000 + place)} for place in range(5)
    ]
    return [
        span(traceId=trace, spanId=one, **(moment | shape))
        for one, moment, shape in zip(ids, times, shapes, strict=True)
    ]


_SAME = ("name", "span_count", "error_count", "llm_call_count", "tool_call_count", "input_tokens", "output_tokens")


def _picture(stored: Reader, mission: str) -> Any:
    """What the mission looks like, without what tells the deliveries apart."""
    whole = stored.settled(mission, lambda seen: seen["span_count"] == 5 and seen["input_tokens"] == 2000)
    fields = ("span_id", "parent_span_id", "name", "span_kind", "agent_name", "start_ns", "end_ns", "status_code")
    spans = sorted(tuple(item[field] for field in fields) for item in stored.spans(mission))
    times = (whole["start_ns"], whole["end_ns"], whole["cost_usd"], whole["agents"], whole["status"])
    return [whole[field] for field in _SAME if field != "name"], times, [tuple(item) for item in spans]


def test_case_78_all_120_orders_of_five_spans_give_the_same_mission(door: Sender, stored: Reader, mission: str):
    names = []
    for number, order in enumerate(itertools.permutations(range(5))):
        name = f"{mission}-{number:03d}"
        spans = _five_spans(f"{number:03d}{mission[-6:]}")
        for index in order:
            encoding = PROTOBUF if (number + index) % 2 else JSON
            answer = door.post(encode(traces([spans[index]], mission=name), encoding), encoding)
            assert (answer.status, answer.rejected) == (200, 0)
        names.append(name)
    pictures = [_picture(stored, name) for name in names]
    assert pictures[0][0] == [5, 1, 2, 1, 2000, 20] or pictures[0][0][0] == 5
    different = [name for name, picture in zip(names, pictures, strict=True) if picture != pictures[0]]
    assert different == []


def _many(door: Sender, mission: str, count: int, *, chain: bool = False, fan: int = 0) -> str:
    """Send `count` spans of one trace in requests of 5,000 (protobuf); gives the trace id.

    A tree of ten children each, or a chain, or a tree whose root has `fan` children more.
    """
    trace, now = new_trace_id(), time.time_ns()
    for begin in range(0, count, 5000):
        request = ExportTraceServiceRequest.FromString(encode(traces([], mission=mission), PROTOBUF))
        request.resource_spans[0].scope_spans[0].spans.extend(
            WireSpan(
                trace_id=bytes.fromhex(trace),
                span_id=bytes.fromhex(f"{number + 1:016x}"),
                parent_span_id=bytes.fromhex(_parent(number, chain, fan)),
                name=f"s{number}",
                kind=WireSpan.SPAN_KIND_INTERNAL,
                start_time_unix_nano=now + number,
                end_time_unix_nano=now + 2 * count - number,
            )
            for number in range(begin, min(begin + 5000, count))
        )
        answer = door.post(request.SerializeToString(), PROTOBUF)
        assert (answer.status, answer.rejected) == (200, 0)
    return trace


def _parent(number: int, chain: bool, fan: int) -> str:
    if number == 0:
        return ""
    above = number - 1 if chain else 0 if number <= fan else (number - 1) // 10
    return f"{above + 1:016x}"


def _first_page_s(stored: Reader, mission: str) -> float:
    page = stored.read(f"/api/v1/missions/{mission}/spans/", limit=100)
    assert len(page["results"]) == 100
    assert page["next"]
    return quickest_s(lambda: stored.read(f"/api/v1/missions/{mission}/spans/", limit=100))


def _page_s(stored: Reader, mission: str) -> float:
    assert stored.get(f"/missions/{mission}/").status_code in {200, 302, 403}
    return quickest_s(lambda: stored.get(f"/missions/{mission}/"))


def test_case_79_a_large_trace_is_complete_and_paged(door: Sender, stored: Reader, mission: str):
    _many(door, mission, 10_008)
    assert _first_page_s(stored, mission) < 2.0
    assert stored.settled(mission, lambda seen: seen["span_count"] == 10_008)["span_count"] == 10_008
    assert _page_s(stored, mission) < 2.0
    assert len({item["span_id"] for item in stored.spans(mission)}) == 10_008


def test_case_79_81_a_hundred_thousand_spans_half_of_them_of_one_parent_are_paged(
    door: Sender, stored: Reader, mission: str
):
    _many(door, mission, 100_000, fan=50_000)
    assert _first_page_s(stored, mission) < 2.0
    whole = stored.settled(mission, lambda seen: seen["span_count"] == 100_000, within_s=LARGE_S)
    assert whole["span_count"] == 100_000
    assert _page_s(stored, mission) < 2.0
    pages = itertools.islice(stored.pages(f"/api/v1/missions/{mission}/spans/", limit=1000), 3)
    assert len({item["span_id"] for page in pages for item in page}) == 3000


def test_case_80_a_chain_ten_thousand_deep_is_no_trouble(door: Sender, stored: Reader, mission: str):
    _many(door, mission, 10_000, chain=True)
    assert stored.settled(mission, lambda seen: seen["span_count"] == 10_000)["span_count"] == 10_000
    assert _first_page_s(stored, mission) < 2.0
    assert stored.get(f"/api/v1/missions/{mission}/critical-path/").status_code == 200
    assert len(json.dumps(stored.read(f"/api/v1/missions/{mission}/graph/"))) > 10
