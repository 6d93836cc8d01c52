"""A mission's totals and verdict from its rows. No tables are written here."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from analysis.algorithms.attempts import Attempts, find_attempts
from analysis.algorithms.context import compute_context_changes
from analysis.algorithms.errors import find_error_logs, find_error_spans
from analysis.algorithms.facts import MissionFacts, build_facts, cost_of
from analysis.algorithms.origins import find_asking_call
from analysis.algorithms.spending import counted_calls
from analysis.algorithms.tree import MissionTree
from analysis.algorithms.turns import find_turns
from analysis.algorithms.verdict import compose_verdict
from analysis.detectors.registry import run_detectors
from analysis.titles import find_opening, read_titles
from core.aggregates import LAST_64
from core.limits import FUTURE_TOLERANCE_NS
from core.money import add_money
from faults.reading.steps import digest_steps
from llmlog.records import LlmCallRow
from llmlog.selectors import list_calls_of_spans
from metrics.derive.errors import sample_errors
from metrics.derive.rows import Sample
from metrics.derive.samples import MissionEnd, list_samples
from plans.records import Plan, PlanStep
from plans.selectors import read_plans
from plans.summary import summarise_plan
from traces.counts import ERROR_SEVERITY, count_error_logs, count_records
from traces.records import ErrorLogs
from traces.selectors import LogFilter, list_logs_by_time, list_spans_of_missions

MOST_ERROR_LOGS = 1_000
MOST_NAMES = 50
MOST_CALLED = 200
"""Models, tools."""
TITLE_LENGTH = 200
REPORTED_LENGTH = 40


class Subject(NamedTuple):
    """A mission that is to be computed."""

    project_id: int
    id: str
    """The sender's."""
    is_named: bool
    """Its sender gave it a name: none is made up."""


class MissionTotals(msgspec.Struct, frozen=True):
    """What a recompute writes."""

    title: str
    status: str
    reported_status: str
    start_ns: int | None
    end_ns: int | None
    last_activity_ns: int | None
    span_count: int
    error_count: int
    llm_call_count: int
    tool_call_count: int
    log_count: int
    snapshot_count: int
    step_count: int
    step_done_count: int
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: str | None
    agents: str
    services: str
    model_names: str
    tool_names: str
    verdict: str
    analysis: str
    finding_count: int
    call_counts: tuple[tuple[int, int | None, int, bool], ...]
    """(key of a model call, messages new in it, which attempt it is, is it counted) where what is stored differs."""
    requested_by: tuple[tuple[int, int], ...]
    """(key of a tool run, key of the model call that asked for it) where the stored one differs."""
    outcomes: tuple[tuple[int, str], ...]
    """(key of a span, what became of it) where what is stored differs."""
    samples: tuple[Sample, ...] = ()
    """What metrics are derived from: steps, questions, the mission's end, errors."""
    failed_steps: bytes = b""
    """Of its plan, as faults.reading.steps.digest_steps gives it."""


def compute_totals(missions: Mapping[int, Subject], now_ns: int) -> dict[int, MissionTotals]:
    """Read the narrow rows of several missions, by key, and compute. Nothing is written."""
    spans = list_spans_of_missions({pk: mission.id for pk, mission in missions.items()})
    calls = list_calls_of_spans(spans)
    counts = count_records(list(missions))
    titles = read_titles(
        {pk: find_opening(of.project_id, calls[pk].llm) for pk, of in missions.items() if not of.is_named}
    )
    plans = read_plans(list(missions))
    told = count_error_logs([pk for pk in missions if counts[pk].error_logs])
    errors = LogFilter(least_severity=ERROR_SEVERITY)
    found: dict[int, MissionTotals] = {}
    for pk, mission in missions.items():
        of = counts[pk]
        logs = list_logs_by_time(pk, mission.id, limit=MOST_ERROR_LOGS, chosen=errors) if of.error_logs else []
        facts = build_facts(
            spans[pk], calls[pk].llm, calls[pk].tools, logs, now_ns, last_activity_ns=of.last_log_ns, plan=plans[pk]
        )
        totals = summarise(facts, len(spans[pk]), of.logs, of.snapshots, titles.get(pk, ""))
        found[pk] = msgspec.structs.replace(totals, samples=_sample(pk, totals, facts, told.get(pk, ())))
    return found


