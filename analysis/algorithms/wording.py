"""The words of verdicts and findings: moments, durations, names of spans. Plain, exact, short."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from traces.records import SpanRow

SECOND_NS = 1_000_000_000
_DAY_NS = 86_400 * SECOND_NS
_LAST_SECOND = 253_402_300_799

_MESSAGE_IN_JSON = re.compile(r'"(?:message|detail|error_description)"\s*:\s*"((?:[^"\\]|\\.)*)')
_EXCEPTION_LINE = re.compile(r"[A-Za-z_][\w.]*(?:Error|Exception|Warning|Interrupt|Exit|Timeout)\b(?::|$)")
_REQUEST = re.compile(r"(?:GET|POST|PUT|PATCH) (\S+)")
_READ_CHARACTERS = 2_000

_PREFIXES = ("execute_tool ", "invoke_agent ", "tool ", "agent ", "chat ")
_KIND_WORDS = {
    "LLM": "model call", "EMBEDDING": "embedding call", "TOOL": "tool", "AGENT": "agent", "STEP": "step",
    "RETRIEVER": "retriever", "GUARDRAIL": "guardrail",
}  # fmt: skip


def clock(time_ns: int, now_ns: int) -> str:
    """`09:41:07 UTC`, with the date when it is another day than `now_ns`."""
    seconds = time_ns // SECOND_NS
    if not 0 <= seconds <= _LAST_SECOND:
        return f"{seconds} s"
    moment = datetime.fromtimestamp(seconds, UTC)
    is_today = time_ns // _DAY_NS == now_ns // _DAY_NS
    return moment.strftime("%H:%M:%S UTC" if is_today else "%Y-%m-%d %H:%M:%S UTC")


def moment(time_ns: int) -> str:
    """`09:41:07.250`: a moment among others of one mission."""
    seconds, rest = divmod(time_ns, SECOND_NS)
    if not 0 <= seconds <= _LAST_SECOND:
        return f"{seconds} s"
    return f"{datetime.fromtimestamp(seconds, UTC):%H:%M:%S}.{rest // 1_000_000:03}"


def lasting(duration_ns: int) -> str:
    """`850 ms`, `3.2 s`, `14 min`, `2 h 5 min`, `3 d 4 h`; whole numbers rounded down."""
    if duration_ns < SECOND_NS:
        return f"{max(0, duration_ns) // 1_000_000} ms"
    seconds = duration_ns // SECOND_NS
    if seconds < 60:
        return f"{duration_ns // 100_000_000 / 10:g} s"
    minutes = seconds // 60
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def taking(duration_ns: int) -> str:
    """`67 s`, to the nearest second below two minutes; else as `lasting`."""
    seconds = (max(0, duration_ns) + SECOND_NS // 2) // SECOND_NS
    return f"{seconds} s" if seconds < 120 else lasting(duration_ns)


def counted(count: int, singular: str, plural: str = "") -> str:
    """`1 span`, `3 spans`."""
    return f"{count} {singular if count == 1 else plural or singular + 's'}"


def times(count: int) -> str:
    """`once`, `3 times`."""
    return "once" if count == 1 else f"{count} times"


def shorten(text: str, length: int = 160) -> str:
    """The text on one line, cut with an ellipsis."""
    line = " ".join(text[: 4 * length].split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def name_span(span: SpanRow) -> str:
    """`tool get_user`, `model call gpt-4.1`, `agent planner`, `get /cart of service shop`."""
    name = plain_name(span)
    word = _KIND_WORDS.get(span.span_kind)
    request = _REQUEST.fullmatch(name)
    if word is not None and request is not None:
        return f"{word} to {request[1]}"
    if word is None:
        return f"{name} of service {span.service_name}" if span.service_name and span.otel_kind != "INTERNAL" else name
    return name if name.lower().startswith(word + " ") else f"{word} {name}"


def plain_name(span: SpanRow) -> str:
    """The name without the operation that conventions put before it; an agent's own name for its runs."""
    if span.span_kind == "AGENT" and span.agent_name:
        return shorten(span.agent_name, 60)
    name = shorten(span.name, 60)
    for prefix in _PREFIXES:
        if name.startswith(prefix) and len(name) > len(prefix):
            return name[len(prefix) :]
    return name or "a span without a name"


def reason_of(span: SpanRow) -> str:
    """What a failed span says about itself: `KeyError: 'x'`, or empty."""
    message, kind = shorten(core_message(span.status_message)), shorten(span.error_type, 60)
    message = message.removeprefix("Error: ") or message
    if not message:
        return kind
    return message if not kind or kind.lower() in message.lower() or kind == "tool_error" else f"{kind}: {message}"


def core_message(text: str) -> str:
    """The part of an error text that says what was wrong: the message in a JSON body, a traceback's exception."""
    text = text[:_READ_CHARACTERS].strip()
    if text.startswith("{"):
        found = _MESSAGE_IN_JSON.search(text)
        return found[1].replace('\\"', '"').replace("\\n", " ") if found is not None and found[1] else text
    if "Traceback (most recent call last)" in text:
        named = [line for line in text.splitlines() if _EXCEPTION_LINE.match(line)]
        return named[-1] if named else text.splitlines()[0]
    return text


def listed(items: Sequence[str], most: int = 5) -> str:
    """`a`, `a and b`, `a, b and c`, `a, b and 7 more`."""
    if len(items) > most:
        return f"{', '.join(items[: most - 1])} and {len(items) - most + 1} more"
    return " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)


def tallied(items: Iterable[str], most: int = 5) -> str:
    """`ACCOMPLISH ×3, SEARCH and PLUGIN`: each once and short, the most frequent first."""
    counts = Counter(shorten(item, 60) for item in items).most_common()
    return listed([f"{item} ×{count}" if count > 1 else item for item, count in counts], most)


def sentence(text: str) -> str:
    """The text with a capital first letter and one full stop."""
    text = text.strip()
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?…" else ".")
