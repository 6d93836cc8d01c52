"""What only OTLP/JSON can do wrong. Numbers in brackets: cases of the reliability catalogue."""

import base64
import json
import math
import time

import pytest

from telemetry.decode import decode
from telemetry.decode.errors import MalformedBody
from tests.telemetry.decode.making import NOW, SPAN_ID, START, TRACE_ID, attribute, log, logs, span, traces


def read(body, signal="traces"):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return decode(signal, "json", data, now=NOW)


def refusal(**fields):
    """Of a span with `fields` between two good ones, which are kept."""
    result = read(traces(span(), span(**fields), span(spanId="00000000000000aa")))
    assert [len(result.spans), len(result.refused)] == [2, 1]
    return result.refused[0]


def one_span(**fields):
    result = read(traces(span(**fields)))
    assert result.refused == []
    return result.spans[0]


@pytest.mark.parametrize("body", [b"[]", b"null", b'"x"', b"1", b"true", b"", b" "])
def test_a_body_that_is_no_object_is_malformed(body):
    """[12]"""
    with pytest.raises(MalformedBody) as caught:
        read(body)
    assert caught.value.status == 400


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"5b8e',
        b'{"resourceSpans":[]} x',
        b"{'resourceSpans':[]}",
        b'{"resourceSpans":[NaN]}',
        b'{"resourceSpans":[Infinity]}',
        b'{"resourceSpans":{}}',
        b'{"resourceSpans":[1]}',
        b'{"resourceSpans":[{"scopeSpans":1}]}',
        b'{"resourceSpans":[{"scopeSpans":["x"]}]}',
        b'{"resourceSpans":[{"scopeSpans":[{"spans":{}}]}]}',
    ],
)
def test_structural_damage_is_malformed(body):
    """[13]"""
    with pytest.raises(MalformedBody):
        read(body)


@pytest.mark.parametrize("body", [b"\xff", b'{"resourceSpans":[{"schemaUrl":"\xff"}]}', '{"a":1}'.encode("utf-16")])
def test_a_body_that_is_not_utf_8_is_malformed(body):
    """[57, 58]"""
    with pytest.raises(MalformedBody):
        read(body)


def test_bytes_that_are_not_utf_8_in_a_text_make_the_body_malformed():
    """[57]"""
    body = json.dumps(traces(span(name="NAME"))).encode().replace(b"NAME", b"\xc3\x28")
    with pytest.raises(MalformedBody, match="UTF-8"):
        read(body)


def test_a_byte_order_mark_is_ignored():
    """[58]"""
    assert len(read(b"\xef\xbb\xbf" + json.dumps(traces(span())).encode()).spans) == 1


@pytest.mark.parametrize("prefix", [b"", b'{"resourceSpans":', b'{"other":'])
def test_absurd_nesting_is_malformed_and_nothing_worse(prefix):
    """[47]"""
    with pytest.raises(MalformedBody):
        read(prefix + b"[" * 100_000 + b"]" * 100_000 + (b"}" if prefix else b""))


def test_unclosed_nesting_is_malformed():
    with pytest.raises(MalformedBody):
        read(b'{"resourceSpans":' + b"[" * 5_000)


@pytest.mark.parametrize("levels", [300, 1_000, 2_000])
@pytest.mark.parametrize(("kind", "opening"), [("arrayValue", ""), ("kvlistValue", '"key":"k","value":')])
def test_a_value_nested_beyond_the_parser_costs_its_span_only(levels, kind, opening):
    """[48]"""
    brackets = "{" if opening else ""
    before = f'{{"{kind}":{{"values":[{brackets}{opening}' * levels
    after = ("}" if opening else "") + "]}}"
    value = before + '{"stringValue":"\\"[{"}' + after * levels
    deep = json.dumps(span(attributes=[attribute("deep", stringValue="VALUE")]))
    deep = deep.replace('{"stringValue": "VALUE"}', value)
    good = json.dumps(span())
    result = read(f'{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{good},{deep},{good}]}}]}}]}}'.encode())
    assert (len(result.spans), [refused.reason for refused in result.refused]) == (2, ["nesting_too_deep"])


@pytest.mark.parametrize("tail", ['"' + '\\"' * 1_000_000, '"' * 1_000_001, '"a\\'])
def test_reading_a_deep_body_takes_linear_time(tail):
    """An unclosed text full of quotes behind 2,000 brackets."""
    begun = time.process_time()
    with pytest.raises(MalformedBody):
        read(b"[" * 2_000 + tail.encode())
    assert time.process_time() - begun < 2


