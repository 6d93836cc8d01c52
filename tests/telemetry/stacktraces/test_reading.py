"""Stack traces of five engines become frames; anything else becomes nothing, in linear time."""

import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.stacktraces import Frame, StackTrace, read_stacktrace


def read(text: str) -> StackTrace:
    found = read_stacktrace(text)
    assert found is not None
    return found


def calls(frames: tuple[Frame, ...]) -> list[tuple[str, str, int | None, bool]]:
    return [(frame.file, frame.function, frame.line, frame.in_app) for frame in frames]


def raised(function) -> str:
    try:
        function()
    except Exception:
        return traceback.format_exc()
    raise AssertionError("it raised nothing")


def fail_in_two_lines():
    try:
        {}["key"]
    except KeyError as error:
        raise ValueError("first line\nsecond line") from error


def test_pythons_own_traceback_with_its_cause():
    found = read(raised(fail_in_two_lines))
    assert found.language == "python"
    top, cause = found.chain
    assert (top.type, top.message, top.link) == ("ValueError", "first line\nsecond line", "")
    assert (cause.type, cause.message, cause.link) == ("KeyError", "'key'", "cause")
    assert [frame.function for frame in top.frames] == ["raised", "fail_in_two_lines"]
    assert top.frames[-1].source == 'raise ValueError("first line\\nsecond line") from error'
    assert all(frame.in_app for frame in top.frames)


def test_pythons_exception_groups_and_contexts():
    def fail():
        try:
            raise TypeError("inner")
        except TypeError as error:
            raise ExceptionGroup("several", [error, ValueError("never raised")])  # noqa: B904

    found = read(raised(fail))
    assert [(thrown.type, thrown.link) for thrown in found.chain] == [
        ("ExceptionGroup", ""), ("TypeError", "context"), ("TypeError", "group"), ("ValueError", "group"),
    ]  # fmt: skip


def test_pythons_deep_recursion_is_counted():
    def fail():
        return fail()

    [thrown] = read(raised(fail)).chain
    assert thrown.type == "RecursionError"
    assert thrown.left_out > 900


def test_libraries_are_not_own_code():
    text = """Traceback (most recent call last):
  File "/srv/app/main.py", line 3, in run
  File "/srv/venv/lib/python3.11/site-packages/requests/api.py", line 59, in get
  File "<frozen importlib._bootstrap>", line 1, in _find
requests.exceptions.ConnectionError: refused
"""
    [thrown] = read(text).chain
    assert [frame.in_app for frame in thrown.frames] == [True, False, False]


def test_v8_with_a_cause_and_left_out_lines():
    found = read("""TypeError: Cannot read properties of undefined (reading 'x')
    at Brain.think [as run] (/app/dist/Brain.js:10:15)
    at async Agent.step (file:///app/agent.mjs:1:2)
    at /app/node_modules/express/lib/router.js:3:4
    at Array.map (<anonymous>)
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5) {
  [cause]: Error: inner
      at new Foo (/app/x (y)/z.js:1:1)
      ... 7 lines matching cause stack trace ...
}""")
    top, cause = found.chain
    assert (top.type, top.message) == ("TypeError", "Cannot read properties of undefined (reading 'x')")
    assert calls(top.frames)[::-1] == [
        ("/app/dist/Brain.js", "Brain.think", 10, True),
        ("/app/agent.mjs", "Agent.step", 1, True),
        ("/app/node_modules/express/lib/router.js", "", 3, False),
        ("<anonymous>", "Array.map", None, False),
        ("node:internal/process/task_queues", "process.processTicksAndRejections", 95, False),
    ]
    assert (cause.type, cause.message, cause.link, cause.left_out) == ("Error", "inner", "cause", 7)
    assert calls(cause.frames) == [("/app/x (y)/z.js", "new Foo", 1, True)]


def test_the_source_lines_that_node_prints_first_are_not_the_message():
    [thrown] = read("/app/x.js:3\n  throw new Error('x')\n  ^\n\nError: x\n    at go (/app/x.js:3:9)").chain
    assert (thrown.type, thrown.message) == ("Error", "x")


def test_firefox_and_safari():
    [thrown] = read(
        "foo@http://h/app.js:10:5\nasync*bar/<@http://h/app.js:20:7\nmap@[native code]\nglobal code@http://h/a.js:1:1"
    ).chain
    assert calls(thrown.frames)[::-1] == [
        ("http://h/app.js", "foo", 10, True),
        ("http://h/app.js", "bar", 20, True),
        ("[native code]", "map", None, False),
        ("http://h/a.js", "global code", 1, True),
    ]


def test_java_with_cause_and_suppressed():
    found = read("""Exception in thread "main" java.lang.IllegalStateException: no
\tat com.foo.Bar$1.baz(Bar.java:10)
\tat java.base/java.lang.Thread.run(Thread.java:833)
\tSuppressed: java.io.IOException: c
\t\tat com.foo.R.close(R.java:3)
Caused by: java.lang.NullPointerException
\tat com.foo.Q.q(Native Method)
\t... 3 more
""")
    assert [(thrown.type, thrown.link, thrown.left_out) for thrown in found.chain] == [
        ("java.lang.IllegalStateException", "", 0),
        ("java.io.IOException", "suppressed", 0),
        ("java.lang.NullPointerException", "cause", 3),
    ]
    assert calls(found.chain[0].frames) == [("Thread.java", "run", 833, False), ("Bar.java", "baz", 10, True)]


def test_go_panics():
    [thrown] = read("""panic: runtime error: index out of range [5] with length 3

goroutine 1 [running]:
main.(*T).foo(0xc000010000, 0x2)
\t/app/main.go:12 +0x1d
runtime.main()
\t/usr/local/go/src/runtime/proc.go:250 +0x2

goroutine 7 [select]:
main.other()
\t/app/other.go:1 +0x1
""").chain
    assert (thrown.type, thrown.message) == ("runtime error", "index out of range [5] with length 3")
    assert calls(thrown.frames) == [
        ("/usr/local/go/src/runtime/proc.go", "runtime.main", 250, False),
        ("/app/main.go", "main.(*T).foo", 12, True),
    ]


def test_a_very_deep_stack_keeps_both_ends():
    lines = [f"    at f{at} (/app/x.js:{at + 1}:1)" for at in range(1000)]
    [thrown] = read("Error: deep\n" + "\n".join(lines)).chain
    assert (len(thrown.frames), thrown.left_out) == (200, 800)
    assert (thrown.frames[-1].function, thrown.frames[0].function) == ("f0", "f999")


@pytest.mark.parametrize("text", ["", "one line", "two\nlines at noon", "mail a@b.c:1\nor me@host", "at \n at x"])
def test_what_is_no_stack_trace_is_none(text):
    assert read_stacktrace(text) is None


PIECES = (
    "Traceback (most recent call last):\n", '  File "x.py", line 1, in f\n', "ValueError: x\n", "    at f (a.js:1:2)\n",
    "f@http://h/a.js:1:2\n", "\tat a.B.c(D.java:1)\n", "goroutine 1 [running]:\n", "\t/a.go:1 +0x1\n", "Caused by: x\n",
    "  | ", "+-+---------------- 1 ----------------\n", "@" * 50, "(" * 50, " at " * 20, "\x00\ud800", "\n",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join) | st.text(max_size=300))
def test_it_never_raises(text):
    found = read_stacktrace(text)
    assert found is None or all(isinstance(thrown.frames, tuple) for thrown in found.chain)
