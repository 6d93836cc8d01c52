"""The conversation pane: model calls and turns of agents in order of start, each with what is new in it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.records import ProjectAccess
from analysis.algorithms.attempts import find_attempts
from analysis.algorithms.context import compute_context_changes
from analysis.algorithms.turns import find_silenced, find_turns
from core.errors import NotFound
from llmlog import selectors as llmlog
from llmlog.records import LlmCallRow
from plans.selectors import read_plan
from telemetry.conventions.conversation import Conversation
from traces import selectors as traces
from traces.records import MissionRow, SpanRow
from web.door import project_page
from web.mission_brain import read_brain
from web.mission_panes import Page, page_of, read_number, render_list, slice_page
from web.mission_reads import get_mission, read_conversations, read_results, read_tree, understand
from web.presenters.mission.attempts import BrainView
from web.presenters.mission.calls import (
    CallView,
    Entry,
    Runs,
    count_entries,
    order_entries,
    present_call,
    present_unchanged,
    status_of,
)
from web.presenters.mission.keys import span_path
from web.presenters.mission.messages import ToolRun, holds_text
from web.presenters.mission.plan_map import PlanMap, count_unsent
from web.presenters.mission.turns import Speech, compare_turns, list_needed, make_turn, present_turn
from web.presenters.paths import mission_path

SHOWN = 20
SEARCHED = 200
"""Calls and turns whose texts one request looks through."""


class Talk(NamedTuple):
    """Everything that stands in the conversation of a mission, without texts."""

    calls: list[LlmCallRow]
    inner: frozenset[int]
    """Keys of those that are attempts at another: they are shown in it."""
    turns: list[SpanRow]
    silenced: list[SpanRow]
    """Turns no more, since a cursor: a call or another agent lies in them now."""

    def entries(self) -> list[Entry]:
        """In order of start."""
        everything: list[Entry] = [*(call for call in self.calls if call.pk not in self.inner), *self.turns]
        return order_entries(everything)


@require_safe
@project_page()
def show_conversation(request: HttpRequest, project: ProjectAccess, mission_id: str) -> HttpResponse:
    """A page of the conversation."""
    mission = get_mission(project, mission_id)
    after = read_number(request, "changed_after") if "changed_after" in request.GET else None
    talk = read_talk(mission, after)
    if "unchanged" in request.GET:
        return _show_unchanged(request, project.project_pk, mission, talk)
    entries = talk.entries()
    chosen = _chosen(request, entries)
    wanted = request.GET.get("q", "").casefold()
    page = slice_page(chosen, read_number(request, "offset"), SEARCHED) if wanted else page_of(request, chosen, SHOWN)
    views = _present(project.project_pk, mission, talk, page, wanted, is_whole=request.GET.get("whole") == "1")
    return render_list(
        request,
        "mission/_calls.html",
        page,
        views,
        base=request.path,
        spans_base=f"{mission_path(mission.id)}spans/",
        is_search=bool(wanted),
        searched=len(page.rows),
        total=count_entries(entries),
        word=count_entries(entries).plural,
        silenced=talk.silenced,
        **_plan_context(mission, talk, page),
    )


def _plan_context(mission: MissionRow, talk: Talk, page: Page) -> dict[str, Any]:
    """The steps that calls name, and how many calls only the logs of steps show."""
    if not mission.step_count:
        return {}
    map_ = PlanMap(read_plan(mission.pk))
    return {
        "steps": {entry.pk: link for entry in page.rows if (link := map_.find_link(entry.step_id, entry.start_ns))},
        "unsent_calls": count_unsent(map_.plan, Counter(call.step_id for call in talk.calls)),
    }


def read_talk(mission: MissionRow, after: int | None = None) -> Talk:
    """Calls and turns. The tree is only built where some agent says something."""
    calls = llmlog.list_llm_calls(mission.pk, mission.id)
    if not traces.has_speakers(mission.pk):
        return Talk(calls, find_attempts(calls).inner(), [], [])
    tree, _ = read_tree(mission)
    turns = order_entries(find_turns(tree, calls))
    return Talk(calls, find_attempts(calls).inner(), turns, [] if after is None else find_silenced(tree, turns, after))


def _chosen(request: HttpRequest, entries: Sequence[Entry]) -> list[Entry]:
    agent, failed = request.GET.get("agent", ""), request.GET.get("failed") == "1"
    return [
        entry
        for entry in entries
        if (not agent or entry.agent_name == agent) and (not failed or status_of(entry) == "failed")
    ]


def _present(
    project_id: int, mission: MissionRow, talk: Talk, page: Page, wanted: str, *, is_whole: bool
) -> list[CallView]:
    calls = [entry for entry in page.rows if isinstance(entry, LlmCallRow)]
    needed = list_needed(talk.turns, [entry for entry in page.rows if isinstance(entry, SpanRow)])
    records = traces.read_spans(project_id, [*(call.pk for call in calls), *(turn.pk for turn in needed)])
    said = understand(project_id, mission, records)
    shown = [entry for entry in page.rows if entry.pk in said]
    runs = read_results(project_id, mission, calls, {entry.pk: said[entry.pk] for entry in shown})
    brains = read_brain(project_id, mission, talk.calls, calls, records)
    readable = [entry for entry in calls if entry.pk in said]
    views = _views_of_calls(talk.calls, readable, said, runs, brains, is_whole)
    views |= _views_of_turns(needed, said, runs, is_whole)
    found = [views[entry.pk] for entry in shown]
    return [view for view in found if not wanted or _says(view, said[view.pk], wanted)]


def _views_of_calls(
    calls: Sequence[LlmCallRow],
    shown: Sequence[LlmCallRow],
    said: Mapping[int, Conversation],
    runs: Runs,
    brains: Mapping[int, BrainView],
    is_whole: bool,
) -> dict[int, CallView]:
    changes = compute_context_changes(calls) if shown else {}
    return {
        call.pk: present_call(
            call, said[call.pk], changes.get(call.pk), runs, is_whole=is_whole, brain=brains.get(call.pk)
        )
        for call in shown
    }


def _views_of_turns(
    turns: Sequence[SpanRow], said: Mapping[int, Conversation], runs: Mapping[str, ToolRun], is_whole: bool
) -> dict[int, CallView]:
    changes = compare_turns(turns, said)
    speech = Speech()
    views: dict[int, CallView] = {}
    for turn in turns:
        if turn.pk not in said:
            continue
        change = changes.get(turn.pk)
        views[turn.pk] = present_turn(turn, said[turn.pk], change, speech, runs, is_whole=is_whole)
        speech.hear(turn, said[turn.pk])
    return views


def _says(view: CallView, said: Conversation, wanted: str) -> bool:
    """Does it hold the text, and show something that was not shown before?"""
    fresh = [*view.messages, *view.output]
    if view.kind != "LLM" and all(message.echo for message in view.messages):
        return bool(view.output) and holds_text(said.output_messages, wanted)
    return bool(fresh) and holds_text([*said.input_messages, *said.output_messages], wanted)


def _show_unchanged(request: HttpRequest, project_id: int, mission: MissionRow, talk: Talk) -> HttpResponse:
    """The messages a call or turn shares with the one before."""
    pk = read_number(request, "unchanged")
    entry = next((entry for entry in talk.entries() if entry.pk == pk), None)
    turns = list_needed(talk.turns, [entry]) if isinstance(entry, SpanRow) else []
    said = read_conversations(project_id, mission, {pk, *(turn.pk for turn in turns)})
    if entry is None or pk not in said:
        raise NotFound("There is no such call in this mission.")
    prompt = make_turn(entry, said[pk]) if isinstance(entry, SpanRow) else entry
    changes = compare_turns(turns, said) if turns else compute_context_changes(talk.calls)
    context = {
        "messages": present_unchanged(said[pk], prompt, changes.get(pk)),
        "is_old": True,
        "spans_base": f"{mission_path(mission.id)}spans/",
        "text_path": span_path(entry.trace_id, entry.span_id, entry.side, "raw"),
    }
    return render(request, "mission/_messages.html", context)
