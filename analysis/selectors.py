"""Reads what missions mean: facts, graph, critical path, findings, state. Computed from rows when asked."""

import time
from collections.abc import Sequence, Set
from typing import NamedTuple

from analysis.algorithms.attempts import find_attempts
from analysis.algorithms.critical_path import CriticalPath, compute_critical_path
from analysis.algorithms.denials import find_denials
from analysis.algorithms.facts import MissionFacts, build_facts, build_mission_tree
from analysis.algorithms.findings import Finding
from analysis.algorithms.graph import DEFAULT_LIMIT, build_graph
from analysis.algorithms.graph_model import MissionGraph
from analysis.algorithms.state import StateAt, StateEntry, state_at
from analysis.algorithms.tree import MissionTree
from analysis.algorithms.turns import find_turns
from analysis.detectors.registry import run_detectors
from analysis.totals import MOST_ERROR_LOGS
from llmlog.records import LlmCallRow
from llmlog.selectors import list_calls_of_spans, list_llm_calls
from plans.selectors import read_plan
from telemetry.stage7.brain_words import LOGIC_FAILURE_EVENT
from traces.counts import ERROR_SEVERITY
from traces.records import MissionRow, SpanRow
from traces.selectors import LogFilter, has_speakers, list_logs_by_time, list_spans, list_state


class AgentState(NamedTuple):
    """An agent's state at a moment, and the snapshots it was made of."""

    agent_name: str
    found: StateAt


def read_facts(mission: MissionRow, now_ns: int | None = None) -> MissionFacts:
    """The records of a mission, its tree and outcome."""
    errors = LogFilter(least_severity=ERROR_SEVERITY)
    spans = list_spans(mission.pk, mission.id)
    calls = list_calls_of_spans({mission.pk: spans})[mission.pk]
    return build_facts(
        spans,
        calls.llm,
        calls.tools,
        list_logs_by_time(mission.pk, mission.id, limit=MOST_ERROR_LOGS, chosen=errors),
        time.time_ns() if now_ns is None else now_ns,
        last_activity_ns=mission.last_activity_ns,
        plan=read_plan(mission.pk),
    )


def read_mission_tree(mission: MissionRow) -> MissionTree:
    """The tree of a mission's spans and of the steps and agents of its plan."""
    return build_mission_tree(list_spans(mission.pk, mission.id), read_plan(mission.pk))


def read_graph(
    mission: MissionRow,
    at_ns: int | None = None,
    limit: int = DEFAULT_LIMIT,
    *,
    plan_limit: int | None = None,
    expanded: Set[str] = frozenset(),
) -> MissionGraph:
    """The mission's graph, now or as it was known at a moment, folded to `limit` nodes, or `plan_limit` when it has a
    plan; `expanded` are ids of nodes whose insides are wanted."""
    spans = list_spans(mission.pk, mission.id)
    calls = list_calls_of_spans({mission.pk: spans})[mission.pk]
    plan = read_plan(mission.pk, at_ns)
    return build_graph(
        spans,
        calls.llm,
        calls.tools,
        at_ns=at_ns,
        limit=limit if plan.is_empty or plan_limit is None else plan_limit,
        now_ns=time.time_ns(),
        last_activity_ns=mission.last_activity_ns,
        plan=plan,
        expanded=expanded,
    )


def read_critical_path(mission: MissionRow) -> CriticalPath:
    """What the mission's time went to."""
    facts = read_facts(mission)
    return compute_critical_path(facts.tree, facts.outcome)


def read_findings(mission: MissionRow) -> list[Finding]:
    """What the detectors say about the mission as it stands."""
    return run_detectors(read_facts(mission))


def read_state(
    project_id: int, mission: MissionRow, agent: str | None = None, at_ns: int | None = None
) -> list[AgentState]:
    """The state of each agent (or of one) at a moment; without one, at the end."""
    by_agent: dict[str, list[StateEntry]] = {}
    for entry in list_state(project_id, mission.pk, mission.id, agent):
        row = entry.row
        by_agent.setdefault(row.agent_name, []).append(StateEntry(row.time_ns, row.pk, row.kind, entry.value))
    return [AgentState(name, state_at(entries, at_ns)) for name, entries in sorted(by_agent.items())]


class Tries(NamedTuple):
    """How model calls were tried, by their keys."""

    chains: dict[int, list[LlmCallRow]]
    """The attempts up to each, itself last; of a logical call all attempts at it."""
    replays: dict[int, int]
    """Those answered with the answer of an earlier call, to the key of that one."""


def read_attempts(mission: MissionRow, asked: Sequence[LlmCallRow]) -> Tries:
    """How each of these calls was tried."""
    found, replays = {call.pk: [call] for call in asked}, {}
    if any(call.attempt_count > 1 or call.response_id or call.call_id for call in asked):
        calls = {each.pk: each for each in list_llm_calls(mission.pk, mission.id)}
        attempts = find_attempts(list(calls.values()))
        found |= {pk: [calls[each] for each in attempts.chain(pk)] for pk in found if pk in calls}
        replays = {pk: attempts.replays[pk] for pk in found if pk in attempts.replays}
    return Tries(found, replays)


def read_denied(mission: MissionRow, tree: MissionTree) -> frozenset[int]:
    """Rows of model calls whose caller reported afterwards that their answer was of no use."""
    if not mission.log_count or not mission.error_count:
        return frozenset()
    chosen = LogFilter(event_name=LOGIC_FAILURE_EVENT)
    reports = list_logs_by_time(mission.pk, mission.id, limit=MOST_ERROR_LOGS, chosen=chosen)
    denied = find_denials(reports, list_llm_calls(mission.pk, mission.id)) if reports else []
    rows = (tree.index.get((call.trace_id, call.span_id, call.side)) for call in denied)
    return frozenset(row for row in rows if row is not None)


def read_turns(mission: MissionRow, after_seq: int = 0) -> list[SpanRow]:
    """The turns of agents and steps (`algorithms/turns.py`) that changed since, in the order of their last change."""
    if not has_speakers(mission.pk):
        return []
    tree = read_mission_tree(mission)
    turns = find_turns(tree, list_llm_calls(mission.pk, mission.id))
    return sorted((turn for turn in turns if turn.change_seq > after_seq), key=lambda turn: turn.change_seq)
