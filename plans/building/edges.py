"""What steps hang on: stated sources, outputs by name within a plan, and what a text only mentions."""

import re
from collections import defaultdict
from collections.abc import Sequence
from hashlib import blake2b
from typing import NamedTuple

from plans.building.drafts import Draft
from plans.building.parents import MadePlan
from plans.building.places import Declared, Deliveries, Places, PlanIndex
from plans.building.verdicts import StepVerdict
from plans.records import (
    BY_ID,
    BY_MENTION,
    BY_OUTPUT,
    DATA,
    MENTION,
    NOWHERE,
    PARENT,
    SIGNAL,
    STATED,
    Ghost,
    PlanEdge,
)
from telemetry.facts.records import Input, Task

ENCLOSING = "0"
COMPLETION = "_step_completed"
_NUMBERED = re.compile(r"#?(?:step[_ -]?)?(\d{1,4})", re.I)
UNKNOWN_STEP, UNDECLARED_OUTPUT, NEVER_CREATED = "unknown_step", "undeclared_output", "never_created"


class _Sibling(NamedTuple):
    """A step that a name within a plan can mean: one that was made, or a task that never became one."""

    draft: int
    task: Task | None


class _Home(NamedTuple):
    """The plan that a step was made of, and which task of it."""

    of: PlanIndex
    task: int


