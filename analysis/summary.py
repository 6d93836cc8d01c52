"""Missions taken together. What was computed is remembered until a mission of the project changes in the list."""

import time
from collections import OrderedDict
from threading import Lock
from typing import NamedTuple

from live.feeds import get_list_cursor
from llmlog.summary import ModelSummary, summarise_models
from traces.missions import MissionFilter
from traces.summary import MissionSummary, summarise_missions

MOST_REMEMBERED = 256
KEPT_S = 60.0


class Summary(NamedTuple):
    """The missions that a filter leaves, and their model calls by model."""

    missions: MissionSummary
    models: list[ModelSummary]


class _Remembered(NamedTuple):
    list_seq: int
    until_s: float
    summary: Summary


_remembered: OrderedDict[tuple[int, MissionFilter], _Remembered] = OrderedDict()
_lock = Lock()


def read_summary(project_id: int, chosen: MissionFilter) -> Summary:
    """The numbers as of the last recompute. Every recompute that changes a mission gives the list a new number."""
    if chosen.text:  # what full text finds changes without one
        return _compute(project_id, chosen)
    list_seq = get_list_cursor(project_id)  # read first: what changes meanwhile is computed again next time
    known = _remembered.get((project_id, chosen))
    if known is not None and known.list_seq == list_seq and time.monotonic() < known.until_s:
        return known.summary
    summary = _compute(project_id, chosen)
    with _lock:
        _remembered[project_id, chosen] = _Remembered(list_seq, time.monotonic() + KEPT_S, summary)
        _remembered.move_to_end((project_id, chosen))
        while len(_remembered) > MOST_REMEMBERED:
            _remembered.popitem(last=False)
    return summary


def forget_all() -> None:
    """Between tests: other databases give the same numbers again."""
    with _lock:
        _remembered.clear()


def _compute(project_id: int, chosen: MissionFilter) -> Summary:
    return Summary(summarise_missions(project_id, chosen), summarise_models(project_id, chosen))
