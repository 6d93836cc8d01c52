"""Whatever a request holds, both encodings and every way through the decoder give the same records."""

import json

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from telemetry.decode import decode
from tests.telemetry.decode.making import NOW, START, encode_protobuf

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(["", " ", "\0", "a\0b", "é"])
numbers = st.integers(-(2**63), 2**63 - 1).map(str)
values = st.recursive(
    st.one_of(
        st.fixed_dictionaries({"stringValue": texts}),
        st.fixed_dictionaries({"intValue": numbers}),
        st.fixed_dictionaries({"boolValue": st.booleans()}),
        st.fixed_dictionaries({"doubleValue": st.floats(allow_nan=False, allow_infinity=False)}),
        st.fixed_dictionaries({"doubleValue": st.sampled_from(["Infinity", "-Infinity"])}),
        st.fixed_dictionaries({"bytesValue": st.sampled_from(["", "AP8=", "AAAA"])}),
        st.just({}),
    ),
    lambda inner: st.one_of(
        st.builds(lambda items: {"arrayValue": {"values": items}}, st.lists(inner, max_size=3)),
        st.builds(
            lambda items: {"kvlistValue": {"values": [{"key": k, "value": v} for k, v in items]}},
            st.lists(st.tuples(texts, inner), max_size=3),
        ),
    ),
    max_leaves=6,
)
attributes = st.lists(st.fixed_dictionaries({"key": texts, "value": values}), max_size=4)
ids = st.sampled_from(["", "00", "ab", "00" * 8, "ab" * 8, "cd" * 8, "00" * 16, "ab" * 16, "cd" * 16])
times = st.one_of(
    st.sampled_from([0, 1, START, NOW, 2**63 - 1, 2**63, 2**64 - 1]), st.integers(START, NOW + 10**13)
).map(str)
counts = st.integers(0, 2**32 - 1)
dropped = {"droppedAttributesCount": counts}
events = st.fixed_dictionaries({"timeUnixNano": times, "name": texts, "attributes": attributes}, optional=dropped)
links = st.fixed_dictionaries(
    {"traceId": ids, "spanId": ids},
    optional={"traceState": texts, "attributes": attributes, "flags": counts, **dropped},
)
spans = st.fixed_dictionaries(
    {
        "traceId": st.sampled_from(["ab" * 16, "ab" * 16, "cd" * 16, "", "00" * 16]),
        "spanId": st.sampled_from(["ab" * 8, "ab" * 8, "cd" * 8, "abcd"]),
        "name": texts,
        "attributes": attributes,
    },
    optional={
        "parentSpanId": ids,
        "kind": st.integers(-1, 9),
        "startTimeUnixNano": times,
        "endTimeUnixNano": times,
        "status": st.fixed_dictionaries({}, optional={"code": st.integers(0, 4), "message": texts}),
        "events": st.lists(events, max_size=2),
        "links": st.lists(links, max_size=2),
        "traceState": texts,
        "flags": counts,
        **dropped,
        "droppedEventsCount": counts,
        "droppedLinksCount": counts,
    },
)
log_records = st.fixed_dictionaries(
    {},
    optional={
        "timeUnixNano": times,
        "observedTimeUnixNano": times,
        "severityNumber": st.integers(-1, 30),
        "severityText": texts,
        "body": values,
        "attributes": attributes,
        "traceId": ids,
        "spanId": ids,
        "eventName": texts,
        "flags": counts,
        **dropped,
    },
)
scopes = st.fixed_dictionaries({}, optional={"name": texts, "version": texts, "attributes": attributes})
resources = st.fixed_dictionaries({}, optional={"attributes": attributes, **dropped})


def groups(scope_key, record_key, records):
    scope = st.fixed_dictionaries(
        {record_key: st.lists(records, max_size=3)}, optional={"scope": scopes, "schemaUrl": texts}
    )
    return st.lists(
        st.fixed_dictionaries(
            {scope_key: st.lists(scope, max_size=2)}, optional={"resource": resources, "schemaUrl": texts}
        ),
        max_size=2,
    )


def check_all_ways_agree(signal, request):
    body = json.dumps(request)
    of_json = decode(signal, "json", body.encode(), now=NOW)
    ways = {
        "protobuf": decode(signal, "protobuf", encode_protobuf(request), now=NOW),
        "with care": decode(signal, "json", f'{body[:-1]},"x":"\\u0000"}}'.encode(), now=NOW),
        "record by record": decode(signal, "json", f'{body[:-1]},"x":"\\ud800"}}'.encode(), now=NOW),
    }
    sent = sum(
        len(scope.get("spans", scope.get("logRecords", [])))
        for group in request[next(iter(request))]
        for scope in group.get("scopeSpans", group.get("scopeLogs", []))
    )
    assert len(of_json.spans) + len(of_json.logs) + len(of_json.refused) == sent
    for way, other in ways.items():
        assert (of_json.spans, of_json.logs, of_json.notes) == (other.spans, other.logs, other.notes), way
        assert [it.reason for it in of_json.refused] == [it.reason for it in other.refused], way
    for record in (*of_json.spans, *of_json.logs):
        assert b"\\u0000" not in msgspec.json.encode(msgspec.structs.replace(record, repairs=()))


@settings(max_examples=60, deadline=None)
@given(groups("scopeSpans", "spans", spans))
def test_spans_are_the_same_whichever_way_they_come(resource_spans):
    check_all_ways_agree("traces", {"resourceSpans": resource_spans})


@settings(max_examples=60, deadline=None)
@given(groups("scopeLogs", "logRecords", log_records))
def test_log_records_are_the_same_whichever_way_they_come(resource_logs):
    check_all_ways_agree("logs", {"resourceLogs": resource_logs})
