"""The state pane: what an agent believed at the playhead, what changed, and who wrote it."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.records import ProjectAccess
from analysis.algorithms.pointer import PathError
from analysis.algorithms.state import StateEntry, key_history, state_at
from core.errors import FieldError, InvalidInput
from traces import selectors as traces
from traces.selectors import StateEntry as StoredEntry
from web.door import project_page
from web.mission_panes import read_number
from web.mission_reads import get_mission
from web.presenters.mission.state import flatten_state, present_history, present_moments, present_patch_failures


@require_safe
@project_page()
def show_state(request: HttpRequest, project: ProjectAccess, mission_id: str) -> HttpResponse:
    """The state of one agent at a moment, marked against the moment before or against another one."""
    mission = get_mission(project, mission_id)
    stored = traces.list_state(project.project_pk, mission.pk, mission.id)
    agents = sorted({entry.row.agent_name for entry in stored})
    agent = request.GET.get("agent", agents[0] if agents else "")
    own = [entry for entry in stored if entry.row.agent_name == agent]
    context = {"agents": agents, "agent": agent, "moments": [], "count": len(own), **_state_context(request, own)}
    response = render(request, "mission/_state.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _state_context(request: HttpRequest, own: Sequence[StoredEntry]) -> dict[str, Any]:
    if not own:
        return {}
    entries = [StateEntry(entry.row.time_ns, entry.row.pk, entry.row.kind, entry.value) for entry in own]
    at_ns = read_number(request, "at") if request.GET.get("at") else None
    past = [entry for entry in own if at_ns is None or entry.row.time_ns <= at_ns]
    current = past[-1] if past else None
    against_pk = read_number(request, "against") if request.GET.get("against") else None
    other = next((entry for entry in own if entry.row.pk == against_pk), past[-2] if len(past) > 1 else None)
    now = state_at(entries, current.row.time_ns) if current else state_at([])
    before = state_at(entries, other.row.time_ns) if other else state_at([])
    rows, left_out = flatten_state(now.state, before.state, compare=other is not None)
    return {
        "moments": present_moments([entry.row for entry in own], current and current.row.pk, other and other.row.pk),
        "rows": rows if current else [],
        "left_out": left_out,
        "is_before_first": current is None,
        "has_base": now.has_base,
        "failures": present_patch_failures(now.failures),
        "has_other": other is not None,
        "changed": sum(1 for row in rows if row.change in ("added", "changed", "removed")),
        "is_chosen_other": against_pk is not None,
        **_history_context(request, own, entries, at_ns),
    }


def _history_context(
    request: HttpRequest, own: Sequence[StoredEntry], entries: Sequence[StateEntry], at_ns: int | None
) -> dict[str, Any]:
    path = request.GET.get("key", "")
    if not path:
        return {"key": "", "history": []}
    try:
        changes = key_history(entries, path, at_ns)
    except PathError as error:
        raise InvalidInput(errors=(FieldError("key", str(error)),)) from error
    return {"key": path, "history": present_history(changes, {entry.row.pk: entry.row for entry in own})}
