"""A started tap before plain services: what MissionScope gets, whatever state it is in; callers never notice."""

import time

import httpx
import pytest

from tests.servers import find_free_port
from tests.tap.missionscope import MissionScope, Told, wait_until
from tests.tap.process import KEY, Reply, start_tap

AT_ONCE_S = 2.0
"""Well below what MissionScope takes in these tests; a request takes a few milliseconds."""
EVENT = {"data": {"eventType": "step_created", "stepId": "s"}, "storageType": "mongo", "collection": "events"}


def post_many(url: str, count: int, body: dict[str, object] | None = None) -> float:
    """Post one after the other; the longest time that one took, in seconds."""
    longest = 0.0
    with httpx.Client(base_url=url) as client:
        for number in range(count):
            begun = time.monotonic()
            assert client.post("/chat", json=body or {"number": number}).status_code == 200
            longest = max(longest, time.monotonic() - begun)
    return longest


def test_each_service_is_recorded_at_its_door(tmp_path, missionscope, service):
    service.reply = lambda _method, path, _body: Reply(body=b'{"from":"%s"}' % path.partition("?")[0].encode()).packed()
    kinds = ("librarian", "brain", "capabilitiesmanager", "postoffice")
    with start_tap(tmp_path, missionscope.url, dict.fromkeys(kinds, service.port)) as tap:
        headers = {"Authorization": "Bearer eyJsecret", "Cookie": "session=secret"}
        with httpx.Client(headers=headers) as client:
            client.post(f"{tap.url('librarian')}/storeData", json=EVENT)
            client.post(f"{tap.url('librarian')}/storeOutput", json={"agentId": "a", "stepId": "s", "data": []})
            client.get(f"{tap.url('librarian')}/loadData/x")
            client.post(f"{tap.url('brain')}/chat", json={"exchanges": []})
            client.post(f"{tap.url('capabilitiesmanager')}/executeAction", json={"actionVerb": "THINK"})
            client.post(f"{tap.url('postoffice')}/sendMessage", json={"type": "say"})
            assert client.get(f"{tap.url('postoffice')}/getUserInputResponse/7?token=secret").json() == {
                "from": "/getUserInputResponse/7"
            }
        assert missionscope.wait_for("/storeData", 2) == [EVENT, {"agentId": "a", "stepId": "s", "data": []}]
        [chat] = missionscope.wait_for("/brain")
        assert (chat["path"], chat["request"], chat["response"]) == ("/chat", {"exchanges": []}, {"from": "/chat"})
        assert (chat["method"], chat["status"], chat["startedAt"] < chat["endedAt"]) == ("POST", 200, True)
        assert missionscope.wait_for("/plugins")[0]["request"] == {"actionVerb": "THINK"}
        assert [line["path"] for line in missionscope.wait_for("/messages", 2)] == [
            "/sendMessage",
            "/getUserInputResponse/7",
        ]
        assert {received.key for received in missionscope.received} == {f"Bearer {KEY}"}
        assert "secret" not in repr(missionscope.received)
        assert "secret" not in tap.output()
        assert tap.end() == 0


def test_records_wait_until_missionscope_is_there(tmp_path, service):
    port = find_free_port()
    with start_tap(tmp_path, f"http://127.0.0.1:{port}", {"brain": service.port}) as tap:
        assert post_many(tap.url("brain"), 20) < AT_ONCE_S
        wait_until(lambda: tap.events("tap.missionscope_away"))
        missionscope = MissionScope(port)
        numbers = [line["request"]["number"] for line in missionscope.wait_for("/brain", 20)]
        assert numbers == list(range(20))
        wait_until(lambda: tap.events("tap.missionscope_back"))
        missionscope.close()


@pytest.mark.parametrize("status", [500, 502, 503, 429])
def test_records_are_sent_again_when_missionscope_asks_for_it(tmp_path, missionscope, service, status):
    answers = [Told(status, (("Retry-After", "1"),)), Told(status)]
    missionscope.tell = lambda path, _lines: answers.pop(0) if answers and path.endswith("/brain") else Told()
    with start_tap(tmp_path, missionscope.url, {"brain": service.port}) as tap:
        post_many(tap.url("brain"), 1)
        missionscope.wait_for("/brain")
        times = [at for at, path in missionscope.attempts if path.endswith("/brain")]
        assert len(times) == 3
        assert times[1] - times[0] >= 1


