"""What becomes of texts, values and too much of them, the same in both encodings.

Numbers in brackets: cases of the reliability catalogue.
"""

import base64
import math

import pytest

from core.limits import MAX_ATTRIBUTES, MAX_EVENTS, MAX_LINKS, MAX_REPAIRS, MAX_VALUE_BYTES
from tests.telemetry.decode.making import SPAN_ID, attribute, span, traces
from tests.telemetry.decode.reading import decoded, one_log, one_span, reasons, refusal


def nested(levels, kind):
    value = {"stringValue": "bottom"}
    for _ in range(levels):
        if kind == "arrayValue":
            value = {kind: {"values": [value]}}
        else:
            value = {kind: {"values": [{"key": "k", "value": value}]}}
    return {"key": "deep", "value": value}


def test_each_type_of_value_is_kept(encoding):
    """[29, 52, 53]"""
    record = one_span(
        encoding,
        attributes=[
            attribute("text", stringValue="x"),
            attribute("empty", stringValue=""),
            attribute("yes", boolValue=True),
            attribute("no", boolValue=False),
            attribute("most", intValue=str(2**63 - 1)),
            attribute("least", intValue=str(-(2**63))),
            attribute("zero", intValue="0"),
            attribute("half", doubleValue=0.5),
            attribute("minus", doubleValue=-0.0),
            attribute("infinite", doubleValue="-Infinity"),
            attribute("bytes", bytesValue="AP8="),
            attribute("list", arrayValue={"values": [{"intValue": "1"}, {"stringValue": "b"}, {}]}),
            attribute("none in list", arrayValue={}),
            attribute("map", kvlistValue={"values": [attribute("k", intValue="1"), attribute("k", intValue="2")]}),
            attribute("nothing"),
            {"key": "no value"},
        ],
    )
    values = record.attributes
    assert math.copysign(1, values.pop("minus")) == -1
    assert values == {
        "text": "x",
        "empty": "",
        "yes": True,
        "no": False,
        "most": 2**63 - 1,
        "least": -(2**63),
        "zero": 0,
        "half": 0.5,
        "infinite": -math.inf,
        "bytes": b"\0\xff",
        "list": [1, "b", None],
        "none in list": [],
        "map": {"k": 2},
        "nothing": None,
        "no value": None,
    }
    assert values["yes"] is True
    assert (type(values["zero"]), type(values["half"])) == (int, float)
    assert record.repairs == ()
    assert math.isnan(one_span(encoding, attributes=[attribute("nan", doubleValue="NaN")]).attributes["nan"])


def test_the_last_of_equal_keys_wins(encoding):
    """[31]"""
    attributes = [attribute("k", stringValue="first"), attribute("k", intValue="2"), attribute("k", stringValue="last")]
    assert one_span(encoding, attributes=attributes).attributes == {"k": "last"}


def test_equal_attributes_of_two_spans_do_not_share_a_list(encoding):
    attributes = [attribute("k", arrayValue={"values": [{"stringValue": "a"}]})]
    first, second = decoded(traces(span(attributes=attributes), span(attributes=attributes)), encoding).spans
    assert first.attributes["k"] is not second.attributes["k"]


@pytest.mark.parametrize("key", ["__proto__", "constructor", "a.b", "", "$where", "'; DROP TABLE span", "k" * 10_000])
def test_keys_are_kept_literally(encoding, key):
    """[60, 84]"""
    attributes = [attribute(key, stringValue="v"), attribute("a", intValue="1")]
    record = one_span(encoding, attributes=attributes)
    assert (record.attributes, record.repairs) == ({key: "v", "a": 1}, ())


@pytest.mark.parametrize("name", ["n" * 10_000, "\u202eevil", "a\u200bb", "👩‍🚀", "Z̸̢̛a̶l̷g̵o̸", "a/../b%2e\n'\""])
def test_odd_names_are_kept(encoding, name):
    """[60, 83]"""
    record = one_span(encoding, name=name)
    assert (record.name, record.repairs) == (name, ())