class Ties:
    """The edges and ghosts of a mission while they are worked out."""

    def __init__(self, drafts: Sequence[Draft], plans: Sequence[MadePlan], verdicts: Sequence[StepVerdict]) -> None:
        self.drafts, self.verdicts = drafts, verdicts
        self.edges: dict[tuple[int, int, int, str, str, str], PlanEdge] = {}
        self.ghosts: dict[tuple[str, str], Ghost] = {}
        self._homes: dict[int, _Home] = {}
        self._by_id, self._declaring = Places(), Places()
        self._children: dict[int, list[int]] = defaultdict(list)
        self._declaring_children: dict[tuple[int, str], list[int]] = defaultdict(list)
        for plan in plans:
            index = PlanIndex(plan)
            for task, made in enumerate(plan.made):
                if made != NOWHERE and plan.fact is None:
                    self._homes.setdefault(made, _Home(index, task))
        self._learn_from_tasks()
        for at, draft in enumerate(drafts):
            self._by_id.add(draft.step_id, at, draft)
            self._children[draft.parent].append(at)
            for name in draft.outputs:
                self._declaring.add(name, at, draft)
                self._declaring_children[draft.parent, name].append(at)
        self._deliveries = Deliveries(drafts, verdicts, self._children)

    def _learn_from_tasks(self) -> None:
        """A step declares what its task declares: old records of its creation do not say."""
        for at, home in self._homes.items():
            task = home.of.plan.tasks[home.task]
            draft = self.drafts[at]
            for output in task.outputs:
                draft.outputs.setdefault(output.name, output)
            for item in task.inputs:
                draft.inputs.setdefault(item.name, item)
            draft.role = draft.role or task.role

    def find(self) -> None:
        """All edges of all steps."""
        for at, draft in enumerate(self.drafts):
            named = {item.source for item in draft.inputs.values() if item.source and item.output_name}
            for dependency in draft.dependencies:
                if dependency.source in named and not dependency.output_name:
                    continue  # The input says the same, and which output.
                self._tie(at, dependency.source, dependency.output_name, dependency.input_name)
            for item in draft.inputs.values():
                if item.source:
                    self._tie(at, item.source, item.output_name, item.name)
                elif item.output_name:
                    self._tie_by_output(at, item)
                for mention in item.mentions:
                    self._mention(at, item, mention)

    def _tie(self, at: int, source: str, output_name: str, input_name: str) -> None:
        if source == ENCLOSING:
            if self.drafts[at].parent != NOWHERE:
                self._add(at, self.drafts[at].parent, PARENT, output_name, input_name, STATED)
            return
        kind = SIGNAL if input_name.startswith("_") or output_name == COMPLETION else DATA
        known = self._by_id.closest(source, at, self.drafts[at])
        if known != NOWHERE:
            self._add(at, known, kind, output_name, input_name, BY_ID)
            return
        sibling = self._numbered(at, source)
        if sibling is None:
            self._haunt(at, source, UNKNOWN_STEP, output_name, input_name, kind)
        elif sibling.draft != NOWHERE:
            self._add(at, sibling.draft, kind, output_name, input_name, STATED)
        else:
            self._haunt(at, source, NEVER_CREATED, output_name, input_name, kind)

    def _numbered(self, at: int, source: str) -> _Sibling | None:
        match = _NUMBERED.fullmatch(source)
        home = self._homes.get(at)
        if home is None:
            return None
        task = home.of.find(int(match[1]) if match else None, source)
        return None if task == NOWHERE else _Sibling(home.of.plan.made[task], home.of.plan.tasks[task])

    def _tie_by_output(self, at: int, item: Input) -> None:
        sibling = self._declaring_sibling(at, item.output_name)
        if sibling is None:
            self._haunt(at, item.output_name, UNDECLARED_OUTPUT, item.output_name, item.name, DATA)
        elif sibling.draft != NOWHERE:
            self._add(at, sibling.draft, DATA, item.output_name, item.name, BY_OUTPUT)
        else:
            label = sibling.task.verb if sibling.task is not None else item.output_name
            self._haunt(at, label, NEVER_CREATED, item.output_name, item.name, DATA)

    def _declaring_sibling(self, at: int, name: str) -> _Sibling | None:
        """A step of the same plan that declares an output, else a task that never became one."""
        home = self._homes.get(at)
        declared = home.of.declaring(name) if home is not None else Declared([], [])
        parent = self.drafts[at].parent
        children = self._declaring_children.get((parent, name), [])[:2] if parent != NOWHERE else []
        for each in (*declared.made, *children):
            if each != at:
                return _Sibling(each, None)
        return _Sibling(NOWHERE, home.of.plan.tasks[declared.never[0]]) if home and declared.never else None

    def _mention(self, at: int, item: Input, mention: str) -> None:
        if mention.startswith("#"):
            sibling = self._numbered(at, mention)
            source = sibling.draft if sibling is not None else NOWHERE
            name = ""
        else:
            sibling = self._declaring_sibling(at, mention)
            source = sibling.draft if sibling is not None else NOWHERE
            if source == NOWHERE:
                source = self._declaring.closest(mention, at, self.drafts[at], is_earlier=True)
            name = mention
        if source not in (NOWHERE, at):
            self._add(at, source, MENTION, name, item.name, BY_MENTION)

    def _add(self, target: int, source: int, kind: str, output_name: str, input_name: str, by: str) -> None:
        # An input and a dependency that say the same are one tie.
        key = (target, source, NOWHERE, "" if kind in (DATA, SIGNAL) else kind, output_name, input_name)
        if key not in self.edges:
            is_satisfied = self._delivers(source, output_name, kind)
            self.edges[key] = PlanEdge(
                source, target, kind, output_name, input_name, is_satisfied, by == BY_MENTION, by
            )

    def haunt(self, target: int, wanted: str, kind: str, output_name: str, input_name: str) -> None:
        """A step hangs on one that nobody knows."""
        self._haunt(target, wanted, UNKNOWN_STEP, output_name, input_name, kind)

    def _haunt(self, target: int, wanted: str, why: str, output_name: str, input_name: str, kind: str) -> None:
        scope = self._scope(target) if why != UNKNOWN_STEP else ""
        ghost = self.ghosts.get((why + scope, wanted))
        if ghost is None:
            nearest = self._declaring.nearest(output_name, target)
            hashed = blake2b(f"{why}\0{scope}\0{wanted}".encode(errors="replace"), digest_size=8).hexdigest()
            ghost = Ghost(len(self.ghosts), hashed, wanted, why, nearest)
            self.ghosts[why + scope, wanted] = ghost
        key = (target, NOWHERE, ghost.index, kind, output_name, input_name)
        self.edges[key] = PlanEdge(NOWHERE, target, kind, output_name, input_name, False, False, STATED, ghost.index)

    def _scope(self, at: int) -> str:
        """Names the plan that a step is of, however many steps are known."""
        parent = self.drafts[at].parent
        return "" if parent == NOWHERE else f"{self.drafts[parent].step_id}\0{self.drafts[parent].occurrence}"

    def _delivers(self, source: int, output_name: str, kind: str) -> bool:
        """Is what the tie waits for there? Only completion counts for a signal."""
        verdict = self.verdicts[source]
        if kind in (SIGNAL, PARENT) or not output_name:
            return verdict.outcome == "ok" and not verdict.is_replaced
        return self._deliveries.has(source, output_name)
