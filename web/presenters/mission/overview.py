"""The overview: what the selection shows while nothing is selected. Where the time, the tokens and the money went."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import NamedTuple, TypeVar

from analysis.algorithms.critical_path import TIME_CLASSES, CriticalPath
from analysis.algorithms.spending import CallUse, Spending, ToolUse
from analysis.algorithms.tree import MissionTree
from web.presenters.formats import format_cost, format_count, format_duration, format_time, format_tokens
from web.presenters.mission.keys import span_key

FIRST, MOST = 6, 50
"""Rows in sight, and rows at all."""
BAR = 1_000
"""Width of the bar in its own units."""
_WORDS = {
    "llm": ("models", "kind-llm", "a model worked"),
    "tool": ("tools", "kind-tool", "a tool worked"),
    "queue": ("queue", "kind-queue", "waited in a queue"),
    "human": ("people", "kind-human", "waited for a person"),
    "retry": ("retries", "status-waiting", "tried again what had failed"),
    "agent": ("agents", "kind-agent", "the agents' own work"),
    "idle": ("idle", "kind-other", "nothing was recorded"),
}
_Use = TypeVar("_Use")


class Slice(NamedTuple):
    """A class of time, in the bar and in the table."""

    word: str
    css: str
    title: str
    x: int
    width: int
    time: str
    share: str


class Cell(NamedTuple):
    """A number of a row."""

    text: str
    css: str = ""


class Line(NamedTuple):
    """A row of a table."""

    name: str
    title: str
    key: str
    """Span key of what the name leads to; empty for a plain name."""
    kind: str
    """Span kind of what the name leads to."""
    clock: str
    """Time of day, where several rows have one name."""
    cells: list[Cell]


class Table(NamedTuple):
    """A table of the overview: the first rows in sight, the next ones folded."""

    id: str
    label: str
    title: str
    heads: list[str]
    first: list[Line]
    more: list[Line]
    left_out: int
    """Rows beyond these."""


class Overview(NamedTuple):
    """What `_overview.html` shows."""

    wall: str
    slices: list[Slice]
    tables: list[Table]


def present_overview(tree: MissionTree, path: CriticalPath, spending: Spending) -> Overview:
    """Tables that have something to say; columns of which nothing is known are left out."""
    wall_ns = sum(path.totals.values())
    tables = [
        _spans(tree, spending, wall_ns),
        _calls("models", "Models", spending.models, wall_ns=0),
        _calls("agents", "Agents", [use for use in spending.agents if use.name], wall_ns=wall_ns),
        _tools(spending.tools),
    ]
    return Overview(
        format_duration(wall_ns) if path.start_ns is not None else "",
        _slices(path.totals, wall_ns),
        [table for table in tables if table.first],
    )


def _slices(totals: dict[str, int], wall_ns: int) -> list[Slice]:
    """Classes in their fixed order; edges are rounded, so that the bar has no gaps."""
    found: list[Slice] = []
    before_ns = 0
    for name in TIME_CLASSES:
        time_ns = totals[name]
        if not time_ns:
            continue
        word, css, title = _WORDS[name]
        x, end = before_ns * BAR // wall_ns, (before_ns + time_ns) * BAR // wall_ns
        found.append(Slice(word, css, title, x, end - x, format_duration(time_ns), format_share(time_ns, wall_ns)))
        before_ns += time_ns
    return found


def format_share(part: int | Decimal, whole: int | Decimal) -> str:
    """`42 %`, `<1 %`; empty without a whole."""
    if not whole:
        return ""
    percent = round(100 * Decimal(part) / Decimal(whole))
    return "<1 %" if part and percent < 1 else f"{percent} %"


def _table(
    name: str, label: str, title: str, heads: Sequence[str], uses: Sequence[_Use], line: Callable[[_Use], Line]
) -> Table:
    lines = [line(use) for use in uses[:MOST]]
    return Table(name, label, title, list(heads), lines[:FIRST], lines[FIRST:], max(0, len(uses) - MOST))


def _spans(tree: MissionTree, spending: Spending, wall_ns: int) -> Table:
    shown = spending.spans[:MOST]
    labels = [tree.rows[each.row].label.strip() or "(unknown)" for each in shown]
    lines = []
    for each, label in zip(shown, labels, strict=True):
        row = tree.rows[each.row]
        start = format_time(row.span.start_ns if row.span is not None else None)
        clock = start[11:19] if labels.count(label) > 1 and row.span is not None else ""
        kind = row.span.span_kind if row.span is not None else "OTHER"
        cells = [Cell(format_duration(each.path_ns), "ms-strong"), Cell(format_share(each.path_ns, wall_ns))]
        lines.append(Line(label, f"{label} · {start}", span_key(*row.key), kind, clock, cells))
    left_out = max(0, len(spending.spans) - MOST)
    title = "Time of a span's own on the critical path, without what lies in it"
    return Table("spans", "Longest on the path", title, ["own time", ""], lines[:FIRST], lines[FIRST:], left_out)


def _calls(name: str, label: str, uses: Sequence[CallUse], *, wall_ns: int) -> Table:
    """Calls, tokens and cost. `wall_ns`: with each one's part of the critical path."""
    costs = [use.cost_usd for use in uses if use.cost_usd is not None]
    tokens = [use.tokens for use in uses if use.tokens is not None]
    calls = sum(use.call_count for use in uses)
    whole_cost, whole_tokens = sum(costs, Decimal(0)), sum(tokens)
    heads = ["time"] if wall_ns else []
    heads += [word for word, is_known in (("calls", calls), ("tokens", tokens), ("cost", costs)) if is_known]
    of = "cost" if whole_cost else "tokens" if whole_tokens else ""
    heads += ["share"] if of and len(uses) > 1 else []

    def line(use: CallUse) -> Line:
        known = {
            "time": Cell(format_duration(use.path_ns) if use.path_ns else "", "ms-strong"),
            "calls": Cell(format_count(use.call_count) if use.call_count else ""),
            "tokens": Cell("" if use.tokens is None else format_tokens(use.tokens)),
            "cost": Cell("" if use.cost_usd is None else format_cost(use.cost_usd)),
            "share": Cell(_share(use, of, whole_cost, whole_tokens)),
        }
        shown = use.name or "unknown model"
        return Line(shown, _tokens_title(use), "", "", "", [known[head] for head in heads])

    title = f"Share of the {of}" if "share" in heads else ""
    return _table(name, label, title, heads, uses, line)


