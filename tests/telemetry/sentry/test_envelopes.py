"""An envelope that is broken somewhere costs what cannot be read, names it, and nothing else."""

import json
import secrets

import pytest

from core.limits import MAX_ATTACHMENT_BYTES, MAX_ITEMS
from telemetry.decode.errors import MalformedBody, TooLarge
from tests.telemetry.sentry.making import decode, event, write_envelope, write_item

EVENT = write_item("event", event())
BODY = "ValueError: no price"


def bodies(data: bytes) -> list[str]:
    return [log.body for log in decode(data).logs]


def reasons(data: bytes) -> list[str]:
    return [refused.reason for refused in decode(data).refused]


@pytest.mark.parametrize(
    "data", [b"", b"no json\n", b"[]\n" + EVENT, b"\xff\xfe\n", b"null\n", EVENT[5:]], ids=range(6)
)
def test_what_begins_with_no_headers_is_no_envelope(data):
    with pytest.raises(MalformedBody, match="envelope"):
        decode(data)


def test_an_item_without_a_length_ends_at_the_line():
    body = json.dumps(event()).encode()
    assert bodies(b'{}\n{"type":"event"}\n' + body) == [BODY]
    assert bodies(b'{}\n{"type":"event"}\n' + body + b"\n\n" + EVENT) == [BODY, BODY]


@pytest.mark.parametrize("length", [3, 10**9, -1, "12", 1.5, True, [1]])
def test_a_wrong_length_of_json_is_mended_and_told(length):
    data = write_envelope(write_item("event", event(), length=length), EVENT)
    decoded = decode(data)
    assert [log.body for log in decoded.logs] == [BODY, BODY]
    assert [repair.reason for repair in decoded.logs[0].repairs] == ["length_wrong"]
    assert not decoded.logs[1].repairs


def test_an_attachment_of_a_wrong_length_costs_what_follows_and_is_named():
    data = write_envelope(EVENT, write_item("attachment", b"two\nlines", length=4), EVENT)
    assert (bodies(data), reasons(data)) == ([BODY], ["item_length"])


def test_headers_that_are_none_cost_what_follows_and_are_named():
    data = write_envelope(EVENT, b"{broken\n", EVENT)
    assert (bodies(data), reasons(data)) == ([BODY], ["item_headers"])


def test_an_item_that_is_no_json_costs_no_other():
    data = write_envelope(write_item("event", b"{broken"), write_item("event", b"[1]"), EVENT)
    assert (bodies(data), reasons(data)) == ([BODY], ["not_json", "not_an_object"])


def test_an_item_nested_too_deeply_costs_no_other():
    deep = b'{"extra":' + b'{"a":' * 60 + b"1" + b"}" * 60 + b"}"
    deeper = b'{"extra":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    data = write_envelope(write_item("event", deep), EVENT)
    assert (bodies(data), reasons(data)) == ([BODY], ["nesting_too_deep"])
    data = write_envelope(write_item("event", deeper), EVENT)
    assert (bodies(data), len(reasons(data))) == ([BODY], 1)


def test_what_is_not_kept_is_told_by_its_type():
    kinds = ["session", "session", "client_report", "replay_recording", "profile", "check_in", "user_report", "new\r\n"]
    data = write_envelope(*(write_item(kind, b"{}") for kind in kinds), b'{"length":2}\n{}\n', EVENT)
    decoded = decode(data)
    assert [log.body for log in decoded.logs] == [BODY]
    assert not decoded.refused
    told = " ".join(decoded.notes)
    assert "2 item(s) of the type session are not kept" in told
    for kind in (*kinds, "(none)"):
        assert kind in told


def test_many_unknown_types_are_told_in_few_words():
    data = write_envelope(*(write_item(secrets.token_hex(500), b"{}") for _ in range(200)))
    assert sum(map(len, decode(data).notes)) < 3_000


def test_an_envelope_of_too_many_items_is_too_large():
    with pytest.raises(TooLarge):
        decode(b"{}\n" + b'{"type":"session"}\n{}\n' * (MAX_ITEMS + 1))


def test_a_text_is_kept_with_its_event_and_other_things_are_named():
    text = write_item("attachment", "grüezi".encode(), filename="a.txt", content_type="text/plain; charset=utf-8")
    picture = write_item("attachment", b"\x89PNG\n\x00", filename="b.png", content_type="image/png")
    liar = write_item("attachment", b"\xff\x00\x01", filename="c.txt", content_type="text/plain")
    (log,) = decode(write_envelope(text, EVENT, picture, liar)).logs
    kept, named, false = log.attributes["sentry.attachments"]
    assert kept == {
        "file_name": "a.txt", "content_type": "text/plain; charset=utf-8", "attachment_type": "", "size_bytes": 7,
        "text": "grüezi",
    }  # fmt: skip
    assert (named["size_bytes"], named["not_kept"]) == (6, "Only texts are kept.")
    assert "text" not in false


def test_a_long_text_is_cut_between_lines_and_says_so():
    line = b"a line of a long log, in ASCII\n"
    payload = line * (2 * MAX_ATTACHMENT_BYTES // len(line))
    (log,) = decode(write_envelope(EVENT, write_item("attachment", payload, filename="x.log"))).logs
    (shown,) = log.attributes["sentry.attachments"]
    assert shown["text"].endswith("\n")
    assert MAX_ATTACHMENT_BYTES - len(line) <= len(shown["text"]) <= MAX_ATTACHMENT_BYTES
    assert (shown["size_bytes"], "bytes is kept" in shown["not_kept"]) == (len(payload), True)


def test_an_attachment_without_its_event_is_a_record_of_its_own():
    (log,) = decode(write_envelope(write_item("attachment", b"hello", filename="a.txt"), event_id="e1")).logs
    assert (log.event_name, log.attributes["sentry.event_id"]) == ("sentry.attachment", "e1")
    assert log.attributes["sentry.attachments"][0]["text"] == "hello"


def test_an_event_of_the_old_kind_is_the_same_record():
    (old,) = decode(json.dumps(event()).encode(), "sentry_store").logs
    (new,) = decode(write_envelope(EVENT)).logs
    assert old == new
    with pytest.raises(MalformedBody):
        decode(b"eJx9kk1v2zAM", "sentry_store")