def test_a_number_of_thousands_of_digits_is_malformed_and_nothing_worse():
    """[50]"""
    body = json.dumps(traces(span(kind=12345))).replace("12345", "9" * 5_000)
    with pytest.raises(MalformedBody, match="digits"):
        read(body.encode())


@pytest.mark.parametrize(
    "fields",
    [
        {"startTimeUnixNano": 10**400},
        {"startTimeUnixNano": "9" * 5_000},
        {"attributes": [attribute("k", intValue=10**400)]},
        {"attributes": [attribute("k", intValue="9" * 5_000)]},
        {"kind": 2**31},
        {"attributes": [attribute("k", doubleValue=10**400)]},
        {"kind": 10**400},
        {"flags": 2**32},
        {"flags": "-1"},
        {"droppedAttributesCount": 10**30},
        {"links": [{"traceId": TRACE_ID, "spanId": SPAN_ID, "flags": -1}]},
    ],
)
def test_a_number_out_of_range_costs_its_span_only(fields):
    refused = refusal(**fields)
    assert refused.reason in ("time_out_of_range", "number_out_of_range")
    assert len(refused.detail) < 200


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, str(2**63), str(-(2**63) - 1)])
def test_an_integer_value_beyond_64_bits_is_refused(value):
    """[53]"""
    assert refusal(attributes=[attribute("k", intValue=value)]).reason == "number_out_of_range"


@pytest.mark.parametrize("value", [START, str(START), float(START)])
def test_times_as_numbers_and_as_text_are_equal(value):
    """[25]"""
    assert one_span(startTimeUnixNano=value).start_ns == START


@pytest.mark.parametrize("value", ["1.5e18", "", "x", "-", "1_000", " 1", "+1", "٣", "0x10", 1.5, True, [], {}])
def test_a_time_in_another_form_is_refused_and_named(value):
    """[25]"""
    refused = refusal(startTimeUnixNano=value)
    assert refused.reason in ("integer_expected", "field_type")
    assert "startTimeUnixNano" in refused.detail


@pytest.mark.parametrize("value", ["-1", -1, 2**64, str(2**64)])
def test_a_time_before_1970_or_beyond_64_bits_is_refused(value):
    """[26]"""
    assert refusal(endTimeUnixNano=value).reason == "time_out_of_range"


def test_upper_case_ids_are_the_same_ids():
    """[20]"""
    upper, lower = one_span(traceId=TRACE_ID.upper(), spanId=SPAN_ID.upper()), one_span()
    assert (upper.trace_id, upper.span_id) == (lower.trace_id, lower.span_id)


@pytest.mark.parametrize("field", ["traceId", "spanId", "parentSpanId"])
def test_base64_ids_are_refused_with_a_word_about_hex(field):
    """[21]"""
    raw = bytes.fromhex(TRACE_ID if field == "traceId" else SPAN_ID)
    refused = refusal(**{field: base64.b64encode(raw).decode()})
    assert refused.reason == "hex_expected"
    assert "hex" in refused.detail
    assert "base64" in refused.detail


@pytest.mark.parametrize(
    "trace_id", ["g" * 32, TRACE_ID[:-1], TRACE_ID + "0", TRACE_ID[:-1] + " ", "5b 8e" + TRACE_ID[4:]]
)
def test_ids_that_are_not_exactly_hexadecimal_are_refused(trace_id):
    """[22]"""
    refused = refusal(traceId=trace_id)
    assert refused.reason in ("hex_expected", "trace_id_length")
    assert "traceId" in refused.detail


@pytest.mark.parametrize("kind", ["SPAN_KIND_SERVER", "2"])
def test_an_enum_as_text_is_refused_and_named(kind):
    """[18]"""
    refused = refusal(kind=kind)
    assert refused.detail.startswith("kind: expected int")
    refused = refusal(status={"code": "STATUS_CODE_ERROR"})
    assert refused.detail.startswith("status.code: expected int")
    assert "numbers" in refused.detail


def test_attributes_as_an_object_are_refused_and_named():
    """[30]"""
    assert refusal(attributes={"a": "b"}).detail.startswith("attributes: expected array, got object")
    assert refusal(attributes=[{"key": "a", "value": "b"}]).detail == "attributes[0].value: expected object, got str."


