"""The plan a step came from, the plans it made, and what changed from one stage of a plan to the next."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from plans.records import NOWHERE, PlanStep, Revision
from telemetry.facts.records import Input, Task
from web.presenters.formats import format_time
from web.presenters.mission.plan_map import RETURNED, PlanMap, StepLink
from web.presenters.mission.rerun import Difference, compare
from web.presenters.mission.step_ties import BY_WORDS

STAGES = ("raw", "parsed", "validated", RETURNED, "instantiated")
MOST_TASKS = 300
"""Tasks of a plan that the selection lists."""
MOST_SHOWN = 12


class Origin(NamedTuple):
    """The plan a step came from."""

    parent: StepLink
    task_number: int | None
    task_count: int
    inferred: str
    """Why it is believed; empty when records say it."""


class TaskView(NamedTuple):
    """A task of a plan and what became of it."""

    number: str
    verb: str
    description: str
    role: str
    depth: int
    """0; 1 and more for a task of a plan inside another's inputs."""
    branch: str
    """The input that such a plan is in."""
    made: StepLink | None


class MadePlanView(NamedTuple):
    """A plan that a step made."""

    tasks: list[TaskView]
    left_out: int
    planned: int
    created: int
    missing: int


class StageView(NamedTuple):
    """A plan at one stage."""

    stage: str
    time_ns: int
    clock: str
    time: str
    task_count: int
    made_count: int
    errors: Sequence[str]
    warnings: Sequence[str]
    transformations: Sequence[str]
    difference: Difference | None
    """Against the stage before; None for the first, and when they are the same."""
    is_same: bool
    log_pk: int


class PlansView(NamedTuple):
    """What `_step_plans.html` shows."""

    origin: Origin | None
    made: list[MadePlanView]
    others: list[StepLink]
    """Steps it made that are in none of these plans."""
    others_left: int
    stages: list[StageView]
    flow: list[tuple[str, int]]
    """(stage, tasks at that stage), the last one what became steps."""


def present_plans(map_: PlanMap, step: PlanStep) -> PlansView:
    """All plans around a step."""
    own = map_.revisions.get(step.index, [])
    returned = [revision for revision in own if revision.stage == RETURNED]
    shown = returned or own[-1:]
    made = [_made_plan(map_, revision) for revision in shown]
    listed = {at for revision in own for at in revision.made if at != NOWHERE}
    others = [at for at in map_.children.get(step.index, []) if at not in listed]
    return PlansView(
        origin=find_origin(map_, step),
        made=made,
        others=map_.links(others[:MOST_SHOWN]),
        others_left=max(0, len(others) - MOST_SHOWN),
        stages=present_stages(own),
        flow=_flow(own),
    )


def find_origin(map_: PlanMap, step: PlanStep) -> Origin | None:
    """The plan a step came from; None for a first step."""
    if step.parent == NOWHERE:
        return None
    home = map_.homes.get(step.index)
    is_of_parent = home is not None and home.revision.step == step.parent
    return Origin(
        parent=map_.link(step.parent),
        task_number=home.task_at + 1 if home is not None and is_of_parent else None,
        task_count=len(home.revision.tasks) if home is not None and is_of_parent else 0,
        inferred=BY_WORDS.get(step.parent_by, step.parent_by),
    )


def _made_plan(map_: PlanMap, revision: Revision) -> MadePlanView:
    tasks = list(_tasks(map_, revision))
    missing = sum(task.made is None for task in tasks)
    return MadePlanView(tasks[:MOST_TASKS], max(0, len(tasks) - MOST_TASKS), len(tasks), len(tasks) - missing, missing)


def _tasks(map_: PlanMap, revision: Revision) -> Iterator[TaskView]:
    """Tasks in order, each followed by those of the plans in its inputs."""
    stack = [(task, made, 0, "") for task, made in zip(revision.tasks, revision.made, strict=True)][::-1]
    while stack:
        task, made, depth, branch = stack.pop()
        link = map_.link(made) if made != NOWHERE else None
        yield TaskView(str(task.number), task.verb, task.description, task.role, depth, branch, link)
        for inner in reversed(task.inner):
            found = _find_inner(map_, made, inner.tasks)
            stack += [
                (each, at, depth + 1, inner.name) for each, at in zip(inner.tasks, found, strict=True)
            ][::-1]  # fmt: skip


def _find_inner(map_: PlanMap, owner: int, tasks: Iterable[Task]) -> list[int]:
    """The steps that tasks of a plan inside a step's inputs became: by id, else by verb and description."""
    free = list(map_.children.get(owner, [])) if owner != NOWHERE else []
    found: list[int] = []
    for task in tasks:
        at = next((at for at in free if _is_made_of(map_.plan.steps[at], task)), NOWHERE)
        if at != NOWHERE:
            free.remove(at)
        found.append(at)
    return found


def _is_made_of(step: PlanStep, task: Task) -> bool:
    if task.id and step.step_id == task.id:
        return True
    return (step.verb, step.description) == (task.verb, task.description)


def present_stages(revisions: Sequence[Revision]) -> list[StageView]:
    """Plans of one step in order of time, each against the one before."""
    pairs = [(None, revisions[0]), *pairwise(revisions)] if revisions else []
    return [_stage(before, revision) for before, revision in pairs]


def _stage(before: Revision | None, revision: Revision) -> StageView:
    time = format_time(revision.time_ns)
    difference = None
    if before is not None:
        difference = compare("tasks", _plan_text(before.tasks), _plan_text(revision.tasks))
    return StageView(
        stage=revision.stage,
        time_ns=revision.time_ns,
        clock=time[11:23] if time.endswith("UTC") else time,
        time=time,
        task_count=len(revision.tasks),
        made_count=count_made(revision),
        errors=revision.errors,
        warnings=revision.warnings,
        transformations=revision.transformations,
        difference=difference if difference is not None and difference.lines else None,
        is_same=difference is not None and not difference.lines,
        log_pk=revision.evidence,
    )


def count_made(revision: Revision) -> int:
    """Tasks that became steps."""
    return sum(at != NOWHERE for at in revision.made)


def _flow(revisions: Sequence[Revision]) -> list[tuple[str, int]]:
    """The last plan of each stage by its number of tasks, then the steps that were made."""
    if not revisions:
        return []
    last = {revision.stage: revision for revision in revisions}
    ordered = sorted(last.values(), key=lambda each: STAGES.index(each.stage) if each.stage in STAGES else 0)
    made = {at for revision in revisions for at in revision.made if at != NOWHERE}
    return [*((revision.stage, len(revision.tasks)) for revision in ordered), ("steps", len(made))]


def _plan_text(tasks: Iterable[Task]) -> str:
    """A plan as lines that can be compared."""
    lines: list[str] = []
    for task in tasks:
        lines.append(f"{task.number}. {task.verb}  {task.description}".rstrip())
        lines += [f"     {_input_text(item)}" for item in task.inputs]
        lines += [f"     → {output.name}" for output in task.outputs]
        lines += [f"     {branch.name}: {len(branch.tasks)} tasks inside" for branch in task.inner]
    return "\n".join(lines)


def _input_text(item: Input) -> str:
    if item.output_name or item.source:
        return f"{item.name} ← {item.output_name or '?'}{f' of {item.source}' if item.source else ''}"
    return f"{item.name} = {item.value}"
