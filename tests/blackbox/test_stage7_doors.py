"""stage7's objects through the real doors: ways to write them, answers record by record, limits, keys."""

import gzip
import json
import secrets
import threading
import zlib
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from core.limits import MAX_ANSWERED_REFUSALS
from tests.blackbox.client import Reader
from tests.blackbox.conftest import SMALL_LIMIT, SMALL_PATIENCE_S
from tests.blackbox.json_doors import NDJSON, JsonSender
from tests.blackbox.wire import JSON
from tests.servers import Server

PATHS = [f"/api/v1/stage7/{name}" for name in ("storeData", "statistics", "brain", "plugins", "messages")]


@pytest.fixture(params=PATHS)
def sender(server: Server, request: pytest.FixtureRequest) -> Iterator[JsonSender]:
    made = JsonSender(server.url, server.key, request.param)
    yield made
    made.close()


@pytest.fixture
def messages(server: Server) -> Iterator[JsonSender]:
    made = JsonSender(server.url, server.key, "/api/v1/stage7/messages")
    yield made
    made.close()


def say(mission: str, text: str) -> dict[str, Any]:
    return {"type": "say", "content": {"message": text, "missionId": mission}, "timestamp": "2026-01-02T03:04:05.678Z"}


def count(stored: Reader, mission: str) -> int:
    """Records of the mission, of whatever kind its door makes of an object."""
    return len(stored.logs(mission)) + len(stored.spans(mission))


def bodies(stored: Reader, mission: str) -> list[str]:
    return [json.dumps(entry["body"]) for entry in stored.logs(mission)]


def test_an_object_is_stored_when_its_answer_comes(messages: JsonSender, stored: Reader, mission: str):
    assert messages.send(say(mission, "hello one")) == {"accepted": 1, "rejected": []}
    (entry,) = stored.logs(mission)
    assert entry["event_name"].startswith("stage7.")
    assert entry["time_ns"] == "1767323045678000000"
    assert "hello one" in json.dumps(entry)


def test_a_slash_behind_the_door_is_tolerated(messages: JsonSender, stored: Reader, mission: str):
    messages.path += "/"
    messages.send(say(mission, "slash"))
    assert len(stored.logs(mission)) == 1


@pytest.mark.parametrize("way", ["array", "records", "lines", "lines said to be JSON", "gzip", "deflate"])
def test_every_way_to_send_several_gives_the_same(messages: JsonSender, stored: Reader, mission: str, way: str):
    values = [say(mission, f"text {number}") for number in range(3)]
    array, lines = json.dumps(values).encode(), "\n".join(map(json.dumps, values)).encode()
    answer = {
        "array": lambda: messages.post(array),
        "records": lambda: messages.post(json.dumps({"records": values}).encode()),
        "lines": lambda: messages.post(lines, NDJSON),
        "lines said to be JSON": lambda: messages.post(lines, f"{JSON}; charset=utf-8"),
        "gzip": lambda: messages.post(gzip.compress(lines), "application/jsonl", Content_Encoding="gzip"),
        "deflate": lambda: messages.post(zlib.compress(array), Content_Encoding="deflate"),
    }[way]()
    assert (answer.status_code, answer.json()) == (200, {"accepted": 3, "rejected": []})
    texts = bodies(stored, mission)
    assert [sum(f"text {number}" in text for text in texts) for number in range(4)] == [1, 1, 1, 0]


def test_the_same_twice_is_stored_once_and_accepted_twice(messages: JsonSender, stored: Reader, mission: str):
    values = [say(mission, "again"), say(mission, "and again"), say(mission, "again")]
    assert messages.send(values)["accepted"] == 3
    assert messages.send(list(reversed(values)))["accepted"] == 3
    assert len(stored.logs(mission)) == 2


