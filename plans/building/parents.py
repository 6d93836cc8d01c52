"""Which plan a step came from.

A step of a plan is known by the task's id; old records have none, there the step that has a task's verb and description
and was made next after the plan came.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from plans.building.drafts import Draft
from plans.records import BY_ID, BY_TEXT, NOWHERE, STATED, FactRow
from telemetry.facts.records import Branch, PlanFact, Task

EARLY_NS = 1_000_000_000
"""A step may be recorded so much before the plan that it came from: several are logged at once, and clocks differ."""
LATE_NS = 30 * 60 * 1_000_000_000
"""A step that has a task's verb and description is that task when it is made within so much of the plan."""


class MadePlan(NamedTuple):
    """A plan that a step returned, or a record told, and the steps that its tasks became."""

    owner: int
    """Draft whose work it is, or NOWHERE."""
    step_id: str
    stage: str
    time_ns: int
    tasks: tuple[Task, ...]
    made: list[int]
    """By task: the draft it became, or NOWHERE."""
    fact: PlanFact | None
    pk: int


def gather_plans(drafts: Sequence[Draft], rows: Iterable[FactRow]) -> list[MadePlan]:
    """Every plan in order of time: what steps returned, and what records tell of plans on their way."""
    by_id: dict[str, int] = {}
    for at, draft in enumerate(drafts):
        by_id.setdefault(draft.step_id, at)
    plans: dict[tuple[object, ...], MadePlan] = {}
    for at, draft in enumerate(drafts):
        for output in draft.results:
            if output.tasks:
                told_ns = draft.result_ns or 0
                pk = next((told.pk for told in draft.told if told.fact.results == draft.results), draft.told[0].pk)
                made = [NOWHERE] * len(output.tasks)
                key = (told_ns, at, output.name, output.tasks)
                plans[key] = MadePlan(at, draft.step_id, "returned", told_ns, output.tasks, made, None, pk)
    for row in rows:
        for fact in row.facts:
            if isinstance(fact, PlanFact):
                owner = by_id.get(fact.step_id, NOWHERE)
                made = [NOWHERE] * len(fact.tasks)
                plans[row.time_ns, owner, fact] = MadePlan(
                    owner, fact.step_id, fact.stage, row.time_ns, fact.tasks, made, fact, row.pk
                )
    return sorted(plans.values(), key=lambda plan: (plan.time_ns, plan.owner, plan.stage, repr(plan.tasks)))


class _Place(NamedTuple):
    plan: int
    task: int


def find_parents(drafts: Sequence[Draft], plans: Sequence[MadePlan]) -> None:
    """Give every step its parent: stated, by the id of a task, by its text; and every plan the steps it became."""
    by_id = _first_by_id(drafts)
    for at, draft in enumerate(drafts):
        parent = by_id.get(draft.parent_id, NOWHERE) if draft.parent_id else NOWHERE
        if parent not in (NOWHERE, at):
            draft.parent, draft.parent_by = parent, STATED
    _match_ids(drafts, plans)
    _match_texts(drafts, [plan for plan in plans if plan.fact is None])
    _match_stages(drafts, [plan for plan in plans if plan.fact is not None])
    _match_branches(drafts, plans)
    _cut_circles(drafts)


def _first_by_id(drafts: Sequence[Draft]) -> dict[str, int]:
    found: dict[str, int] = {}
    for at, draft in enumerate(drafts):
        found.setdefault(draft.step_id, at)
    return found


def _match_ids(drafts: Sequence[Draft], plans: Sequence[MadePlan]) -> None:
    places: dict[str, list[_Place]] = defaultdict(list)
    for at, plan in enumerate(plans):
        for task_at, task in enumerate(plan.tasks):
            if task.id:
                places[task.id].append(_Place(at, task_at))
    for at, draft in enumerate(drafts):
        for task_id in dict.fromkeys((draft.template_id, draft.step_id)):
            for place in places.get(task_id, ()) if task_id else ():
                plan = plans[place.plan]
                if plan.owner == at:
                    continue
                if plan.made[place.task] == NOWHERE:
                    plan.made[place.task] = at
                if draft.parent == NOWHERE and plan.owner != NOWHERE:
                    draft.parent, draft.parent_by = plan.owner, BY_ID


def _match_texts(drafts: Sequence[Draft], plans: Sequence[MadePlan]) -> None:
    """Tasks without an id take, in order, the next step with their verb and description."""
    waiting: dict[tuple[str, str], list[int]] = defaultdict(list)
    for at, draft in enumerate(drafts):
        if draft.parent == NOWHERE and draft.created_ns is not None:
            waiting[draft.verb, draft.description].append(at)
    for plan in plans:
        if plan.owner == NOWHERE:
            continue
        for task_at, task in enumerate(plan.tasks):
            if plan.made[task_at] != NOWHERE:
                continue
            found = _next_made(drafts, waiting.get((task.verb, task.description), []), plan)
            if found != NOWHERE:
                plan.made[task_at] = found
                drafts[found].parent, drafts[found].parent_by = plan.owner, BY_TEXT