def summarise(facts: MissionFacts, span_count: int, log_count: int, snapshot_count: int, title: str) -> MissionTotals:
    """Totals from facts; the plan's goal is the title, else `title`, else the first root's name. Pure."""
    rows = [row.span for row in facts.tree.rows if row.span is not None]
    findings = run_detectors(facts)
    verdict = compose_verdict(facts, findings)
    starts = _believable([span.start_ns for span in rows if span.start_ns is not None], facts.now_ns)
    ends = _believable([span.end_ns for span in rows if span.end_ns is not None], facts.now_ns)
    status = facts.outcome.mission_status
    if not rows and not log_count:
        status = "gone"
    is_over = status not in ("active", "waiting")
    counted, attempts = counted_calls(facts.tree, facts.llm_calls), find_attempts(facts.llm_calls)
    costs = [cost for cost in map(cost_of, counted) if cost is not None]
    planned = summarise_plan(facts.whole_plan)
    return MissionTotals(
        title=_goal(facts.plan) or title or _title(facts.tree),
        status=status,
        reported_status=facts.plan.status_word[:REPORTED_LENGTH] or _reported(facts.tree),
        start_ns=min(starts) if starts else None,
        end_ns=max(ends) if ends and is_over else None,
        last_activity_ns=facts.outcome.last_activity_ns,
        span_count=span_count,
        error_count=sum(facts.outcome.failures) + len(facts.error_logs),
        llm_call_count=len(counted),
        tool_call_count=len(facts.tool_calls),
        log_count=log_count,
        snapshot_count=snapshot_count,
        step_count=planned.step_count,
        step_done_count=planned.done_count,
        input_tokens=_total([call.input_tokens for call in counted]),
        output_tokens=_total([call.output_tokens for call in counted]),
        cost_usd=format(add_money(costs), "f") if costs else None,
        agents=_names([span.agent_name for span in rows]),
        services=_names([span.service_name for span in rows]),
        model_names=_names(
            [name for call in facts.llm_calls for name in (call.request_model, call.response_model)], MOST_CALLED
        ),
        tool_names=_names([run.tool_name for run in facts.tool_calls], MOST_CALLED),
        verdict=verdict.sentence,
        analysis=msgspec.json.encode(
            {
                "verdict": verdict,
                "findings": findings,
                "turn_count": len(find_turns(facts.tree, facts.llm_calls)),
                "call_count": len(({call.pk for call in counted} - attempts.inner()) | set(attempts.outer)),
                "plan": planned,
            }
        ).decode(),
        finding_count=len(findings),
        call_counts=_call_counts(facts.llm_calls, attempts, {call.pk for call in counted}),
        requested_by=_requested_by(facts),
        outcomes=_outcomes(facts),
        failed_steps=digest_steps(facts.plan),
    )


def _sample(pk: int, totals: MissionTotals, facts: MissionFacts, error_logs: Sequence[ErrorLogs]) -> tuple[Sample, ...]:
    end_ns = totals.last_activity_ns if totals.end_ns is None else totals.end_ns
    end = MissionEnd(pk, totals.status, totals.start_ns, end_ns, totals.cost_usd)
    errors = sample_errors(pk, find_error_spans(facts.tree), find_error_logs(facts.tree, error_logs))
    return (*list_samples(end, facts.whole_plan), *errors)


def _believable(times: Sequence[int], now_ns: int) -> Sequence[int]:
    """Times that do not lie in the future, unless all do: one broken clock must not stretch a mission."""
    past = [time_ns for time_ns in times if time_ns <= now_ns + FUTURE_TOLERANCE_NS]
    return past or times


def _total(counts: Sequence[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return min(sum(known), LAST_64) if known else None


def _names(names: Sequence[str], most: int = MOST_NAMES) -> str:
    return msgspec.json.encode(sorted({name for name in names if name})[:most]).decode()


def _title(tree: MissionTree) -> str:
    return next((row.span.name for row in tree.rows if row.span is not None), "")[:TITLE_LENGTH]


def _goal(plan: Plan) -> str:
    """What the mission is called or is to reach, by its own records or by its first agent's."""
    goals = (plan.name, plan.goal, *(agent.goal for agent in plan.agents), *map(_step_goal, plan.steps))
    return " ".join(next((goal for goal in goals if goal), "").split())[:TITLE_LENGTH]


def _step_goal(step: PlanStep) -> str:
    return next((item.value for item in step.inputs if item.name == "goal" and step.parent < 0), "")


def _reported(tree: MissionTree) -> str:
    """What the first root itself says: ok, failed, or nothing."""
    root = next((row.span for row in tree.rows if row.span is not None), None)
    return "" if root is None else {"OK": "ok", "ERROR": "failed"}.get(root.status_code, "")


def _call_counts(
    calls: Sequence[LlmCallRow], attempts: Attempts, counted: set[int]
) -> tuple[tuple[int, int | None, int, bool], ...]:
    changes = compute_context_changes(calls)
    found: list[tuple[int, int | None, int, bool]] = []
    for call in calls:
        new = len(changes[call.pk].added) if call.pk in changes else call.new_message_count
        attempt, is_counted = attempts.count(call.pk), call.pk in counted
        if (new, attempt, is_counted) != (call.new_message_count, call.attempt_count, call.is_counted):
            found.append((call.pk, new, attempt, is_counted))
    return tuple(found)


def _outcomes(facts: MissionFacts) -> tuple[tuple[int, str], ...]:
    return tuple(
        (row.span.pk, status)
        for row, status in zip(facts.tree.rows, facts.outcome.statuses, strict=True)
        if row.span is not None and row.span.pk >= 0 and row.span.effective_status != status
    )


def _requested_by(facts: MissionFacts) -> tuple[tuple[int, int], ...]:
    found = ((run, find_asking_call(facts, run)) for run in facts.tool_calls if run.tool_call_id)
    return tuple((run.pk, call.pk) for run, call in found if call is not None and call.pk != run.requested_by)