def test_one_bad_line_costs_no_other(messages: JsonSender, stored: Reader, mission: str):
    lines = [json.dumps(say(mission, "first")), '{"broken": ', "", "[1, 2]", json.dumps(say(mission, "last"))]
    answer = messages.post("\n".join(lines).encode(), NDJSON)
    assert answer.status_code == 200
    assert answer.json()["accepted"] == 2
    assert [(each["index"], each["reason"]) for each in answer.json()["rejected"]] == [
        (1, "not_json"),
        (2, "not_an_object"),
    ]
    assert len(stored.logs(mission)) == 2
    assert {"stage7_messages"} <= {each["door"] for each in stored.rejections()}


def test_all_refused_is_still_an_answer_and_each_becomes_a_rejection(messages: JsonSender, stored: Reader):
    marks = [f"mark-{secrets.token_hex(8)}" for _ in range(3)]
    answer = messages.send(marks)
    assert answer["accepted"] == 0
    assert [each["index"] for each in answer["rejected"]] == [0, 1, 2]
    excerpts = " ".join(each["excerpt"] for each in stored.rejections())
    assert all(mark in excerpts for mark in marks)


def test_an_answer_lists_only_so_many_and_tells_the_number(messages: JsonSender):
    answer = messages.send([0] * (MAX_ANSWERED_REFUSALS + 500))
    assert len(answer["rejected"]) == MAX_ANSWERED_REFUSALS
    assert answer["rejected_count"] == MAX_ANSWERED_REFUSALS + 500
    assert answer["accepted"] == 0


@pytest.mark.parametrize("body", [b"", b"nonsense", b"<html>", b'{"a": ', b"\xff\xfe", b'["a",\n"b"'])
def test_what_is_no_json_is_400(messages: JsonSender, body: bytes):
    answer = messages.post(body)
    assert answer.status_code == 400
    assert answer.json() == {"detail": answer.json()["detail"], "code": "malformed_body", "errors": []}


def test_broken_compression_and_other_types_are_refused(messages: JsonSender):
    assert messages.post(b"no gzip", Content_Encoding="gzip").status_code == 400
    assert messages.post(gzip.compress(b"{}")[:-4], Content_Encoding="gzip").json()["code"] == "malformed_body"
    assert messages.post(b"{}", Content_Encoding="compress").json()["code"] == "unsupported_encoding"
    answer = messages.post(b"{}", "application/x-protobuf")
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    assert "application/x-ndjson" in answer.json()["detail"]


def test_other_methods_and_paths_answer_in_rest_s_shape(server: Server, messages: JsonSender):
    put = messages.http.put(messages.path, content=b"{}")
    assert (put.status_code, put.headers["allow"], put.json()["code"]) == (405, "POST", "method_not_allowed")
    unknown = messages.http.post("/api/v1/stage7/nothing", json={})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
    assert "/api/v1/stage7/brain" in unknown.json()["detail"]
    read = messages.http.get("/api/v1/stage7/nothing")
    assert read.status_code in (404, 401)
    assert set(read.json()) == {"detail", "code", "errors"}


def test_without_a_key_or_with_a_wrong_one_nothing_gets_in(server: Server, sender: JsonSender):
    for headers in ({}, {"x-api-key": f"ms_{secrets.token_hex(16)}"}, {"Authorization": "Basic abc"}):
        answer = httpx.post(server.url + sender.path, json={}, headers=headers, trust_env=False)
        assert answer.status_code == 401
        assert answer.json()["code"] == "not_authenticated"
        assert answer.headers["www-authenticate"] == "Bearer"


def test_the_other_header_holds_the_key_too(server: Server, stored: Reader, mission: str):
    answer = httpx.post(
        server.url + PATHS[0], json=say(mission, "x"), headers={"x-api-key": server.key}, trust_env=False
    )
    assert answer.status_code == 200
    assert len(stored.logs(mission)) == 1