@pytest.mark.parametrize("record", [None, 1, "x", []])
def test_a_span_that_is_no_object_is_refused_alone(record):
    request = traces(span(), span())
    request["resourceSpans"][0]["scopeSpans"][0]["spans"].append(record)
    result = read(request)
    assert (len(result.spans), [refused.reason for refused in result.refused]) == (2, ["field_type"])


def test_a_resource_that_cannot_be_read_costs_its_spans_only():
    bad = traces(span(), span(), attributes={"service.name": "x"})["resourceSpans"]
    result = read({"resourceSpans": [*bad, *traces(span())["resourceSpans"]]})
    assert (len(result.spans), len(result.refused)) == (1, 2)
    assert result.refused[0].detail.startswith("resource.attributes: expected array")


def test_a_resource_with_a_bad_value_costs_its_spans_only():
    bad = traces(span(), attributes=[attribute("k", bytesValue="?")])["resourceSpans"]
    result = read({"resourceSpans": [*bad, *traces(span())["resourceSpans"]]})
    assert (len(result.spans), [refused.reason for refused in result.refused]) == (1, ["base64_expected"])


def test_a_scope_that_cannot_be_read_costs_its_spans_only():
    bad, good = traces(span())["resourceSpans"], traces(span())["resourceSpans"]
    bad[0]["scopeSpans"][0]["scope"] = "s"
    result = read({"resourceSpans": [*bad, *good]})
    assert (len(result.spans), [refused.detail for refused in result.refused]) == (
        1,
        ["scope: expected object, got str."],
    )


def test_unknown_fields_are_ignored_at_every_level():
    """[16]"""
    new = {"new": [{"x": 1e400}], "n\u0000": None}
    request = traces(
        span(
            **new,
            attributes=[{**attribute("k", stringValue="v", **new), **new}],
            events=[{"name": "e", **new}],
            links=[{"traceId": TRACE_ID, "spanId": SPAN_ID, **new}],
            status=new,
        ),
        **new,
    )
    request.update(new)
    request["resourceSpans"][0].update(new)
    request["resourceSpans"][0]["scopeSpans"][0].update(new)
    request["resourceSpans"][0]["scopeSpans"][0]["scope"].update(new)
    body = json.dumps(request).replace("Infinity", "1e30")
    result = read(body.encode())
    assert (result.spans[0].attributes, result.refused) == ({"k": "v"}, [])


def test_snake_case_fields_are_unknown_fields():
    """[17]"""
    snake = {"trace_id": TRACE_ID, "span_id": SPAN_ID, "name": "x"}
    request = {"resourceSpans": [{"scopeSpans": [{"spans": [span(), snake]}]}]}
    result = read(request)
    assert (len(result.spans), [refused.reason for refused in result.refused]) == (1, ["trace_id_length"])
    assert read({"resource_spans": [1]}).spans == []
    assert read(logs({"time_unix_nano": "1", "body": {"string_value": "x"}}), "logs").logs[0].body is None


def test_null_means_not_given():
    """[29]"""
    fields = dict.fromkeys(("parentSpanId", "attributes", "events", "links", "status", "traceState", "kind", "flags"))
    record = one_span(**fields)
    assert (record.parent_span_id, record.attributes, record.events, record.otel_kind) == (b"", {}, (), 0)
    attributes = [
        {"key": "a", "value": None},
        attribute("b", stringValue=None),
        attribute("c", stringValue=None, intValue=1),
        attribute("d", arrayValue={"values": None}),
        attribute("e", arrayValue={"values": [{"stringValue": None}]}),
    ]
    assert one_span(attributes=attributes).attributes == {"a": None, "b": None, "c": 1, "d": [], "e": [None]}
    assert read({"resourceSpans": [{"resource": None, "scopeSpans": [{"scope": None, "spans": None}]}]}).spans == []
    assert read(logs(log(body=None)), "logs").logs[0].body is None


@pytest.mark.parametrize(
    "value",
    [
        {"stringValue": "a", "intValue": "1"},
        {"intValue": "1", "stringValue": ""},
        {"boolValue": False, "doubleValue": 0.0},
        {"arrayValue": {}, "kvlistValue": {}},
        {"kvlistValue": {}, "bytesValue": ""},
    ],
)
def test_a_value_of_two_types_is_refused(value):
    """[29]"""
    refused = refusal(attributes=[{"key": "k", "value": value}])
    assert refused.reason == "any_value_ambiguous"


