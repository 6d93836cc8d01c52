"""Cases 1 to 14: what the door answers to whole requests, good and bad."""

import gzip
import json
import secrets

import pytest

from tests.blackbox.client import Reader, Sender
from tests.blackbox.wire import JSON, PROTOBUF, encode, log, logs, span, traces

EXAMPLE_TRACE, EXAMPLE_SPAN = "5b8efff798038103d269b633813fc60c", "eee19b7ec3c1b174"


def test_case_01_02_otlps_own_trace_is_taken_and_keeps_its_ids(
    door: Sender, stored: Reader, otlp_examples, encoding: str
):
    answer = door.send(otlp_examples("trace"), encoding)
    assert (answer.status, answer.content_type, answer.has_partial_success) == (200, encoding, False)
    assert answer.body == (b"{}" if encoding == JSON else b"")
    found = stored.read(f"/api/v1/missions/{EXAMPLE_TRACE}/spans/{EXAMPLE_TRACE}/{EXAMPLE_SPAN}/")
    assert (found["trace_id"], found["span_id"], found["name"]) == (EXAMPLE_TRACE, EXAMPLE_SPAN, "I'm a server span")
    assert found["parent_span_id"] == "eee19b7ec3c1b173"


def test_case_01_02_otlps_own_logs_are_taken_and_find_their_span(
    door: Sender, stored: Reader, otlp_examples, encoding: str
):
    answer = door.send(otlp_examples("logs"), encoding, "logs")
    assert (answer.status, answer.content_type, answer.has_partial_success) == (200, encoding, False)
    found = [item for item in stored.logs(EXAMPLE_TRACE) if item["body"] == "Example log record"]
    assert [(item["trace_id"], item["span_id"], item["severity_number"]) for item in found] == [
        (EXAMPLE_TRACE, EXAMPLE_SPAN, 10)
    ]


def test_case_01_a_signal_without_a_door_is_refused_for_good(door: Sender, otlp_examples):
    answer = door.post(json.dumps(otlp_examples("metrics")).encode(), JSON, "metrics")
    assert answer.status in {200, 404}
    assert answer.status == 200 or answer.message


def test_case_03_gzip_is_read(door: Sender, stored: Reader, encoding: str, mission: str):
    sent = [span(), span()]
    body = gzip.compress(encode(traces(sent, mission=mission), encoding))
    assert door.post(body, encoding, Content_Encoding="gzip").status == 200
    assert len(stored.spans(mission)) == 2


def test_case_04_a_body_that_is_not_the_gzip_it_claims_is_400(door: Sender, encoding: str):
    answer = door.post(encode(traces([span()]), encoding), encoding, Content_Encoding="gzip")
    assert (answer.status, answer.content_type) == (400, encoding)
    assert answer.message


@pytest.mark.parametrize("damage", ["cut short", "trailing bytes", "damaged checksum"])
def test_case_05_broken_gzip_is_400(door: Sender, stored: Reader, encoding: str, mission: str, damage: str):
    whole = gzip.compress(encode(traces([span()], mission=mission), encoding))
    broken = {
        "cut short": whole[: len(whole) // 2],
        "trailing bytes": whole + b"\x01\x02not gzip",
        "damaged checksum": whole[:-8] + bytes(4) + whole[-4:],
    }[damage]
    answer = door.post(broken, encoding, Content_Encoding="gzip")
    assert answer.status == 400
    assert answer.message
    assert stored.get(f"/api/v1/missions/{mission}/").status_code == 404


def test_case_06_gzip_of_several_members_is_read_to_its_end(door: Sender, stored: Reader, encoding: str, mission: str):
    body = encode(traces([span(), span(), span()], mission=mission), encoding)
    third = len(body) // 3
    parts = [body[:third], body[third : 2 * third], body[2 * third :]]
    assert door.post(b"".join(map(gzip.compress, parts)), encoding, Content_Encoding="gzip").status == 200
    assert len(stored.spans(mission)) == 3


@pytest.mark.parametrize("name", ["br", "compress", "x-unheard-of", "gzip, br"])
def test_case_07_an_unknown_content_encoding_is_never_read_as_plain(
    door: Sender, stored: Reader, mission: str, name: str
):
    answer = door.post(encode(traces([span()], mission=mission), JSON), JSON, Content_Encoding=name)
    assert answer.status in {400, 415}
    assert answer.message
    assert stored.get(f"/api/v1/missions/{mission}/").status_code == 404


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/xml", ""])
def test_case_08_another_content_type_is_415(door: Sender, content_type: str | None):
    assert door.post(encode(traces([span()]), JSON), content_type).status == 415


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "Application/JSON", "application/json;charset=UTF-8"]
)
def test_case_09_a_charset_beside_the_content_type_is_fine(door: Sender, content_type: str):
    assert door.post(encode(traces([span()]), JSON), content_type).status == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("signal", ["traces", "logs"])
def test_case_10_only_post_is_answered(door: Sender, method: str, signal: str):
    answer = door.post(b"{}", JSON, signal, method=method)
    assert answer.status == 405
    assert "POST" in answer.headers["allow"]


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (PROTOBUF, b""),
        (JSON, b"{}"),
        (JSON, b'{"resourceSpans":[]}'),
        (JSON, b'{"resourceSpans":[{"resource":{},"scopeSpans":[{"scope":{},"spans":[]}]}]}'),
        (JSON, b'{"resourceSpans":[{}]}'),
    ],
)
def test_case_11_an_empty_request_succeeds(door: Sender, content_type: str, body: bytes):
    answer = door.post(body, content_type)
    assert (answer.status, answer.content_type, answer.has_partial_success) == (200, content_type, False)


@pytest.mark.parametrize("body", [b"[]", b"null", b'"x"', b"1", b"true", b""])
@pytest.mark.parametrize("signal", ["traces", "logs"])
def test_case_12_json_that_is_no_object_is_400(door: Sender, body: bytes, signal: str):
    answer = door.post(body, JSON, signal)
    assert (answer.status, answer.content_type) == (400, JSON)
    assert answer.message


@pytest.mark.parametrize("signal", ["traces", "logs"])
@pytest.mark.parametrize("body", [b"{", b'{"resourceSpans":[}', b"{'resourceSpans':[]}", b'{"a":1,}', b"{}{}", b"{} x"])
def test_case_13_malformed_json_is_400_with_a_status_in_json(door: Sender, body: bytes, signal: str):
    answer = door.post(body, JSON, signal)
    assert (answer.status, answer.content_type) == (400, JSON)
    assert answer.message


def test_case_13_truncated_json_is_400_and_stores_nothing(door: Sender, stored: Reader, mission: str):
    body = encode(traces([span(), span()], mission=mission), JSON)
    for share in (0.3, 0.6, 0.99):
        assert door.post(body[: int(len(body) * share)], JSON).status == 400
    assert stored.get(f"/api/v1/missions/{mission}/").status_code == 404


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("signal", ["traces", "logs"])
def test_case_14_random_bytes_are_400_with_a_status_in_protobuf(door: Sender, seed: int, signal: str):
    body = b"\xff" + secrets.token_bytes(300 + seed)
    answer = door.post(body, PROTOBUF, signal)
    assert (answer.status, answer.content_type) == (400, PROTOBUF)
    assert answer.message


def test_case_14_a_truncated_protobuf_is_400(door: Sender, stored: Reader, mission: str):
    body = encode(logs([log(), log()], mission=mission), PROTOBUF, "logs")
    assert door.post(body[:-3], PROTOBUF, "logs").status == 400
    assert stored.get(f"/api/v1/missions/{mission}/").status_code == 404