def test_secrets_are_taken_out_before_anything_is_stored(sender: JsonSender, stored: Reader, mission: str):
    word = f"plainword{secrets.token_hex(4)}"
    inputs = [
        ["__auth_token", {"inputName": "__auth_token", "value": word, "args": {"token": word}}],
        ["apiKey", {"inputName": "apiKey", "value": word}],
        ["headers", {"Authorization": f"Bearer {word}", "x": f"ws://host/?clientId=a&token={word}"}],
    ]
    item = say(mission, "secrets") | {"inputs": {"_type": "Map", "entries": inputs}, "env": {"S7_CLIENT_ID": word}}
    assert sender.send([item, word + " token=" + word])["accepted"] == 1
    assert count(stored, mission)
    assert word not in json.dumps([*stored.logs(mission), *stored.spans(mission)])
    assert f"token={word}" not in json.dumps(stored.rejections())


HOSTILE = [
    '{"missionId": "%s", "a": "\\ud800 \\u0000"}',
    '{"missionId": "%s", "a": NaN, "b": 1e999, "c": -Infinity}',
    '{"missionId": "%s", "a": 123456789012345678901234567890}',
    '{"missionId": "%s", "": "", "\\u0000": {"\\ud800": 1}}',
    '{"missionId": "%s", "timestamp": "9999-99-99T00:00:00Z", "startedAt": -1}',
    '{"missionId": "%s", "timestamp": {"$gt": ""}, "agentId": ["a"], "stepId": 5}',
    '{"missionId": "%s", "a": {"_type": "Map", "entries": [["__proto__", {"_type": "Map", "entries": "x"}]]}}',
    '{"missionId": "%s", "<script>alert(1)</script>": "<img src=x onerror=alert(1)>"}',
    '{"missionId": "%s", "missionId": "%s", "a": ' + "[" * 40 + "]" * 40 + "}",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_values_are_kept_and_read_back(sender: JsonSender, stored: Reader, mission: str, text: str):
    body = text.replace("%s", mission).encode()
    answer = sender.post(body)
    assert (answer.status_code, answer.json()["accepted"]) == (200, 1), answer.text
    before = count(stored, mission)
    assert before
    assert sender.post(body).json()["accepted"] == 1
    assert count(stored, mission) == before


def test_a_record_nested_too_deeply_is_refused_alone(sender: JsonSender, stored: Reader, mission: str):
    deep = json.dumps({"missionId": mission, "a": "deep"}).replace('"deep"', "[" * 3_000 + "]" * 3_000)
    answer = sender.post(f"[{json.dumps(say(mission, 'kept'))}, {deep}]".encode())
    assert answer.json()["accepted"] == 1
    assert [(each["index"], each["reason"]) for each in answer.json()["rejected"]] == [(1, "nesting_too_deep")]
    assert count(stored, mission)


def test_fifty_megabytes_pass_and_more_than_the_limit_does_not(
    server: Server, messages: JsonSender, stored: Reader, mission: str
):
    texts = [say(mission, f"{number} " + "lorem ipsum dolor, " * 50_000) for number in range(56)]
    body = json.dumps(texts).encode()
    assert len(body) > 52_000_000
    answer = messages.post(gzip.compress(body, 1), Content_Encoding="gzip")
    assert (answer.status_code, answer.json()["accepted"]) == (200, 56)
    bomb = gzip.compress(b" " * (70 << 20), 1)
    answer = messages.post(bomb, Content_Encoding="gzip")
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_too_many_records_are_413(messages: JsonSender):
    answer = messages.post(b"[" + b"{}," * 100_001 + b"{}]")
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_declared_length_is_refused_before_the_body_and_a_slow_body_after_its_time(small_server: Server):
    sender = JsonSender(small_server.url, small_server.key, PATHS[0])
    answer = sender.post(b" " * (SMALL_LIMIT + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")

    def slowly() -> Iterator[bytes]:
        yield b"["
        threading.Event().wait(SMALL_PATIENCE_S + 2)
        yield b"]"

    answer = sender.http.post(sender.path, content=slowly(), headers={"Content-Type": JSON})
    assert (answer.status_code, answer.json()["code"]) == (408, "timeout")
    sender.close()