@pytest.mark.parametrize("name", ["", " ", "\n\t", "\u2003"])
def test_a_blank_name_becomes_unknown(encoding, name):
    """[83]"""
    record = one_span(encoding, name=name)
    assert record.name == "(unknown)"
    assert reasons(record) == [("name", "name_empty")]
    assert one_span(encoding, events=[{"name": name}]).events[0].name == "(unknown)"


def test_nul_becomes_a_visible_mark_wherever_it_stands(encoding):
    """[54]"""
    record = one_span(
        encoding,
        name="a\0b",
        traceState="t\0",
        status={"message": "\0\0"},
        attributes=[
            attribute("k\0", stringValue="v"),
            attribute("text", stringValue="\0x\0"),
            attribute(
                "deep", arrayValue={"values": [{"kvlistValue": {"values": [attribute("i\0", stringValue="\0")]}}]}
            ),
        ],
        events=[{"name": "e\0", "attributes": [attribute("a", stringValue="\0")]}],
    )
    assert (record.name, record.trace_state, record.status_message) == ("a␀b", "t␀", "␀␀")
    assert record.attributes == {"k␀": "v", "text": "␀x␀", "deep": [{"i␀": "␀"}]}
    assert (record.events[0].name, record.events[0].attributes) == ("e␀", {"a": "␀"})
    assert {repair.reason for repair in record.repairs} == {"nul_character"}
    assert {repair.field for repair in record.repairs} == {
        "name",
        "trace_state",
        "status_message",
        "attributes key",
        "attributes.text",
        "attributes.deep",
        "attributes.deep key",
        "events[0].name",
        "events[0].attributes.a",
    }
    assert next(repair.old for repair in record.repairs if repair.field == "attributes.text") == "2 × U+0000"


def test_one_text_with_nul_leaves_the_other_spans_untouched(encoding):
    result = decoded(traces(span(), span(name="\0"), span(name="c")), encoding)
    assert [record.name for record in result.spans] == ["work", "␀", "c"]
    assert [len(record.repairs) for record in result.spans] == [0, 1, 0]


def test_nul_in_a_resource_is_told_on_each_of_its_records(encoding):
    request = traces(span(), span(), attributes=[attribute("service.name", stringValue="a\0")])
    for record in decoded(request, encoding).spans:
        assert record.resource.attributes == {"service.name": "a␀"}
        assert reasons(record) == [("resource.attributes.service.name", "nul_character")]


def test_nul_in_a_log_record_becomes_a_visible_mark(encoding):
    record = one_log(
        encoding,
        body={"kvlistValue": {"values": [attribute("k", stringValue="\0")]}},
        severityText="I\0",
        eventName="e\0",
    )
    assert (record.body, record.severity_text, record.event_name) == ({"k": "␀"}, "I␀", "e␀")
    assert len(record.repairs) == 3


def test_the_six_characters_that_mean_nul_in_json_are_only_text(encoding):
    """[55]"""
    record = one_span(encoding, attributes=[attribute("k", stringValue=r"\u0000")])
    assert (record.attributes["k"], record.repairs) == (r"\u0000", ())


@pytest.mark.parametrize("kind", ["arrayValue", "kvlistValue"])
@pytest.mark.parametrize("levels", [1, 31, 32, 45])
def test_values_nested_up_to_the_limit_are_kept(encoding, kind, levels):
    """[48]"""
    value = one_span(encoding, attributes=[nested(levels, kind)]).attributes["deep"]
    assert one_log(encoding, body=nested(levels, kind)["value"]).body == value
    for _ in range(levels):
        value = value[0] if kind == "arrayValue" else value["k"]
    assert value == "bottom"


@pytest.mark.parametrize("kind", ["arrayValue", "kvlistValue"])
@pytest.mark.parametrize("levels", [46, 48, 100])
def test_values_nested_deeper_are_refused_alone(encoding, kind, levels):
    """[48]"""
    refused = refusal(encoding, attributes=[nested(levels, kind)])
    assert refused.reason == "nesting_too_deep"
    assert "45" in refused.detail


@pytest.mark.parametrize("levels", [1, MAX_ATTRIBUTES])
def test_attributes_up_to_the_limit_are_kept(encoding, levels):
    record = one_span(encoding, attributes=[attribute(f"k{index}", intValue=str(index)) for index in range(levels)])
    assert (len(record.attributes), record.repairs) == (levels, ())


