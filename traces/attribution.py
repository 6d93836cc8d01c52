"""Gives traces that name no mission the one that others' records tell (plans/attribution.py). Any word of a record
of theirs counts more, whenever it comes."""

from collections.abc import Mapping
from typing import Any

from django.db import connection

from core.bulk import insert_missing
from traces.membership import Binding, Word, lock_bindings, save_bindings
from traces.moves import Moved, move_records
from traces.naming import name_missions
from traces.store import WORK
from traces.users import NEVER, assign_users


def attribute_traces(cursor: Any, project_id: int, keys: Mapping[bytes, str], now_ns: int) -> Moved:
    """Bind traces to missions, inside the caller's transaction, and move what is stored of them.

    A trace that has heard of a mission from its own records is left alone; one that was attributed before follows.
    """
    vendor = connection.vendor
    bindings, _ = lock_bindings(cursor, vendor, project_id, list(keys))
    changed = {
        trace_id: binding._replace(weak=Word(NEVER, keys[trace_id]))
        for trace_id, binding in bindings.items()
        if is_silent(binding) and binding.weak != Word(NEVER, keys[trace_id])
    }
    save_bindings(cursor, vendor, changed.values())
    moved = move_records(cursor, vendor, project_id, changed, now_ns)
    name_missions(cursor, moved.missions)
    assign_users(cursor, moved.missions)
    insert_missing(cursor, vendor, WORK, [(pk,) for pk in sorted(moved.missions)], "mission_id")
    return moved


def is_silent(binding: Binding) -> bool:
    """No record of the trace has named a mission."""
    return binding.strong is None and (binding.weak is None or binding.weak.start_ns == NEVER)
