"""Cases 54 to 64: texts no database likes, texts of any length, mission ids of any shape."""

import json
import random
import string
import time
from collections.abc import Callable

import pytest

from tests.blackbox.client import SETTLED_S, Reader, Sender
from tests.blackbox.machine import quickest_s
from tests.blackbox.wire import JSON, PROTOBUF, attribute, encode, log, logs, new_trace_id, span, text, traces

NUL = "\0"


def listed_ids(stored: Reader) -> list[str]:
    return [item["id"] for item in stored.items("/api/v1/missions/", limit=1000)]


def wait_until(is_so: Callable[[], bool], within_s: float = SETTLED_S) -> None:
    deadline = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_case_54_a_nul_is_shown_as_a_mark_and_loses_nothing(door: Sender, stored: Reader, encoding: str, mission: str):
    sent = span(
        name=f"na{NUL}me",
        attributes=[attribute(f"k{NUL}ey", "v"), attribute("value", f"a{NUL}b")],
        events=[{"name": f"e{NUL}v", "attributes": [attribute("x", f"{NUL}")]}],
        status={"code": 2, "message": f"m{NUL}"},
    )
    answer = door.send(traces([sent, span()], mission=mission), encoding)
    assert (answer.status, answer.rejected) == (200, 0)
    found = stored.span(mission, sent)
    assert NUL not in json.dumps(found, ensure_ascii=False)
    assert "\\u0000" not in json.dumps(found)
    assert found["name"] in {"na␀me", "na\\u0000me", "na\ufffdme"}
    assert found["attributes"]["value"] in {"a␀b", "a\\u0000b", "a\ufffdb"}
    assert len(stored.spans(mission)) == 2
    assert found["warnings"]


def test_case_54_a_nul_in_a_log_body_and_in_the_mission_id(door: Sender, stored: Reader, encoding: str, mission: str):
    assert door.send(logs([log(body=text(f"be{NUL}fore"))], mission=mission), encoding, "logs").status == 200
    assert "fore" in stored.logs(mission)[0]["body"]
    assert NUL not in stored.logs(mission)[0]["body"]
    assert door.send(traces([span()], mission=f"{mission}{NUL}x"), encoding).status == 200
    shown = [item["id"] for item in stored.items("/api/v1/missions/", limit=200) if item["id"].startswith(mission)]
    assert len(shown) == 2


def test_case_55_six_characters_that_look_like_a_nul_stay_as_they_are(
    door: Sender, stored: Reader, encoding: str, mission: str
):
    written = 'say "\\u0000" and {"a":"\\u0000"}'
    sent = span(attributes=[attribute("v", written)])
    assert door.send(traces([sent], mission=mission), encoding).status == 200
    assert stored.attributes(mission, sent)["v"] == written


@pytest.mark.parametrize("lone", ["\\ud800", "\\udc00", "\\ud800x\\udc00", "\\udfff\\ud800"])
def test_case_56_a_lone_surrogate_is_replaced(door: Sender, stored: Reader, mission: str, lone: str):
    sent = span(name="n-PLACE", attributes=[attribute("v", "a-PLACE-z")])
    body = encode(traces([sent, span()], mission=mission), JSON).replace(b"PLACE", lone.encode())
    answer = door.post(body, JSON)
    assert (answer.status, answer.rejected) == (200, 0)
    value = stored.attributes(mission, sent)["v"]
    assert value.startswith("a-\ufffd")
    assert value.endswith("-z")
    assert len(stored.spans(mission)) == 2


def test_case_56_a_proper_surrogate_pair_is_its_character(door: Sender, stored: Reader, mission: str):
    sent = span(attributes=[attribute("v", "PLACE")])
    assert (
        door.post(encode(traces([sent], mission=mission), JSON).replace(b"PLACE", b"\\ud83d\\ude00"), JSON).status
        == 200
    )
    assert stored.attributes(mission, sent)["v"] == "😀"


