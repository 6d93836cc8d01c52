"""Ghosts of a plan: what steps hang on and nobody has, and planned tasks that became no step."""

from collections import defaultdict
from collections.abc import Iterator
from hashlib import blake2b
from typing import NamedTuple

from analysis.algorithms.findings import Ref, log_ref_of
from analysis.algorithms.graph_model import MAX_REFS, NEVER_CREATED, UNDECLARED_OUTPUT, UNKNOWN_STEP, Tie, Work
from analysis.algorithms.graph_plan import RETURNED, PlanTies
from analysis.algorithms.wording import counted, shorten
from plans.records import NOWHERE, Ghost, PlanEdge, Revision
from telemetry.facts.records import Task

_WHY = {
    UNKNOWN_STEP: "No step has this id.",
    UNDECLARED_OUTPUT: "No step of the plan declares this output.",
    NEVER_CREATED: "The plan has this task; no step was made from it.",
}


class _Unmade(NamedTuple):
    """A task that became no step."""

    revision: Revision
    place: int
    task: Task


class PlanGhosts:
    """Adds ghosts to the work of a mission, each below the step whose plan lacks it."""

    def __init__(self, ties: PlanTies) -> None:
        self.ties, self.plan, self.listed = ties, ties.plan, ties.listed
        self.unmade = list(self._find_unmade())
        self.by_name: dict[tuple[int, str], _Unmade] = {}
        """By the step whose plan it is and the task's id, number, verb or output."""
        for unmade in self.unmade:
            task = unmade.task
            for name in (task.id, str(task.number), task.verb, *(f"\0{output.name}" for output in task.outputs)):
                self.by_name.setdefault((unmade.revision.step, name), unmade)
        self.placed: dict[tuple[int, int], int] = {}
        """By plan and place in it: the ghost of a task."""

    def add(self) -> Iterator[Tie]:
        """The ties of ghosts, while their work is added."""
        hanging: dict[int, list[PlanEdge]] = defaultdict(list)
        for edge in self.plan.edges:
            if edge.source == NOWHERE and edge.ghost != NOWHERE:
                hanging[edge.ghost].append(edge)
        for ghost in self.plan.ghosts:
            if hanging[ghost.index]:
                yield from self._add_wanted(ghost, hanging[ghost.index])
        for unmade in self.unmade:
            at = self._place_of(unmade)
            yield self._made_by(unmade, at)
        yield from self._add_branches()

    def _add_wanted(self, ghost: Ghost, edges: list[PlanEdge]) -> Iterator[Tie]:
        unmade = self._task_of(ghost, edges[0]) if ghost.why == NEVER_CREATED else None
        if unmade is not None:
            at = self._place_of(unmade)
        else:
            first = self.listed.work[self.listed.of_step[edges[0].target]]
            refs = list(dict.fromkeys(ref for edge in edges[:MAX_REFS] for ref in self.ties.evidence(edge)))[:MAX_REFS]
            label = shorten(ghost.label, 80) or "no name"
            at = self._append(f"ghost:{ghost.key}", label, ghost.why, _WHY[ghost.why], first, first.caller, refs)
        for edge in edges:
            yield self.ties.tie(edge, at)
        if ghost.nearest != NOWHERE:
            yield self._nearest(ghost, edges[0], at)

    def _nearest(self, ghost: Ghost, edge: PlanEdge, at: int) -> Tie:
        source = self.listed.of_step[ghost.nearest]
        name = shorten(edge.output_name, 60)
        evidence = tuple(self.listed.work[source].refs[:1])
        why = f"It is the nearest step that declares output {name}; nothing ties it to what asks for it."
        return Tie(source, at, "nearest", f"declares {name}", evidence, True, why)

    def _task_of(self, ghost: Ghost, edge: PlanEdge) -> _Unmade | None:
        """The task without a step that a ghost stands for: of the same plan, with its id, verb or output."""
        parent = self.plan.steps[edge.target].parent
        return self.by_name.get((parent, f"\0{edge.output_name}")) or self.by_name.get((parent, ghost.label))

    def _find_unmade(self) -> Iterator[_Unmade]:
        """Of each plan, of which several stages may be told, the last one that was told most of."""
        latest: dict[int, Revision] = {}
        for revision in self.plan.revisions:
            if revision.step != NOWHERE and revision.tasks:
                held = latest.get(revision.step)
                if held is None or _is_later(revision, held):
                    latest[revision.step] = revision
        for revision in latest.values():
            for place, (task, made) in enumerate(zip(revision.tasks, revision.made, strict=True)):
                if made == NOWHERE:
                    yield _Unmade(revision, place, task)

    def _place_of(self, unmade: _Unmade) -> int:
        revision, task = unmade.revision, unmade.task
        key = (revision.step, unmade.place)
        if key not in self.placed:
            owner = self.listed.of_step[revision.step]
            text = f"{self.plan.steps[revision.step].key}\0{unmade.place}\0{task.id}\0{task.verb}"
            detail = " ".join(filter(None, (_WHY[NEVER_CREATED], shorten(task.description, 200))))
            self.placed[key] = self._append(
                f"ghost:{_hashed(text)}", shorten(task.verb, 80) or "task", NEVER_CREATED, detail,
                self.listed.work[owner], owner, [log_ref_of(revision.evidence)],
            )  # fmt: skip
        return self.placed[key]

    def _made_by(self, unmade: _Unmade, at: int) -> Tie:
        owner = self.listed.of_step[unmade.revision.step]
        evidence = (*self.listed.work[owner].refs[:1], log_ref_of(unmade.revision.evidence))
        why = "A task of its plan; no step was made from it."
        return Tie(owner, at, "replaced_by", "planned", evidence, False, why)

    def _add_branches(self) -> Iterator[Tie]:
        """Plans inside a step's inputs of which nothing became a step: one ghost for each."""
        parents = {step.parent for step in self.plan.steps}
        for step, (revision, place) in sorted(self.ties.made_of.items(), key=lambda each: each[0]):
            if step in parents:
                continue
            owner = self.listed.of_step[step]
            for branch in revision.tasks[place].inner:
                text = f"{self.plan.steps[step].key}\0{branch.name}"
                verbs = shorten(", ".join(task.verb for task in branch.tasks), 200)
                label = f"{shorten(branch.name, 40)}: {counted(len(branch.tasks), 'step')}"
                detail = f"The plan has {counted(len(branch.tasks), 'step')} inside this one; none was made: {verbs}"
                evidence: tuple[Ref, ...] = (log_ref_of(revision.evidence),)
                at = self._append(
                    f"ghost:{_hashed(text)}", label, NEVER_CREATED, detail, self.listed.work[owner], owner,
                    list(evidence),
                )  # fmt: skip
                why = "A plan inside its inputs; no step was made from it."
                yield Tie(owner, at, "parent", "planned", (*self.listed.work[owner].refs[:1], *evidence), False, why)

    def _append(
        self, ghost_id: str, label: str, kind: str, detail: str, near: Work, caller: int, refs: list[Ref]
    ) -> int:
        """Adds the work of a ghost in the lane of what it is near to; gives its position."""
        agent = near.agent_name
        work = Work(
            ghost_id, "ghost", label, near.lane, agent, NOWHERE, caller, "", "gone", None, None, refs,
            ghost=kind, detail=detail,
        )  # fmt: skip
        self.listed.work.append(work)
        return len(self.listed.work) - 1


def _is_later(revision: Revision, held: Revision) -> bool:
    """A plan that was returned counts before one on its way; among equals the later."""
    return (revision.stage == RETURNED, revision.time_ns) >= (held.stage == RETURNED, held.time_ns)


def _hashed(text: str) -> str:
    return blake2b(text.encode(errors="replace"), digest_size=8).hexdigest()
