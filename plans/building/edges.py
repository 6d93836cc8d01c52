"""What steps hang on: stated sources, outputs by name within a plan, and what a text only mentions."""

import re
from collections import defaultdict
from collections.abc import Sequence
from hashlib import blake2b
from typing import NamedTuple

from plans.building.drafts import Draft
from plans.building.parents import MadePlan
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

    plan: MadePlan
    task: int


class Ties:
    """The edges and ghosts of a mission while they are worked out."""

    def __init__(self, drafts: Sequence[Draft], plans: Sequence[MadePlan], verdicts: Sequence[StepVerdict]) -> None:
        self.drafts, self.verdicts = drafts, verdicts
        self.edges: dict[tuple[int, int, int, str, str, str], PlanEdge] = {}
        self.ghosts: dict[tuple[str, str], Ghost] = {}
        self._by_id: dict[str, list[int]] = defaultdict(list)
        self._children: dict[int, list[int]] = defaultdict(list)
        self._declaring: dict[str, list[int]] = defaultdict(list)
        self._homes: dict[int, _Home] = {}
        for at, draft in enumerate(drafts):
            self._by_id[draft.step_id].append(at)
            self._children[draft.parent].append(at)
        for plan in plans:
            for task, made in enumerate(plan.made):
                if made != NOWHERE and plan.fact is None:
                    self._homes.setdefault(made, _Home(plan, task))
        self._learn_from_tasks()
        for at, draft in enumerate(drafts):
            for name in draft.outputs:
                self._declaring[name].append(at)

    def _learn_from_tasks(self) -> None:
        """A step declares what its task declares: old records of its creation do not say."""
        for at, home in self._homes.items():
            task = home.plan.tasks[home.task]
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
        known = [each for each in self._by_id.get(source, ()) if each != at]
        if known:
            self._add(at, self._closest(at, known), kind, output_name, input_name, BY_ID)
            return
        sibling = self._numbered(at, source)
        if sibling is None:
            self._haunt(at, source, UNKNOWN_STEP, output_name, input_name, kind)
        elif sibling.draft != NOWHERE:
            self._add(at, sibling.draft, kind, output_name, input_name, STATED)
        else:
            self._haunt(at, source, NEVER_CREATED, output_name, input_name, kind)

    def _closest(self, at: int, known: Sequence[int]) -> int:
        """Of several occurrences: one of the same plan, then of the same agent, then the last that was made before."""
        draft = self.drafts[at]
        return max(
            known,
            key=lambda each: (
                self.drafts[each].parent == draft.parent,
                self.drafts[each].agent_id == draft.agent_id,
                each < at,
                each if each < at else -each,
            ),
        )

    def _numbered(self, at: int, source: str) -> _Sibling | None:
        match = _NUMBERED.fullmatch(source)
        home = self._homes.get(at)
        if home is None:
            return None
        for task, made in zip(home.plan.tasks, home.plan.made, strict=True):
            if (match and task.number == int(match[1])) or (task.id and task.id == source):
                return _Sibling(made, task)
        return None

    def _tie_by_output(self, at: int, item: Input) -> None:
        siblings = self._declaring_siblings(at, item.output_name)
        made = [each.draft for each in siblings if each.draft != NOWHERE]
        if made:
            self._add(at, made[0], DATA, item.output_name, item.name, BY_OUTPUT)
        elif siblings:
            task = siblings[0].task
            label = task.verb if task is not None else item.output_name
            self._haunt(at, label, NEVER_CREATED, item.output_name, item.name, DATA)
        else:
            self._haunt(at, item.output_name, UNDECLARED_OUTPUT, item.output_name, item.name, DATA)

    def _declaring_siblings(self, at: int, name: str) -> list[_Sibling]:
        """Steps of the same plan that declare an output, those that were made first."""
        home = self._homes.get(at)
        found: list[_Sibling] = []
        if home is not None:
            for task, made in zip(home.plan.tasks, home.plan.made, strict=True):
                if made != at and any(output.name == name for output in task.outputs):
                    found.append(_Sibling(made, task))
        parent = self.drafts[at].parent
        for each in self._children[parent] if parent != NOWHERE else ():
            if each != at and name in self.drafts[each].outputs and all(each != one.draft for one in found):
                found.append(_Sibling(each, None))
        return found

    def _mention(self, at: int, item: Input, mention: str) -> None:
        if mention.startswith("#"):
            sibling = self._numbered(at, mention)
            source = sibling.draft if sibling is not None else NOWHERE
            name = ""
        else:
            named = [each.draft for each in self._declaring_siblings(at, mention) if each.draft != NOWHERE]
            earlier = [each for each in self._declaring.get(mention, ()) if each < at]
            source = named[0] if named else self._closest(at, earlier) if earlier else NOWHERE
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
            nearest = self._nearest(target, output_name)
            hashed = blake2b(f"{why}\0{scope}\0{wanted}".encode(errors="replace"), digest_size=8).hexdigest()
            ghost = Ghost(len(self.ghosts), hashed, wanted, why, nearest)
            self.ghosts[why + scope, wanted] = ghost
        key = (target, NOWHERE, ghost.index, kind, output_name, input_name)
        self.edges[key] = PlanEdge(NOWHERE, target, kind, output_name, input_name, False, False, STATED, ghost.index)

    def _scope(self, at: int) -> str:
        """Names the plan that a step is of, however many steps are known."""
        parent = self.drafts[at].parent
        return "" if parent == NOWHERE else f"{self.drafts[parent].step_id}\0{self.drafts[parent].occurrence}"

    def _nearest(self, target: int, output_name: str) -> int:
        declaring = [each for each in self._declaring.get(output_name, ()) if each != target]
        return min(declaring, key=lambda each: abs(each - target)) if declaring else NOWHERE

    def _delivers(self, source: int, output_name: str, kind: str) -> bool:
        """Is what the tie waits for there? Only completion counts for a signal; a step whose work went on in a plan
        delivers when a step of that plan does."""
        verdict = self.verdicts[source]
        if kind in (SIGNAL, PARENT) or not output_name:
            return verdict.outcome == "ok" and not verdict.is_replaced
        stack, seen = [source], {source}
        while stack:
            at = stack.pop()
            draft = self.drafts[at]
            if self.verdicts[at].outcome == "ok" and any(
                output.name == output_name and not output.is_empty and not output.tasks for output in draft.results
            ):
                return True
            if self.verdicts[at].is_replaced:
                stack.extend(each for each in self._children[at] if each not in seen)
                seen.update(self._children[at])
        return False
