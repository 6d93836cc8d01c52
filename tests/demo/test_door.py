"""Promises of the client's side of the door, against a tiny server on loopback."""

import pytest

from demo.door import Door, DoorClosed
from demo.records import Log, Scope, Service, Span
from tests.demo.recorder import Recorder

SERVICE = Service("tests", "1")
SPAN = Span(b"\1" * 16, b"\2" * 8, b"", "work", 1, SERVICE, Scope("tests", "1"), start_ns=5, end_ns=7)
LOG = Log(6, "INFO", "hello", SERVICE, b"\1" * 16, b"\2" * 8, {})


@pytest.fixture
def slept() -> list[float]:
    return []


def test_it_sends_spans_and_logs_with_the_key(recorder: Recorder, slept: list[float]):
    door = Door(recorder.url, "the-key", sleep=slept.append)
    door.post_spans([SPAN])
    door.post_logs([LOG])
    assert [request.path for request in recorder.requests] == ["/v1/traces", "/v1/logs"]
    assert {request.authorization for request in recorder.requests} == {"Bearer the-key"}
    assert [span.name for span in recorder.spans] == ["work"]
    assert [log.body.string_value for log in recorder.logs] == ["hello"]
    assert slept == []


def test_it_waits_as_long_as_the_server_asks_and_then_repeats_the_same_bytes(recorder: Recorder, slept: list[float]):
    recorder.answers += [(503, {"Retry-After": "3"}), (429, {"Retry-After": "7"})]
    Door(recorder.url, "k", sleep=slept.append).post_spans([SPAN])
    assert slept == [3.0, 7.0]
    assert len({request.body for request in recorder.requests}) == 1
    assert len(recorder.spans) == 1


def test_it_backs_off_by_itself_when_the_server_names_no_time(recorder: Recorder, slept: list[float]):
    recorder.answers += [(503, {}), (502, {}), (504, {})]
    Door(recorder.url, "k", sleep=slept.append).post_spans([SPAN])
    assert slept == sorted(slept)
    assert len(slept) == 3
    assert 0 < slept[0] < slept[-1] <= 5


@pytest.mark.parametrize("status", [400, 401, 413, 500])
def test_it_does_not_repeat_what_can_never_be_taken(recorder: Recorder, slept: list[float], status: int):
    recorder.answers.append((status, {}))
    with pytest.raises(DoorClosed, match=str(status)):
        Door(recorder.url, "k", sleep=slept.append).post_spans([SPAN])
    assert len(recorder.requests) == 1


def test_it_gives_up_after_some_attempts_and_never_names_the_key(slept: list[float]):
    with pytest.raises(DoorClosed) as caught:
        Door("http://127.0.0.1:9", "very-secret", sleep=slept.append).post_spans([SPAN])
    assert "very-secret" not in str(caught.value)
    assert 3 <= len(slept) <= 10


def test_a_refused_record_is_an_error(recorder: Recorder, slept: list[float]):
    recorder.rejected_spans = 1
    with pytest.raises(DoorClosed, match="1 records were refused"):
        Door(recorder.url, "k", sleep=slept.append).post_spans([SPAN])


def test_nothing_to_send_is_no_request(recorder: Recorder):
    Door(recorder.url, "k").post_spans([])
    Door(recorder.url, "k").post_logs([])
    assert recorder.requests == []
