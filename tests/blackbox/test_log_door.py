"""`POST /api/v1/logs` from outside: every line is kept, once, and answered line by line."""

import gzip
import json
import random
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.blackbox.client import Reader
from tests.blackbox.conftest import SMALL_LIMIT
from tests.blackbox.json_doors import NDJSON, JsonSender
from tests.blackbox.wire import JSON
from tests.servers import Server

PATH = "/api/v1/logs"
START_MS = 1_767_323_045_000
SECRET = "sk-proj-" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6"


@pytest.fixture
def lines(server: Server) -> Iterator[JsonSender]:
    made = JsonSender(server.url, server.key, PATH)
    yield made
    made.close()


def line(mission: str, at: int = 0, **more: Any) -> dict[str, Any]:
    return {"level": 30, "time": START_MS + at, "msg": f"line {at}", "missionId": mission, **more}


def post(lines: JsonSender, body: bytes, content_type: str = NDJSON, **headers: str) -> Any:
    answer = lines.post(body, content_type, **headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_json_and_text_in_one_body(lines: JsonSender, stored: Reader, mission: str) -> None:
    body = "\n".join([
        json.dumps(line(mission, 1, requestId="r-1", userId="u-1", hostname="h-1")),
        f"2026-01-02T03:04:06Z ERROR it broke missionId={mission}",
        "    at run (/app/run.js:1:1)",
        "",
        '{"not": "whole',
    ])  # fmt: skip
    answer = post(lines, body.encode())
    assert (answer["accepted"], answer["rejected"]) == (4, [])
    assert "warnings" not in answer
    first, second = stored.logs(mission)
    assert (first["body"], first["severity_text"], first["time_ns"]) == ("line 1", "INFO", f"{START_MS + 1}000000")
    assert (first["request_id"], first["user_id"], first["host_name"]) == ("r-1", "u-1", "h-1")
    assert second["body"] == f"it broke missionId={mission}\n    at run (/app/run.js:1:1)"
    assert second["severity_number"] == 17


@pytest.mark.parametrize("by", ["query", "header", "line"])
def test_the_service_of_lines_that_name_none(lines: JsonSender, stored: Reader, mission: str, by: str) -> None:
    own = {"service": "own"} if by == "line" else {}
    lines.path = f"{PATH}/?service=pl%C3%A4ne&x=1" if by != "header" else PATH
    headers = {"x_service_name": "pläne".encode().decode("latin-1")} if by == "header" else {}
    sent = {name.replace("_", "-").encode(): value.encode("latin-1") for name, value in headers.items()}
    answer = lines.http.post(
        lines.path, content=json.dumps(line(mission, **own)), headers={b"content-type": JSON.encode(), **sent}
    )
    assert answer.status_code == 200
    [log] = stored.logs(mission)
    assert log["service_name"] == ("own" if by == "line" else "pläne")


def test_equal_lines_are_several_and_sent_again_they_are_the_same(
    lines: JsonSender, stored: Reader, mission: str
) -> None:
    said = json.dumps(line(mission)).encode()
    for count in (1, 3, 2, 3):
        assert post(lines, b"\n".join([said] * count))["accepted"] == count
    logs = stored.logs(mission)
    assert sorted(log["attributes"].get("missionscope.repeat", 1) for log in logs) == [1, 2, 3]


def test_order_splitting_and_repetition_do_not_matter(lines: JsonSender, stored: Reader, mission: str) -> None:
    """The same lines as one body, and shuffled in batches of seven, three times."""
    told = [line(mission, at, requestId=f"r-{at % 5}") for at in range(100)]
    chance = random.Random(7)
    for _ in range(3):
        chance.shuffle(told)
        for at in range(0, 100, 7):
            post(lines, "\n".join(map(json.dumps, told[at : at + 7])).encode())
    assert lines.send(told) == {"accepted": 100, "rejected": []}
    assert sorted(log["body"] for log in stored.logs(mission)) == sorted(each["msg"] for each in told)


def test_ten_thousand_lines_and_a_line_of_a_megabyte(lines: JsonSender, stored: Reader, mission: str) -> None:
    many = "\n".join(json.dumps(line(mission, at)) for at in range(10_000))
    assert post(lines, gzip.compress(many.encode()), Content_Encoding="gzip") == {"accepted": 10_000, "rejected": []}
    long = (
        json.dumps(line(mission, 1, msg="long " + "x" * 1_000_000)) + f"\nlong missionId={mission} " + "y" * 1_000_000
    )
    assert post(lines, long.encode())["accepted"] == 2
    assert sum(log["body"].startswith("line ") for log in stored.logs(mission)) == 10_000
    sizes = [len(log["body"]) for log in stored.logs(mission) if log["body"].startswith("long")]
    assert min(sizes) > 1_000_000


def test_secrets_are_gone_from_every_kind_of_line(lines: JsonSender, stored: Reader, mission: str) -> None:
    password = "hunter2-is-my-password"
    body = "\n".join([
        json.dumps(line(mission, 1, msg=f"key {SECRET}", headers={"authorization": f"Bearer {SECRET}"})),
        f"INFO missionId={mission} password={password} {SECRET}",
        f"level=info msg=x mission_id={mission} api_key={SECRET}",
        f'{{"broken missionId={mission} {SECRET}',
    ])  # fmt: skip
    assert post(lines, body.encode())["accepted"] == 4
    shown = json.dumps(stored.logs(mission))
    assert (SECRET in shown, password in shown) == (False, False)
    assert len(stored.logs(mission)) == 4


def test_a_line_cannot_forge_another(lines: JsonSender, stored: Reader, mission: str) -> None:
    """Case 122: line ends, terminal codes and a megabyte in an id."""
    forged = f"{mission}\r\n2026-01-02T03:04:06Z ERROR forged\x1b[2J"
    assert post(lines, json.dumps(line(forged)).encode()) == {"accepted": 1, "rejected": []}
    assert post(lines, json.dumps(line("m" * 1_000_000)).encode())["accepted"] == 1
    assert [log["body"] for log in stored.logs(forged)] == ["line 0"]
    stored.until_computed()
    assert stored.missions(mission) == stored.missions(forged)
    assert len(stored.missions(forged)) == 1


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"hello", JSON, 400),
        (b'[{"msg": "a"},', JSON, 400),
        (b"hello", "application/x-www-form-urlencoded", 415),
        (b"hello", "text/html", 415),
        (b"a\n" * 100_001, "text/plain", 413),
        pytest.param(gzip.compress(b"x")[:-4], NDJSON, 200, id="gzip that is cut"),
    ],
)
def test_what_is_no_body_of_lines_is_refused_whole(
    lines: JsonSender, body: bytes, content_type: str, status: int
) -> None:
    headers = {"Content_Encoding": "gzip"} if body[:2] == b"\x1f\x8b" else {}
    answer = lines.post(body, content_type, **headers)
    assert answer.status_code == (400 if headers else status)
    assert set(answer.json()) == {"detail", "code", "errors"}


def test_the_limits_of_the_other_doors_hold_here(small_server: Server) -> None:
    sender = JsonSender(small_server.url, small_server.key, PATH)
    assert sender.post(b"x" * (SMALL_LIMIT + 1), "text/plain").status_code == 413
    packed = gzip.compress(b"x" * (SMALL_LIMIT * 20))
    assert sender.post(packed, "text/plain", Content_Encoding="gzip").status_code == 413
    sender.close()


@pytest.mark.parametrize("key", ["", "wrong"])
def test_without_a_key_nothing_is_taken(server: Server, mission: str, key: str) -> None:
    headers = {"content-type": NDJSON, **({"x-api-key": key} if key else {})}
    url = f"{server.url}{PATH}?key={server.key}&service=x"
    answer = httpx.post(url, content=json.dumps(line(mission)), headers=headers, timeout=30, trust_env=False)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_other_methods_are_told_what_is_accepted(lines: JsonSender) -> None:
    for method in ("PUT", "DELETE", "PATCH"):
        answer = lines.http.request(method, PATH)
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
