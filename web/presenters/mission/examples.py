"""A made-up failed mission for the patterns page: its verdict, too long for its box, and its overview."""

from decimal import Decimal

import msgspec

from analysis.algorithms.critical_path import compute_critical_path
from analysis.algorithms.outcome import compute_outcome
from analysis.algorithms.spending import CallUse, ToolUse, compute_spending
from analysis.algorithms.tree import build_tree
from traces.records import MissionRow, SpanRow
from web.presenters.formats import S
from web.presenters.mission.overview import Overview, present_overview
from web.presenters.mission.verdict import Verdict, present_verdict

TRACE = "a" * 32
HOSTILE = "<img src=x onerror=alert(1)>"
LONG = (
    "The planner failed and nobody took over: execute_tool web_search answered 503 four times in a row, the planner "
    "made the same plan after each of them, and the critic waited for a result that never came. The tool's error: "
    f"{HOSTILE} "
) + "upstream connect error or disconnect/reset before headers; reset reason: connection timeout. " * 6
_SPANS = (
    ("mission", "AGENT", 0, 70.0), ("invoke_agent planner", "AGENT", 0, 61.0), ("chat gpt-4o", "LLM", 1, 12.4),
    (f"execute_tool {HOSTILE}", "TOOL", 14, 19.5), ("wait for approval", "HUMAN", 36, 14.0),
    ("in the queue", "QUEUE", 56, 2.2),
)  # fmt: skip
"""Name, kind, start and duration in seconds; the first holds the second, and that all others."""


def example_verdict(mission: MissionRow, now_ns: int) -> Verdict | None:
    """A sentence of many lines, evidence, and what else was found."""
    refs = [{"type": "span", "id": f"{TRACE}/{at:016x}"} for at in range(1, 7)]
    verdict = {
        "severity": "error", "since_ns": now_ns - 120 * 60 * S, "sentence": LONG, "evidence": refs,
        "also": [{"title": "4 equal plans in a row", "refs": refs[:1]}, {"title": HOSTILE}],
    }  # fmt: skip
    missing = {"detector": "incomplete_data", "title": "3 parents missing", "detail": "Their spans have not arrived."}
    return present_verdict(mission, {"verdict": verdict, "findings": [missing]}, now_ns)


def example_overview(now_ns: int) -> Overview:
    """Five classes of time, models with and without a price, a tool that failed."""
    spans = [_span(at, now_ns - 7200 * S) for at in range(len(_SPANS))]
    tree = build_tree(spans)
    path = compute_critical_path(tree, compute_outcome(tree, now_ns))
    spending = msgspec.structs.replace(
        compute_spending(tree, path, [], []),
        models=(
            CallUse("gpt-4o", 21, 71_300, 6_920, Decimal("0.1102")),
            CallUse("mistral-small", 6, 9_100, 720, Decimal("0.0012")),
            CallUse("a-model-whose-price-nobody-knows-2026-11-28", 1, None, None, None),
        ),
        tools=(ToolUse("web_search", 9, 4, 38 * S), ToolUse(HOSTILE, 1, 0, None)),
    )
    return present_overview(tree, path, spending)


def _span(at: int, start_ns: int) -> SpanRow:
    name, kind, after_s, took_s = _SPANS[at]
    begun_ns = start_ns + after_s * S
    return SpanRow(
        pk=at, mission_id="example", trace_id=TRACE, span_id=f"{at + 1:016x}", side=0,
        parent_span_id=f"{min(at, 2):016x}" if at else None, name=name, otel_kind="INTERNAL", span_kind=kind,
        service_name="stage", agent_name="planner" if at else "", step_id="", start_ns=begun_ns,
        end_ns=begun_ns + int(took_s * S), status_code="OK", status_message="", effective_status="ok", error_type="",
        links=(), warnings=(), change_seq=at + 1,
    )  # fmt: skip