@pytest.mark.parametrize(
    ("value", "expected"),
    [("NaN", math.nan), ("Infinity", math.inf), ("-Infinity", -math.inf), ("1.5", 1.5), (2, 2.0), (5.0, 5.0)],
)
def test_doubles_come_as_numbers_or_text(value, expected):
    """[52]"""
    kept = one_span(attributes=[attribute("k", doubleValue=value)]).attributes["k"]
    assert isinstance(kept, float)
    assert kept == expected or (math.isnan(kept) and math.isnan(expected))


@pytest.mark.parametrize("value", ["nan", "inf", "1e999", "1_0", "", "x"])
def test_a_double_in_another_form_is_refused(value):
    assert refusal(attributes=[attribute("k", doubleValue=value)]).reason == "number_expected"


@pytest.mark.parametrize("number", ["1e400", "-1e400", "9" * 400])
def test_a_double_beyond_the_range_is_refused_alone(number):
    """[51]"""
    request = traces(span(), span(attributes=[attribute("k", doubleValue=12345.5)]), span(name="\ud800"))
    result = read(json.dumps(request).replace("12345.5", number).encode())
    assert (len(result.spans), len(result.refused)) == (2, 1)
    assert "doubleValue" in result.refused[0].detail


@pytest.mark.parametrize("value", ["AP8=", "AP8", "AP-_AA=="])
def test_bytes_come_as_base64_of_either_alphabet(value):
    expected = base64.urlsafe_b64decode(value.replace("+", "-").replace("/", "_") + "=" * (-len(value) % 4))
    assert one_span(attributes=[attribute("k", bytesValue=value)]).attributes["k"] == expected


def test_bytes_in_another_form_are_refused():
    assert refusal(attributes=[attribute("k", bytesValue="%%%")]).reason == "base64_expected"


@pytest.mark.parametrize("lone", ["\\ud800", "\\udc00", "\\ud83d\\ud83d", "\\ud800x"])
def test_a_lone_surrogate_is_replaced_and_costs_nothing_else(lone):
    """[56]"""
    body = json.dumps(traces(span(), span(name="NAME", attributes=[attribute("KEY", stringValue="VALUE")])))
    for word in ("NAME", "KEY", "VALUE"):
        body = body.replace(word, f"a{lone}b")
    result = read(body.encode())
    clean = "a" + "\ufffd" * lone.count("\\u") + ("x" if lone.endswith("x") else "") + "b"
    assert [record.name for record in result.spans] == ["work", clean]
    assert result.spans[1].attributes == {clean: clean}
    assert result.spans[0].repairs == ()
    assert {repair.reason for repair in result.spans[1].repairs} == {"lone_surrogate"}
    assert "surrogate" in result.notes[0]


def test_a_pair_of_surrogates_is_a_character():
    body = json.dumps(traces(span(name="\U0001f600"))).encode()
    assert b"\\ud83d" in body
    assert read(body).spans[0].name == "\U0001f600"


def test_a_text_with_a_lone_surrogate_and_one_bad_span_keep_the_rest():
    result = read(traces(span(name="\ud800"), span(kind="x"), span()))
    assert ([record.name for record in result.spans], len(result.refused)) == (["\ufffd", "work"], 1)
    assert result.refused[0].excerpt.isascii()


def test_text_encoded_as_surrogates_in_utf_8_is_malformed():
    body = json.dumps(traces(span(name="NAME"))).encode().replace(b"NAME", b"\xed\xa0\x80")
    with pytest.raises(MalformedBody):
        read(body)


def test_a_link_with_an_id_that_is_not_hexadecimal_is_dropped_and_named():
    record = one_span(links=[{"traceId": "ümlaut", "spanId": SPAN_ID}])
    assert record.links == ()
    assert record.repairs[0].reason == "link_id_invalid"
    assert record.repairs[0].old.startswith("\\xfcmlaut")


def test_logs_that_do_not_fit_are_refused_alone():
    result = read(logs(log(), log(severityNumber="INFO"), log(body="text")), "logs")
    assert len(result.logs) == 1
    assert [refused.detail.split(":")[0] for refused in result.refused] == ["severityNumber", "body"]
