"""What a stack trace is once it is read: exceptions with their frames. Plain values."""

import msgspec


class Frame(msgspec.Struct, frozen=True):
    """One call on the stack."""

    file: str
    """Path or address as it was written; empty when it was not."""
    function: str = ""
    line: int | None = None
    column: int | None = None
    module: str = ""
    """Package or class, where the language writes it."""
    source: str = ""
    """The line of code, where the trace quotes it."""
    in_app: bool = False
    """The sender's own code: not its language's, not a library's."""
    before: tuple[str, ...] = ()
    """Lines of code above `source`, where they are known."""
    after: tuple[str, ...] = ()
    """Lines of code below it."""
    mapped_from: str = ""
    """`file:line:column` before a source map was applied; empty when none was."""


class Thrown(msgspec.Struct, frozen=True):
    """One exception of a chain."""

    type: str
    message: str
    frames: tuple[Frame, ...]
    """The innermost call last, whatever the order in the text."""
    link: str = ""
    """How the one before it in the chain came of it: cause, context (while it was handled), or empty."""
    left_out: int = 0
    """Frames that the text says it left out, or that were above the limit."""


class StackTrace(msgspec.Struct, frozen=True):
    """An exception and what caused it: the one that came out at the top first, its root cause last."""

    language: str
    """python, javascript, java, go."""
    chain: tuple[Thrown, ...]