def _match_stages(drafts: Sequence[Draft], plans: Sequence[MadePlan]) -> None:
    """Tasks of plans on their way: the children of the same step with their verb and description, in order."""
    children: dict[tuple[int, str, str], list[int]] = defaultdict(list)
    for at, draft in enumerate(drafts):
        if draft.parent != NOWHERE:
            children[draft.parent, draft.verb, draft.description].append(at)
    for plan in plans:
        used: dict[tuple[str, str], int] = defaultdict(int)
        for task_at, task in enumerate(plan.tasks):
            same = children.get((plan.owner, task.verb, task.description), ())
            if plan.made[task_at] == NOWHERE and used[task.verb, task.description] < len(same):
                plan.made[task_at] = same[used[task.verb, task.description]]
            used[task.verb, task.description] += 1


def _next_made(drafts: Sequence[Draft], candidates: list[int], plan: MadePlan) -> int:
    """Takes from the candidates, which are in order of creation, the first that the plan can have made."""
    place = bisect_left(candidates, plan.time_ns - EARLY_NS, key=lambda at: drafts[at].created_ns or 0)
    if place < len(candidates) and candidates[place] == plan.owner:
        place += 1
    if place == len(candidates) or (drafts[candidates[place]].created_ns or 0) > plan.time_ns + LATE_NS:
        return NOWHERE
    return candidates.pop(place)


def _match_branches(drafts: Sequence[Draft], plans: Sequence[MadePlan]) -> None:
    """Steps of plans inside a task's inputs: their parent is the step that the task became."""
    waiting: dict[tuple[str, str], list[int]] = defaultdict(list)
    by_id: dict[str, list[int]] = defaultdict(list)
    for at, draft in enumerate(drafts):
        by_id[draft.step_id].append(at)
        if draft.parent == NOWHERE and draft.created_ns is not None:
            waiting[draft.verb, draft.description].append(at)
    stack = [
        (plan.made[at], branch, plan)
        for plan in plans
        for at, task in enumerate(plan.tasks)
        for branch in task.inner
        if plan.made[at] != NOWHERE
    ]
    while stack:
        owner, branch, plan = stack.pop()
        for task, child in _branch_steps(drafts, by_id, waiting, owner, branch, plan):
            stack.extend((child, inner, plan) for inner in task.inner)


def _branch_steps(
    drafts: Sequence[Draft],
    by_id: dict[str, list[int]],
    waiting: dict[tuple[str, str], list[int]],
    owner: int,
    branch: Branch,
    plan: MadePlan,
) -> list[tuple[Task, int]]:
    made: list[tuple[Task, int]] = []
    for task in branch.tasks:
        known = [at for at in by_id.get(task.id, ()) if at != owner] if task.id else []
        how = BY_ID
        if not known:
            found = _next_made(drafts, waiting.get((task.verb, task.description), []), plan)
            known, how = ([found] if found not in (NOWHERE, owner) else []), BY_TEXT
        for at in known:
            if drafts[at].parent == NOWHERE:
                drafts[at].parent, drafts[at].parent_by = owner, how
            made.append((task, at))
    return made


def _cut_circles(drafts: Sequence[Draft]) -> None:
    """A step that is its own ancestor becomes a root: the first of the circle."""
    state = bytearray(len(drafts))
    for first in range(len(drafts)):
        path, at = [], first
        while at != NOWHERE and not state[at]:
            state[at] = 1
            path.append(at)
            at = drafts[at].parent
        if at != NOWHERE and state[at] == 1:
            cut = min(path[path.index(at) :])
            drafts[cut].parent, drafts[cut].parent_by = NOWHERE, ""
        for seen in path:
            state[seen] = 2


def parents_first(drafts: Sequence[Draft]) -> list[int]:
    """All steps, each after its parent."""
    children: dict[int, list[int]] = defaultdict(list)
    for at, draft in enumerate(drafts):
        children[draft.parent].append(at)
    order: list[int] = []
    stack = children[NOWHERE][::-1]
    while stack:
        at = stack.pop()
        order.append(at)
        stack.extend(reversed(children[at]))
    return order


def compute_depths(drafts: Sequence[Draft]) -> list[int]:
    """How many plans are above each step."""
    depths = [0] * len(drafts)
    for at in parents_first(drafts):
        if drafts[at].parent != NOWHERE:
            depths[at] = depths[drafts[at].parent] + 1
    return depths
