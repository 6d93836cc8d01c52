"""Lines of container logs: what the runtime put around them is taken off, and what it cut is one line again."""

import json

import pytest

from telemetry.loglines import Hints, Line
from telemetry.loglines.containers import read_container_lines

T = 1_795_368_408_123_456_789
TIME = "2026-11-22T17:26:48.123456789Z"


def read(*texts: str) -> list[Line]:
    return list(read_container_lines(Line(at, text, Hints("file")) for at, text in enumerate(texts, 1)))


def docker(text: str, stream: str = "stdout", **more: str) -> str:
    return json.dumps({"log": text, "stream": stream, **more, "time": TIME}, separators=(",", ":"))


@pytest.mark.parametrize(
    "text",
    [
        docker("hello\n"),
        docker("hello\r\n", attrs="x"),
        f"{TIME} stdout F hello",
        f"{TIME} stdout F:x hello",
    ],
)
def test_the_runtimes_time_and_stream_are_hints(text: str) -> None:
    assert read(text) == [Line(1, "hello", Hints("file", T, "stdout"))]


def test_a_time_before_the_line_is_when_it_was_received() -> None:
    assert read(f"{TIME} {{}}") == [Line(1, "{}", Hints("file", T))]
    assert [line.text for line in read("2026-11-22T17:26:48Z INFO x")] == ["2026-11-22T17:26:48Z INFO x"]


def test_what_was_cut_is_one_line_for_each_stream() -> None:
    parts = docker("a"), docker("x", "stderr"), docker("b"), docker("c\n"), docker("y\n", "stderr"), docker("z")
    assert [(line.number, line.text) for line in read(*parts)] == [(1, "abc"), (2, "xy"), (6, "z")]
    parts = f"{TIME} stdout P a", f"{TIME} stderr F x", f"{TIME} stdout F b"
    assert [(line.number, line.text) for line in read(*parts)] == [(2, "x"), (1, "ab")]


def test_composes_prefix_names_the_service_where_every_line_has_one() -> None:
    lines = read("planner-1  | hello", f"brain_2 | {TIME} you", "planner-1  |   at x")
    assert [(line.hints.service, line.text) for line in lines] == [
        ("planner", "hello"), ("brain", "you"), ("planner", "  at x"),
    ]  # fmt: skip
    assert lines[1].hints.time_ns == T
    table = read("name | value", "no prefix here")
    assert [(line.hints.service, line.text) for line in table] == [("file", "name | value"), ("file", "no prefix here")]


@pytest.mark.parametrize("text", ['{"log":3,"time":"x"}', '{"log":', '{"log":"a"', f"{TIME}x", "2026- stdout F x"])
def test_other_lines_stay_as_they_are(text: str) -> None:
    assert read(text) == [Line(1, text, Hints("file"))]