def _share(use: CallUse, of: str, whole_cost: Decimal, whole_tokens: int) -> str:
    if of == "cost":
        return "" if use.cost_usd is None else format_share(use.cost_usd, whole_cost)
    return "" if use.tokens is None else format_share(use.tokens, whole_tokens)


def _tokens_title(use: CallUse) -> str:
    counts = ((use.input_tokens, "tokens in"), (use.output_tokens, "out"))
    words = [f"{format_count(count)} {word}" for count, word in counts if count is not None]
    return " · ".join([use.name or "unknown model", ", ".join(words)] if words else [use.name or "unknown model"])


def _tools(uses: Sequence[ToolUse]) -> Table:
    has_failures = any(use.failure_count for use in uses)
    heads = ["runs", *(["failed"] if has_failures else []), "time"]

    def line(use: ToolUse) -> Line:
        known = {
            "runs": Cell(format_count(use.run_count)),
            "failed": Cell(format_count(use.failure_count) if use.failure_count else "", "is-failed"),
            "time": Cell("" if use.total_ns is None else format_duration(use.total_ns), "ms-strong"),
        }
        return Line(use.name or "unknown tool", use.name, "", "", "", [known[head] for head in heads])

    return _table("tools", "Tools", "All runs together; they may overlap", heads, uses, line)
