"""Files that databases and containers write, read back."""

import random
from typing import Any

import pytest

from telemetry.decode.refusal import Refusal
from telemetry.stage7.container_logs import LoggedEvent, LoggedLine, Unread, read_log_lines
from telemetry.stage7.exports import split_documents
from telemetry.stage7.shell_syntax import read_document

SHELL = r"""
/* 1 */
{
    "_id" : ObjectId("64b0c0ffee"), // a comment { with a brace
    eventType: 'step_created', n: NumberLong(5), m: NumberDecimal("1.5"), when: ISODate("2026-03-01T09:00:00Z"),
    description: 'it\'s "fine" \u00e9', list: [1, -2.5, true, null, undefined, { a: {} },], at: new Date("2026"),
}
/* 2 } */
{ "_id": {"$oid": "aa"}, "t": {"$date": {"$numberLong": "1752081589928"}}, "iso": {"$date": "2026-03-01T09:00:01Z"} }
"""
DOCUMENTS = [
    {
        "_id": "64b0c0ffee", "eventType": "step_created", "n": 5, "m": 1.5, "when": "2026-03-01T09:00:00Z",
        "description": 'it\'s "fine" é', "list": [1, -2.5, True, None, None, {"a": {}}], "at": "2026",
    },
    {"_id": "aa", "t": 1752081589928, "iso": "2026-03-01T09:00:01Z"},
]  # fmt: skip


def documents(text: str, size: int) -> list[Any]:
    chunks = [text[at : at + size] for at in range(0, len(text), size)]
    return [read_document(piece.text) for piece in split_documents(chunks)]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50, 10_000])
def test_the_shells_syntax_and_extended_json_in_pieces_of_any_size(size: int):
    assert documents(SHELL, size) == DOCUMENTS


@pytest.mark.parametrize(
    "text", ['[{"a": 1},\n{"a": 2}]', '{"a": 1}\n{"a": 2}\n', '{"a": 1}{"a": 2}', "\ufeff[ {a:1} , {a:2}, ]"]
)
def test_arrays_lines_and_documents_one_after_the_other(text: str):
    assert documents(text, 4) == [{"a": 1}, {"a": 2}]


def test_the_line_a_document_begins_in():
    assert [piece.line for piece in split_documents([SHELL])] == [3, 9]


@pytest.mark.parametrize(
    "text", ["{", "{a}", "{a:}", "{a:1}}", "[1", "{a: evil(1)}", "{a: require('fs')}", "{'a': 'x}", "{:1}", ""]
)
def test_what_is_no_document_is_refused(text: str):
    with pytest.raises(Refusal):
        read_document(text)


def test_deep_nesting_is_refused_and_not_followed():
    with pytest.raises(Refusal):
        read_document("{a:" * 5_000 + "1" + "}" * 5_000)


def test_random_text_never_raises_anything_else():
    chance = random.Random(5)
    for _ in range(2_000):
        text = "".join(chance.choice("{}[]\"'\\,:/*a1 \n(") for _ in range(40))
        for piece in split_documents([text[:20], text[20:]]):
            try:
                read_document(piece.text)
            except Refusal:
                pass


DOCKER = "2026-03-01T09:00:02.123456789Z "
EXECUTION, STEP = "5184a43d-ffb1-48ab-aab2-a244cdf41a30", "5184a43d-ffb1-48ab-aab2-a244cdf41a31"
MARK = "Event logged successfully: "
LOG = [
    f'agentset-1  | {DOCKER}{MARK}{{"eventType":"agent_created","status":"init{DOCKER}ializing"}}',
    f"capabilitiesmanager-1 | 2026-03-01 11:00:03,500 | [{EXECUTION}] Manager.execute: ERROR failed for step {STEP}",
    f'{MARK}{{"eventType":"step_execution_start",',
    f'{DOCKER}"stepId":"s-1"}}',
    f'{MARK}{{"eventType":"broken',
    "a line without a time",
    f'{MARK}{{"eventType":"step_completed"}}',
]


def test_a_containers_log():
    found = list(read_log_lines(LOG, service="agentset", offset_ns=2 * 3600 * 10**9))
    assert [(type(each), each.line) for each in found] == [
        (LoggedEvent, 1), (LoggedLine, 2), (LoggedEvent, 3), (Unread, 5), (LoggedLine, 6), (LoggedEvent, 7),
    ]  # fmt: skip
    events = [each.document for each in found if isinstance(each, LoggedEvent)]
    assert events[0]["status"] == "initializing"
    assert events[1] == {"eventType": "step_execution_start", "stepId": "s-1"}
    line = found[1]
    assert isinstance(line, LoggedLine)
    record = line.record
    assert record.body == f"ERROR failed for step {STEP}"
    assert (record.severity_number, record.time_ns) == (17, 1_772_355_603_500_000_000)
    assert record.attributes["stage7.step.id"] == STEP
    assert record.attributes["code.function.name"] == "Manager.execute"
    assert record.resource.attributes == {"service.name": "capabilitiesmanager"}