def test_attributes_events_and_links_beyond_the_limit_are_dropped_and_counted(encoding):
    """[82]"""
    attributes = [attribute(f"k{index}", intValue=str(index)) for index in range(10_000)]
    links = [{"traceId": f"{index + 1:032x}", "spanId": SPAN_ID} for index in range(MAX_LINKS + 1)]
    request = traces(
        span(
            attributes=attributes,
            droppedAttributesCount=5,
            events=[{"name": "e", "attributes": attributes[: MAX_ATTRIBUTES + 2]}] + [{"name": "e"}] * 9_999,
            links=links,
        )
    )
    result = decoded(request, encoding)
    record = result.spans[0]
    assert list(record.attributes) == [f"k{index}" for index in range(MAX_ATTRIBUTES)]
    assert record.dropped_attributes_count == 10_000 - MAX_ATTRIBUTES + 5
    assert (len(record.events), record.dropped_events_count) == (MAX_EVENTS, 10_000 - MAX_EVENTS)
    assert (len(record.links), record.dropped_links_count) == (MAX_LINKS, 1)
    assert record.events[0].dropped_attributes_count == 2
    assert {reason for _, reason in reasons(record)} == {"attributes_dropped", "events_dropped", "links_dropped"}
    assert len(result.notes) == 3
    assert "1000" in result.notes[0]


def test_a_repeated_key_beyond_the_limit_still_wins(encoding):
    attributes = [attribute(f"k{index}", intValue="1") for index in range(MAX_ATTRIBUTES + 1)]
    record = one_span(encoding, attributes=[*attributes, attribute("k0", intValue="2")])
    assert (record.attributes["k0"], record.dropped_attributes_count) == (2, 1)


def test_a_value_of_ten_megabytes_is_whole_and_one_over_the_limit_is_cut(encoding):
    """[59]"""
    attributes = [attribute("long", stringValue="é" * 5_000_000), attribute("over", stringValue="x" * 17_000_000)]
    result = decoded(traces(span(attributes=attributes)), encoding)
    record = result.spans[0]
    assert record.attributes["long"] == "é" * 5_000_000
    cut = record.attributes["over"]
    assert cut.startswith("x" * MAX_VALUE_BYTES)
    assert cut.endswith("[cut: 17000000 bytes in all]")
    assert len(cut) < MAX_VALUE_BYTES + 100
    assert reasons(record) == [("attributes.over", "value_cut")]
    assert record.repairs[0].old == "17000000 bytes"
    assert "cut" in result.notes[0]


def test_bytes_over_the_limit_are_cut(encoding):
    attributes = [attribute("k", bytesValue=base64.b64encode(b"x" * (MAX_VALUE_BYTES + 1)).decode())]
    record = one_span(encoding, attributes=attributes)
    assert record.attributes["k"] == b"x" * MAX_VALUE_BYTES
    assert reasons(record) == [("attributes.k", "value_cut")]


def test_attributes_of_a_resource_and_a_scope_have_the_same_limit(encoding):
    many = [attribute(f"k{index}", intValue="1") for index in range(MAX_ATTRIBUTES + 3)]
    request = traces(span(), attributes=many, droppedAttributesCount=1)
    request["resourceSpans"][0]["scopeSpans"][0]["scope"]["attributes"] = many
    record = decoded(request, encoding).spans[0]
    assert (len(record.resource.attributes), record.resource.dropped_attributes_count) == (MAX_ATTRIBUTES, 4)
    assert len(record.scope.attributes) == MAX_ATTRIBUTES
    assert reasons(record) == [
        ("resource.attributes", "attributes_dropped"),
        ("scope.attributes", "attributes_dropped"),
    ]


def test_a_record_lists_no_more_repairs_than_the_limit(encoding):
    attributes = [attribute(f"k{index}", stringValue="\0") for index in range(500)]
    repairs = one_span(encoding, attributes=attributes).repairs
    assert len(repairs) == MAX_REPAIRS
    assert (repairs[-1].reason, repairs[-1].old) == ("more_repairs", str(500 - MAX_REPAIRS + 1))