@pytest.mark.parametrize("wrong", [b"\xff\xfe", b"\xc3(", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80"])
def test_case_57_invalid_utf8_is_400_in_json(door: Sender, wrong: bytes):
    body = encode(traces([span(name="PLACE")]), JSON).replace(b"PLACE", wrong)
    answer = door.post(body, JSON)
    assert answer.status == 400
    assert answer.message


@pytest.mark.parametrize("wrong", [b"\xff\xfe\xfd", b"\xc3(ab"])
def test_case_57_invalid_utf8_in_protobuf_is_refused_or_replaced(
    door: Sender, stored: Reader, mission: str, wrong: bytes
):
    sent = span(name="Z" * len(wrong))
    body = encode(traces([sent], mission=mission), PROTOBUF).replace(b"Z" * len(wrong), wrong)
    answer = door.post(body, PROTOBUF)
    assert answer.status in {200, 400}
    if answer.status == 200 and not answer.rejected:
        assert "\ufffd" in stored.spans(mission)[0]["name"]


@pytest.mark.parametrize("charset", ["utf-16", "utf-16-le", "utf-32", "utf-8-sig"])
def test_case_58_another_unicode_encoding_is_read_or_400(door: Sender, stored: Reader, mission: str, charset: str):
    body = json.dumps(traces([span(name="é")], mission=mission), ensure_ascii=False).encode(charset)
    answer = door.post(body, JSON)
    assert answer.status in {200, 400}
    if answer.status == 200:
        assert [item["name"] for item in stored.spans(mission)] == ["é"]


def test_case_59_a_prompt_of_ten_megabytes_is_stored_whole(door: Sender, stored: Reader, mission: str):
    words = random.Random(59)
    prompt = " ".join("".join(words.choices(string.ascii_lowercase, k=9)) for _ in range(1_000_000))
    messages = json.dumps([{"role": "user", "parts": [{"type": "text", "content": prompt}]}])
    chat = [attribute("gen_ai.operation.name", "chat"), attribute("gen_ai.provider.name", "test")]
    sent = span(attributes=[*chat, attribute("gen_ai.input.messages", messages)])
    assert len(prompt) > 9_900_000
    assert door.send(traces([sent], mission=mission), PROTOBUF).status == 200
    (listed,) = stored.spans(mission)
    assert quickest_s(lambda: stored.spans(mission)) < 2.0
    assert quickest_s(lambda: stored.get(f"/missions/{mission}/")) < 2.0
    assert len(json.dumps(listed)) < 10_000
    kept = stored.attributes(mission, sent)["gen_ai.input.messages"]
    assert prompt in (kept if isinstance(kept, str) else json.dumps(kept))


def test_case_59_a_body_of_a_hundred_megabytes_is_413(door: Sender):
    chunks = (b'{"resourceSpans":[{"x":"' if n == 0 else b"p" * (1 << 20) for n in range(100))
    assert door.post(chunks, JSON).status == 413


def _noise(length: int, seed: int) -> str:
    return "".join(random.Random(seed).choices(string.ascii_letters + string.digits + "åßçøæж語", k=length))


def test_case_60_long_names_and_keys_are_stored(door: Sender, stored: Reader, encoding: str, mission: str):
    sent = span(
        name=_noise(10_000, 1),
        attributes=[attribute(_noise(10_000, 2), "v")],
        status={"code": 2, "message": _noise(9000, 3)},
    )
    answer = door.send(traces([sent], mission=mission), encoding)
    assert (answer.status, answer.rejected) == (200, 0)
    found = stored.span(mission, sent)
    assert found["name"] == sent["name"]
    assert _noise(10_000, 2) in found["attributes"]


def test_case_61_three_megabytes_of_distinct_words_are_stored_and_searchable(
    door: Sender, stored: Reader, mission: str
):
    first = f"needle{mission.replace('-', '')}"
    words = [first] + [f"w{number:08x}" for number in range(330_000)]
    chat = [attribute("gen_ai.operation.name", "chat"), attribute("gen_ai.provider.name", "test")]
    parts = [{"role": "user", "parts": [{"type": "text", "content": " ".join(words)}]}]
    sent = span(attributes=[*chat, attribute("gen_ai.input.messages", json.dumps(parts))])
    assert door.send(traces([sent], mission=mission), PROTOBUF).status == 200
    deadline = time.monotonic() + SETTLED_S
    hits: list[object] = []
    while not hits and time.monotonic() < deadline:
        hits = stored.read("/api/v1/search/", q=first)["results"]
        time.sleep(0.1)
    assert [hit["mission_id"] for hit in hits if isinstance(hit, dict)][:1] == [mission]


@pytest.mark.parametrize("length", [256, 10_000])
@pytest.mark.parametrize("field", ["service.name", "mission.id", "gen_ai.agent.name", "mission.name"])
def test_case_62_long_identifiers_are_stored_or_refused_with_a_message(
    door: Sender, stored: Reader, encoding: str, mission: str, length: int, field: str
):
    value = f"{mission}-{_noise(length - len(mission) - 1, 4)}"
    sent = span(attributes=[attribute(field, value)])
    home = value if field == "mission.id" else mission
    answer = door.send(traces([sent], mission=mission), encoding)
    assert answer.status in {200, 400}
    if answer.status == 200 and not answer.rejected:
        assert len(stored.spans(home)) == 1
    else:
        assert answer.message


_ODD_IDS = [
    "a/b/c",
    "../../etc/passwd",
    "%2e%2e%2f",
    "with space",
    "emoji 🛰️",
    "quote\"'`",
    "line\nbreak",
    "rtl\u202eoverride",
    "?q=1&x=2#hash",
    "semi;colon",
    "<script>alert(1)</script>",
    "ümlaut-日本",
    "back\\slash",
    "tab\tx",
    "a//b",
    "+plus+",
]


@pytest.mark.parametrize("odd", _ODD_IDS)
def test_case_63_a_mission_id_of_any_shape_has_a_working_address_and_is_listed_once(
    door: Sender, stored: Reader, encoding: str, mission: str, odd: str
):
    name = f"{odd}{mission}"
    assert door.send(traces([span()], mission=name), encoding).status == 200
    assert stored.mission(name)["id"] == name
    assert len(stored.spans(name)) == 1
    (listed,) = stored.missions(mission)
    assert listed["id"] == name
    assert stored.get(listed["url"]).status_code in {200, 302}


def test_case_63_spaces_around_a_mission_id_are_kept_or_dropped_but_it_stays_one_mission(
    door: Sender, stored: Reader, encoding: str, mission: str
):
    for name in (f"  {mission}  ", mission):
        assert door.send(traces([span()], mission=name), encoding).status == 200
    found = [item["id"] for item in stored.missions(mission)]
    assert found == [mission] or sorted(found) == sorted([f"  {mission}  ", mission])
    assert sum(len(stored.spans(name)) for name in found) == 2


@pytest.mark.parametrize("dots", [".", "..", "%2e%2e"])
def test_case_63_an_id_of_dots_alone_reaches_nothing_else(door: Sender, stored: Reader, encoding: str, dots: str):
    """No client sends a path of dots as it is; such a mission is kept and listed, under an address of its own."""
    sent = span()
    assert door.send(traces([sent], mission=dots), encoding).status == 200
    (listed,) = [item for item in stored.items("/api/v1/missions/", limit=1000) if item["id"] == dots]
    assert listed["url"] not in {"/missions/./", "/missions/../"}


def test_case_64_a_span_that_names_no_mission_makes_its_trace_one(door: Sender, stored: Reader, encoding: str):
    sent = span()
    assert door.send(traces([sent]), encoding).status == 200
    assert stored.mission(sent["traceId"])["is_inferred"] is True
    assert len(stored.spans(sent["traceId"])) == 1


def test_case_64_a_spans_own_word_beats_its_resource_and_one_trace_may_hold_two_missions(
    door: Sender, stored: Reader, encoding: str, mission: str
):
    trace, other = new_trace_id(), f"{mission}-other"
    own = span(traceId=trace, attributes=[attribute("mission.id", other)])
    plain = span(traceId=trace)
    assert door.send(traces([own, plain], mission=mission), encoding).status == 200
    assert [item["span_id"] for item in stored.spans(other)] == [own["spanId"]]
    assert [item["span_id"] for item in stored.spans(mission)] == [plain["spanId"]]


def test_case_64_one_mission_may_span_many_traces_and_a_late_name_binds_what_came_before(
    door: Sender, stored: Reader, encoding: str, mission: str
):
    early = span()
    assert door.send(traces([early]), encoding).status == 200
    assert len(stored.spans(early["traceId"])) == 1
    late = [span(traceId=early["traceId"]), span(), span()]
    assert door.send(traces(late, mission=mission), encoding).status == 200
    found = stored.spans(mission)
    assert {item["span_id"] for item in found} == {item["spanId"] for item in [early, *late]}
    assert len({item["trace_id"] for item in found}) == 3
    wait_until(lambda: stored.missions(early["traceId"]) == [])
    assert [item["id"] for item in stored.missions(mission)] == [mission]


def test_case_64_strangers_are_not_merged(door: Sender, stored: Reader, encoding: str, mission: str):
    one, two = span(), span()
    assert door.send(traces([one]), encoding).status == 200
    assert door.send(traces([two]), encoding).status == 200
    assert [item["span_id"] for item in stored.spans(one["traceId"])] == [one["spanId"]]
    assert [item["span_id"] for item in stored.spans(two["traceId"])] == [two["spanId"]]


def test_case_64_an_open_span_whose_end_names_the_mission_leaves_nothing_behind(
    door: Sender, stored: Reader, encoding: str, mission: str
):
    open_span = span(endTimeUnixNano="0")
    assert door.send(traces([open_span]), encoding).status == 200
    wait_until(lambda: listed_ids(stored).count(open_span["traceId"]) == 1)
    ended = open_span | {"endTimeUnixNano": str(time.time_ns())}
    assert door.send(traces([ended], mission=mission), encoding).status == 200
    wait_until(lambda: open_span["traceId"] not in listed_ids(stored))
    assert len(stored.spans(mission)) == 1
    assert stored.mission(open_span["traceId"])["id"] == mission


def test_case_64_full_text_follows_records_that_a_late_name_moves(
    door: Sender, stored: Reader, encoding: str, mission: str
):
    def hits(word: str) -> set[tuple[str, str]]:
        return {(hit["mission_id"], hit["type"]) for hit in stored.items("/api/v1/search/", q=word)}

    word = f"wombat{mission.replace('-', '')}"
    early = span(attributes=[attribute("gen_ai.operation.name", "chat"), attribute("input.value", f"a {word} here")])
    line = log(traceId=early["traceId"], spanId=early["spanId"], body=text(f"line {word}"))
    assert door.send(traces([early]), encoding).status == 200
    assert door.send(logs([line]), encoding, "logs").status == 200
    wait_until(lambda: hits(word) == {(early["traceId"], "span"), (early["traceId"], "log")})
    assert door.send(traces([span(traceId=early["traceId"])], mission=mission), encoding).status == 200
    wait_until(lambda: hits(word) == {(mission, "span"), (mission, "log")})
    wait_until(lambda: [found["id"] for found in stored.items("/api/v1/missions/", q=word)] == [mission])
    assert len(stored.items("/api/v1/search/", q=word, mission=mission)) == 2


def test_case_64_a_log_record_of_no_mission_is_among_the_projects_logs(
    door: Sender, stored: Reader, encoding: str, mission: str
):
    word = f"wombat{mission.replace('-', '')}"
    answer = door.send(logs([log(body=text(f"of nobody {word}"))]), encoding, "logs")
    assert (answer.status, answer.rejected, answer.has_partial_success) == (200, 0, False)
    wait_until(lambda: [line["body"] for line in stored.items("/api/v1/logs/", q=word)] == [f"of nobody {word}"])
