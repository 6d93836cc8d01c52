"""Plans as stage7's planner writes them: tasks with their inputs, and plans inside those inputs."""

from collections.abc import Mapping, Sequence
from typing import Any

from telemetry.facts.records import MOST_ITEMS, Branch, Task
from telemetry.facts.texts import read_line
from telemetry.stage7.inputs import BRANCHES, named_items, read_definitions, read_dependencies, read_inputs
from telemetry.stage7.values import read_json_text

DEEPEST = 8
"""Plans inside plans that are followed."""
_LISTS = ("plan", "tasks", "steps")


def find_plan(value: Any) -> list[dict[str, Any]] | None:
    """The tasks of a plan: the array itself, an object that holds it, or either as JSON in a text. None when it is
    no plan."""
    if isinstance(value, str):
        value = read_json_text(value) if value.lstrip()[:1] in ("[", "{") else None
    if isinstance(value, dict):
        value = next((value[name] for name in _LISTS if isinstance(value.get(name), list)), None)
    if not isinstance(value, list):
        return None
    tasks = [item for item in value if isinstance(item, dict) and _verb(item)]
    return tasks if tasks and len(tasks) == len(value) else None


def read_tasks(items: Sequence[Mapping[str, Any]], depth: int = 0) -> tuple[Task, ...]:
    """The tasks of a plan, numbered from 1 where the plan does not number them."""
    return tuple(_read_task(item, place, depth) for place, item in enumerate(items[:MOST_ITEMS], 1))


def count_tasks(tasks: Sequence[Task]) -> int:
    """Tasks, those of inner plans among them."""
    return sum(1 + sum(count_tasks(branch.tasks) for branch in task.inner) for task in tasks)


def _verb(item: Mapping[str, Any]) -> str:
    return read_line(item.get("actionVerb") or item.get("verb"), 200)


def _read_task(item: Mapping[str, Any], place: int, depth: int) -> Task:
    number = item.get("number")
    sources = (item.get("inputs"), item.get("inputReferences"), item.get("inputValues"))
    return Task(
        id=read_line(item.get("id") or item.get("stepId"), 200),
        number=number if isinstance(number, int) and not isinstance(number, bool) else place,
        verb=_verb(item),
        description=read_line(item.get("description")),
        role=read_line(item.get("recommendedRole"), 100),
        inputs=read_inputs(*sources),
        outputs=read_definitions(item.get("outputs")),
        dependencies=read_dependencies(item.get("dependencies")),
        inner=_inner(sources, depth),
    )


def _inner(sources: Sequence[Any], depth: int) -> tuple[Branch, ...]:
    if depth >= DEEPEST:
        return ()
    found: list[Branch] = []
    for source in sources:
        for name, item in named_items(source, "inputName"):
            plan = find_plan(item.get("value")) if name in BRANCHES and isinstance(item, dict) else None
            if plan:
                found.append(Branch(name, read_tasks(plan, depth + 1)))
    return tuple(found)
