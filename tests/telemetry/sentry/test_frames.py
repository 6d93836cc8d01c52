"""The stack of an event, frame by frame."""

from telemetry.sentry.frames import read_stack
from telemetry.stacktraces import Frame
from tests.telemetry.sentry.making import FRAMES, decode_event

DEBUG_ID = "12345678-9abc-4def-8123-456789abcdef"


def test_frames_say_more_than_the_text():
    frame = {"abs_path": "/srv/a.py", "filename": "a.py", "function": "f", "module": "a", "lineno": 7, "in_app": True,
             "context_line": "now", "pre_context": ["before"], "post_context": ["after"]}  # fmt: skip
    log = decode_event(exception=[{"type": "E", "value": "m", "stacktrace": {"frames": [frame, *FRAMES]}}])
    told = read_stack(log.attributes)
    (thrown,) = told.stack.chain
    assert (told.stack.language, thrown.type, thrown.message) == ("python", "E", "m")
    assert thrown.frames[0] == Frame(
        "/srv/a.py", "f", 7, None, "a", "now", in_app=True, before=("before",), after=("after",)
    )
    assert [each.in_app for each in thrown.frames] == [True, True, False]


def test_a_chain_begins_with_what_came_out_at_the_top():
    frames = {"stacktrace": {"frames": FRAMES}}
    chain = [{"type": "Root", **frames}, {"type": "Middle", "mechanism": {"source": "__context__"}}, {"type": "Top"}]
    stack = read_stack(decode_event(exception=chain).attributes).stack
    assert [(each.type, each.link) for each in stack.chain] == [("Top", ""), ("Middle", "context"), ("Root", "cause")]


def test_files_of_javascript_are_known_by_their_debug_ids():
    frames = [{"filename": "file:///srv/app.js", "lineno": 1, "colno": 5, "function": "?"},
              {"filename": "<anonymous>", "function": "Array.map", "in_app": True}]  # fmt: skip
    images = [{"type": "sourcemap", "code_file": "file:///srv/app.js", "debug_id": DEBUG_ID}, {"type": "x"}, "odd"]
    log = decode_event(
        platform="node", exception=[{"type": "E", "stacktrace": {"frames": frames}}], debug_meta={"images": images}
    )
    told = read_stack(log.attributes)
    assert (told.stack.language, told.debug_ids) == ("javascript", {"/srv/app.js": DEBUG_ID})
    own, native = told.stack.chain[0].frames
    assert (own.file, own.function, own.column) == ("/srv/app.js", "", 5)
    assert not native.in_app


def test_an_event_without_frames_has_no_stack():
    for exception in (None, [], [{"type": "E"}], "odd", [{"type": "E", "stacktrace": {"frames": "odd"}}], [None, 5]):
        assert read_stack(decode_event(exception=exception).attributes) is None
    odd = [{"lineno": True, "colno": -1, "function": 5, "pre_context": "x"}, 5]
    stack = read_stack(decode_event(exception=[{"stacktrace": {"frames": odd}}]).attributes).stack
    assert stack.chain[0].frames == (Frame("", "5"),)
