"""Equal arguments are known by equal hashes: what a loop is recognised by."""

from telemetry.conventions import map_span
from telemetry.records import Resource, Scope, SpanRecord


def run_of(arguments: str | None) -> bytes:
    attributes = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "search"}
    if arguments is not None:
        attributes["gen_ai.tool.call.arguments"] = arguments
    span = SpanRecord(b"t" * 16, b"s" * 8, b"", "x", 1, 1, 2, 0, "", attributes, (), (), Resource({}), Scope())
    tool = map_span(span).tool
    assert tool is not None
    return tool.arguments_hash


def test_equal_arguments_have_equal_hashes_and_others_do_not() -> None:
    assert run_of('{"q": 1}') == run_of('{"q": 1}') != run_of('{"q": 2}')
    assert len(run_of('{"q": 1}')) == 8
    assert run_of(None) == b""