def test_what_missionscope_refuses_is_dropped_and_reported(tmp_path, missionscope, service):
    missionscope.tell = lambda path, _lines: Told(400 if path.endswith("/brain") else 200)
    with start_tap(tmp_path, missionscope.url, {"brain": service.port}) as tap:
        post_many(tap.url("brain"), 3, {"text": "secret"})
        wait_until(lambda: missionscope.left_out())
        [(sort, (count, _))] = missionscope.left_out().items()
        assert (sort, count) == (("brain", "/chat", "refused_400"), 3)
        assert tap.end() == 0
        assert [(event["reason"], event["count"]) for event in tap.events("tap.left_out")] == [("refused_400", 3)]
        assert "secret" not in tap.output()


def test_a_request_that_is_too_large_for_missionscope_is_halved(tmp_path, missionscope, service):
    def tell(path: str, lines: list[object]) -> Told:
        return Told(413 if path.endswith("/brain") and (len(lines) > 2 or "x" * 10 in repr(lines)) else 200)

    missionscope.tell = tell
    with start_tap(tmp_path, missionscope.url, {"brain": service.port}) as tap:
        post_many(tap.url("brain"), 7)
        post_many(tap.url("brain"), 1, {"text": "x" * 10})
        assert len(missionscope.wait_for("/brain", 7)) == 7
        wait_until(lambda: missionscope.left_out())
        assert list(missionscope.left_out()) == [("brain", "/chat", "refused_413")]


def test_a_slow_missionscope_slows_nobody_and_what_finds_no_room_is_counted(tmp_path, missionscope, service):
    is_slow = True
    missionscope.tell = lambda path, _lines: Told(wait_s=3.0 if is_slow and path.endswith("/brain") else 0)
    settings = {"max_waiting_bytes": 1 << 20, "max_body_bytes": 100_000}
    with start_tap(tmp_path, missionscope.url, {"brain": service.port}, **settings) as tap:
        longest = post_many(tap.url("brain"), 60, {"text": "x" * 50_000})
        assert longest < AT_ONCE_S
        is_slow = False
        wait_until(lambda: missionscope.left_out())
        wait_until(
            lambda: (
                len(missionscope.lines("/brain")) + sum(count for count, _ in missionscope.left_out().values()) == 60
            )
        )
        assert set(missionscope.left_out()) == {("brain", "/chat", "no_room")}
        post_many(tap.url("brain"), 1, {"text": "again"})
        wait_until(lambda: missionscope.lines("/brain")[-1]["request"] == {"text": "again"})


def test_a_missionscope_that_never_answers(tmp_path, missionscope, service):
    answers = [Told(wait_s=60.0)]
    missionscope.tell = lambda _path, _lines: answers.pop(0) if answers else Told()
    with start_tap(tmp_path, missionscope.url, {"brain": service.port}, post_timeout_s=3) as tap:
        assert post_many(tap.url("brain"), 5) < AT_ONCE_S
        assert len(missionscope.wait_for("/brain", 5)) == 5


def test_a_body_beyond_the_limit_passes_and_is_told_by_its_size(tmp_path, missionscope, service):
    large = {"data": "x" * 20_000}
    kinds = {"brain": service.port, "librarian": service.port}
    with start_tap(tmp_path, missionscope.url, kinds, max_body_bytes=10_000) as tap:
        size = len(httpx.post(f"{tap.url('brain')}/chat", json=large).request.content)
        httpx.post(f"{tap.url('librarian')}/storeData", json=large)
        [line] = missionscope.wait_for("/brain")
        assert line["request"] is None
        assert line["notes"] == [{"part": "request", "reason": "too_large", "size_bytes": size}]
        wait_until(lambda: missionscope.left_out())
        assert missionscope.left_out() == {("librarian", "/storeData", "too_large"): (1, size)}
        assert [len(body) for _, _, body in service.requests] == [size, size]


@pytest.mark.parametrize(("more", "count"), [(b"", 1), (b',"rejected_count":7', 7)])
def test_what_is_rejected_is_said_without_what_it_held(tmp_path, missionscope, service, more, count):
    answer = b'{"accepted":0,"rejected":[{"index":0,"reason":"secret"}]%s}' % more
    missionscope.tell = lambda _path, _lines: Told(body=answer)
    with start_tap(tmp_path, missionscope.url, {"brain": service.port}) as tap:
        post_many(tap.url("brain"), 1)
        wait_until(lambda: tap.events("tap.records_rejected"))
        assert tap.events("tap.records_rejected")[0]["count"] == count
        assert "secret" not in tap.output()
