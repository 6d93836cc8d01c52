"""What the mission page's views read together: the mission, its tree, the texts of its calls and tool runs."""

import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from threading import Lock

from accounts.records import ProjectAccess
from alerts.selectors import list_mission_firings
from analysis.algorithms.outcome import MissionOutcome, compute_outcome
from analysis.algorithms.tree import MissionTree
from analysis.selectors import read_denied, read_mission_tree
from core.errors import NotFound
from llmlog.records import LlmCallRow
from llmlog.selectors import list_tool_calls
from telemetry.conventions import event_of_log
from telemetry.conventions.conversation import Conversation, ToolIo
from telemetry.conventions.messages import read_conversation
from telemetry.conventions.tools import read_tool_io
from telemetry.records import EventRecord, SpanRecord
from traces import selectors as traces
from traces.records import MissionRow
from web.presenters.mission.alerts import MissionAlerts, present_mission_alerts
from web.presenters.mission.calls import Runs, present_runs
from web.presenters.mission.messages import answered_ids, asked_ids

MOST_IDS = 500
"""Tool call ids that are asked for one by one."""
MOST_SPAN_LOGS = 200
"""Log records of one span that are looked through for messages."""
KEEP_TREE_S, KEPT_TREES, MOST_KEPT_ROWS = 15.0, 3, 30_000

_trees: OrderedDict[tuple[int, int], tuple[float, MissionTree, frozenset[int]]] = OrderedDict()
"""(mission, its change_seq) to when it was built, the tree, and the rows that somebody else says failed."""
_lock = Lock()


def get_mission(project: ProjectAccess, mission_id: str) -> MissionRow:
    """The mission of the project; NotFound when there is none."""
    mission = traces.find_mission(project.project_pk, mission_id)
    if mission is None:
        raise NotFound("There is no such mission in this project.")
    return mission


def read_alerts(project: ProjectAccess, mission: MissionRow) -> MissionAlerts | None:
    """What fires about it, and what did."""
    return present_mission_alerts(list_mission_firings(project.project_pk, mission.pk))


def read_tree(mission: MissionRow) -> tuple[MissionTree, MissionOutcome]:
    """The mission's spans as a tree, and what became of each.

    A page asks for its spans, calls and critical path in a row: the tree is kept for a moment, until a row changes.
    """
    key, now = (mission.pk, mission.change_seq), time.monotonic()
    with _lock:
        kept = _trees.get(key)
    if kept is not None and now - kept[0] < KEEP_TREE_S:
        _, tree, denied = kept
    else:
        tree = read_mission_tree(mission)
        denied = read_denied(mission, tree)
        _keep(key, now, tree, denied)
    return tree, compute_outcome(tree, time.time_ns(), mission.last_activity_ns, denied)


def _keep(key: tuple[int, int], now: float, tree: MissionTree, denied: frozenset[int]) -> None:
    with _lock:
        for old in [old for old, (at, *_) in _trees.items() if now - at >= KEEP_TREE_S or old[0] == key[0]]:
            del _trees[old]
        if len(tree.rows) <= MOST_KEPT_ROWS:
            _trees[key] = (now, tree, denied)
            while len(_trees) > KEPT_TREES:
                _trees.popitem(last=False)


def forget_trees() -> None:
    """Keep none of the trees built so far."""
    with _lock:
        _trees.clear()


def read_conversations(project_id: int, mission: MissionRow, pks: Iterable[int]) -> dict[int, Conversation]:
    """What was said in these calls, by key."""
    return understand(project_id, mission, traces.read_spans(project_id, pks))


def conversation_of(project_id: int, mission: MissionRow, record: SpanRecord) -> Conversation:
    """What was said in one call."""
    return understand(project_id, mission, {0: record})[0]


def understand(project_id: int, mission: MissionRow, records: Mapping[int, SpanRecord]) -> dict[int, Conversation]:
    """What was said in each; senders that put messages in log records are read there, all in one question."""
    said = {pk: _read_with(record, []) for pk, record in records.items()}
    silent = [pk for pk, each in said.items() if not each.input_messages and not each.output_messages]
    told = _log_events(project_id, mission, [_key_of(records[pk]) for pk in silent])
    for pk in silent:
        if events := told[_key_of(records[pk])]:
            said[pk] = _read_with(records[pk], events)
    return said


def _read_with(record: SpanRecord, told: Iterable[EventRecord]) -> Conversation:
    return read_conversation(record.attributes, [*record.events, *told], record.resource.attributes)


def _key_of(record: SpanRecord) -> tuple[str, str]:
    return record.trace_id.hex(), record.span_id.hex()


def _log_events(
    project_id: int, mission: MissionRow, spans: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], list[EventRecord]]:
    """By (trace, span): its log records as events."""
    found = traces.list_logs_of_spans(mission.pk, mission.id, spans, most_each=MOST_SPAN_LOGS)
    pks = [row.pk for rows in found.values() for row in rows]
    logs = traces.read_logs(project_id, pks) if pks else {}
    return {key: [event_of_log(logs[row.pk]) for row in rows if row.pk in logs] for key, rows in found.items()}


def read_tool_ios(project_id: int, pks: Iterable[int]) -> dict[int, ToolIo]:
    """What these tool runs got and gave, by key."""
    records = traces.read_spans(project_id, pks)
    return {pk: read_tool_io(record.attributes, record.events) for pk, record in records.items()}


def read_results(
    project_id: int, mission: MissionRow, calls: Iterable[LlmCallRow], said: Mapping[int, Conversation]
) -> Runs:
    """The runs of the tools that calls and turns asked for, with results, and those they were told of, by call id."""
    asked = {each for call in calls for each in call.tool_call_ids}
    asked |= {each for conversation in said.values() for each in asked_ids(conversation.output_messages)}
    told = {each for conversation in said.values() for each in answered_ids(conversation.input_messages)}
    if not asked and not told:
        return Runs()
    chosen = asked | told
    few = chosen if len(chosen) <= MOST_IDS else None
    runs = [run for run in list_tool_calls(mission.pk, mission.id, tool_call_ids=few) if run.tool_call_id in chosen]
    return present_runs(runs, read_tool_ios(project_id, [run.pk for run in runs if run.tool_call_id in asked]))
