"""What the server writes into its log: a line for each event, with the ids that lead to request and mission."""

import io
import json
import logging
import logging.config
import threading
import time

import httpx
import pytest
import structlog
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from core.logs import CONSOLE, JSON, configure_logs, logged_ids, logging_settings
from missionscope.entrance import choose_request_id
from tests.blackbox.wire import span, traces
from tests.servers import Server, start_server

PATIENCE_S = 30
TRACE = "0af7651916cd43dd8448eb211c80319c"
HOSTILE = 'red \x1b[31m alert\r\n{"event": "forged"}\u2028\x00'


@pytest.fixture(scope="module")
def verbose(tmp_path_factory: pytest.TempPathFactory) -> Server:
    with start_server(tmp_path_factory.mktemp("logs"), MISSIONSCOPE_LOG_LEVEL="debug") as server:
        yield server


@pytest.fixture
def written():
    """A logger's lines, in a form: `written(form)` gives the stream that fills."""
    before = logging.getLogger().handlers[:], logging.getLogger().level, threading.excepthook

    def begin(form: str) -> io.StringIO:
        logging.config.dictConfig(logging_settings("INFO", form))
        stream = io.StringIO()
        logging.getLogger().handlers[0].setStream(stream)
        return stream

    yield begin
    logging.getLogger().handlers[:], threading.excepthook = before[0], before[2]
    logging.getLogger().setLevel(before[1])
    logging.captureWarnings(False)


def lines_of(server: Server, **wanted: object) -> list[dict]:
    """Once there are any: the answer may be here before its line."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        lines = [json.loads(line) for line in server.log.read_text().splitlines() if line.startswith("{")]
        found = [line for line in lines if all(line.get(name) == value for name, value in wanted.items())]
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"not in the log: {wanted}")


@pytest.mark.server
def test_no_key_reaches_the_log_whatever_its_level(verbose):
    address = verbose.url.replace("http", "ws", 1)
    with connect(f"{address}/ws/missions/?token={verbose.key}") as socket:
        assert json.loads(socket.recv(timeout=10))["type"] == "hello"
    with connect(f"{address}/ws/missions/?token=wrong-{verbose.key}") as socket, pytest.raises(ConnectionClosed):
        socket.recv(timeout=10)
    assert lines_of(verbose, path="/ws/missions/", status=101)
    assert verbose.key not in verbose.log.read_text()


@pytest.mark.server
def test_a_request_is_found_by_its_id_trace_project_and_mission(verbose):
    headers = {"x-api-key": verbose.key, "x-request-id": "desk-17", "traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}
    answer = httpx.get(
        f"{verbose.url}/api/v1/missions/no%2Fsuch/?q=hidden", headers=headers, trust_env=False, timeout=60
    )
    assert (answer.status_code, answer.headers["x-request-id"]) == (404, "desk-17")
    [line] = lines_of(verbose, request_id="desk-17", event="answered")
    assert (line["trace_id"], line["mission_id"], line["status"], line["method"]) == (TRACE, "no/such", 404, "GET")
    assert line["project_id"]
    assert line["path"] == "/api/v1/missions/no/such/"
    assert {"timestamp", "level", "logger", "service", "host", "pid", "module", "func_name", "lineno"} <= set(line)
    assert "hidden" not in json.dumps(line)


@pytest.mark.server
def test_a_door_gives_each_request_an_id_of_its_own_and_logs_project_and_door(verbose):
    body = traces([span(name="work")])
    headers = {"x-api-key": verbose.key, "content-type": "application/json"}
    answers = [
        httpx.post(f"{verbose.url}/v1/traces", json=body, headers=headers, trust_env=False, timeout=60).headers[
            "x-request-id"
        ]
        for _ in range(2)
    ]
    assert len(set(answers)) == 2
    for request_id in answers:
        [line] = lines_of(verbose, request_id=request_id, event="answered")
        assert (line["door"], line["status"]) == ("otlp_traces", 200)
        assert line["project_id"]


@pytest.mark.parametrize("given", [b"", b"two words", b"a\x1b[0m", b"x" * 129, b'"}'])
def test_an_id_that_is_no_short_word_is_replaced(given):
    chosen = choose_request_id({b"x-request-id": given})
    assert len(chosen) == 32
    assert chosen.isalnum()


def test_the_standard_librarys_loggers_say_the_same_as_structlogs(written):
    stream = written(JSON)
    with logged_ids(request_id="r-1", mission_id=None):
        logging.getLogger("a.library").warning("it was %s", "late", extra={"size": 3})
        structlog.get_logger("ours").warning("it was late", size=3)
    theirs, ours = (json.loads(line) for line in stream.getvalue().splitlines())
    for line in (theirs, ours):
        assert (line["event"], line["level"], line["size"], line["request_id"]) == ("it was late", "warning", 3, "r-1")
        assert line["func_name"] == "test_the_standard_librarys_loggers_say_the_same_as_structlogs"
        assert "mission_id" not in line
    assert set(theirs) == set(ours)


@pytest.mark.parametrize("form", [JSON, CONSOLE])
def test_a_hostile_text_stays_in_its_line_and_colours_nothing(written, form):
    stream = written(form)
    logging.getLogger("a.library").warning(HOSTILE)
    structlog.get_logger("ours").warning("told", text=HOSTILE)
    shown = stream.getvalue()
    assert len(shown.splitlines()) == 2
    assert not {"\x1b", "\x00", "\r", "\u2028"} & set(shown)
    assert shown.count("forged") == 2


def test_an_exception_of_a_thread_is_one_line_with_its_traceback(written):
    stream = written(JSON)
    configure_logs(("INFO", JSON))
    logging.getLogger().handlers[0].setStream(stream)

    def fail() -> None:
        raise RuntimeError("broken")

    thread = threading.Thread(target=fail, name="worker-7")
    thread.start()
    thread.join()
    [line] = [json.loads(text) for text in stream.getvalue().splitlines()]
    assert (line["level"], line["thread_name"]) == ("error", "worker-7")
    assert "RuntimeError: broken" in line["exception"]


def test_the_web_servers_own_lines_say_their_text_once(verbose):
    (line,) = lines_of(verbose, logger="uvicorn.error", event="Application startup complete.")
    started = next(line for line in lines_of(verbose, logger="uvicorn.error") if "Started server" in line["event"])
    assert "color_message" not in {*line, *started}


def test_the_end_of_a_long_exception_is_kept(written):
    stream = written(JSON)
    try:
        raise ValueError("x" * 9_000 + " at its end")
    except ValueError:
        logging.getLogger("t").exception("failed")
    told = json.loads(stream.getvalue())["exception"]
    assert told.startswith("Traceback")
    assert told.endswith(" at its end")
    assert len(told) < 4_100
