"""A plan as its pages look things up in it: what lies around a step, and how steps, agents and ghosts are linked."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from plans.building.rows import PLAN_TRACE, agent_label, agent_place, agent_row_key, step_row_key
from plans.records import NOWHERE, Ghost, Plan, PlanAgent, PlanStep, Revision
from telemetry.facts.records import Task
from web.presenters.mission.keys import span_key

RETURNED = "returned"
"""Stage of a plan that is a step's result."""
GHOST_WORDS = {
    "unknown_step": "no step has this id",
    "undeclared_output": "no step of its plan declares this output",
    "never_created": "planned, and never became a step",
}


class StepLink(NamedTuple):
    """A way to a step, an agent or a ghost."""

    key: str
    verb: str
    text: str
    status: str
    """Outcome of a step; `ghost` for what nobody has; empty for an agent."""
    is_replaced: bool = False
    why: str = ""
    """Of a ghost: what is wrong with it."""


class Home(NamedTuple):
    """The plan that a step was made of, and its task in it."""

    revision: Revision
    task_at: int

    @property
    def task(self) -> Task:
        """The task that the step became."""
        return self.revision.tasks[self.task_at]


class PlanMap:
    """Lookups over one plan. Linear to make."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.agents = {agent.id: agent for agent in plan.agents}
        self.children: dict[int, list[int]] = defaultdict(list)
        self.occurrences: dict[str, list[int]] = defaultdict(list)
        self.revisions: dict[int, list[Revision]] = defaultdict(list)
        """By the step whose work they are."""
        self.homes: dict[int, Home] = {}
        for step in plan.steps:
            self.children[step.parent].append(step.index)
            self.occurrences[step.step_id].append(step.index)
        for revision in plan.revisions:
            self.revisions[revision.step].append(revision)
            for at, made in enumerate(revision.made):
                if made != NOWHERE and (made not in self.homes or self._is_better(made, revision)):
                    self.homes[made] = Home(revision, at)

    def _is_better(self, made: int, revision: Revision) -> bool:
        """Of several plans that have the step: the one that its parent returned."""
        held = self.homes[made].revision
        parent = self.plan.steps[made].parent
        return _rank(revision, parent) > _rank(held, parent)

    def find_running(self, step_id: str, time_ns: int | None) -> int:
        """Of a step's occurrences the last that had begun by then, else the first; NOWHERE without one."""
        found = NOWHERE
        for at in self.occurrences.get(step_id, ()):
            step = self.plan.steps[at]
            began = step.started_ns if step.started_ns is not None else step.created_ns
            if found == NOWHERE or (time_ns is not None and (began or 0) <= time_ns):
                found = at
        return found

    def step_at(self, key: str) -> PlanStep | None:
        """The step whose row has this id."""
        return next((step for step in self.plan.steps if step.key == key), None)

    def agent_at(self, key: str) -> PlanAgent | None:
        """The agent whose row has this id."""
        return next((agent for agent in self.plan.agents if agent_row_key(agent.id)[1] == key), None)

    def ghost_at(self, key: str) -> Ghost | None:
        """The ghost with this key."""
        return next((ghost for ghost in self.plan.ghosts if ghost.key == key), None)

    def link(self, at: int) -> StepLink:
        """The way to a step."""
        step = self.plan.steps[at]
        return StepLink(
            span_key(*step_row_key(step)), *step_words(step), status=step.outcome, is_replaced=step.is_replaced
        )

    def find_link(self, step_id: str, time_ns: int | None) -> StepLink | None:
        """The way to the step that something at that time names; None without one."""
        at = self.find_running(step_id, time_ns) if step_id else NOWHERE
        return None if at == NOWHERE else self.link(at)

    def links(self, steps: Sequence[int]) -> list[StepLink]:
        """The ways to several steps."""
        return [self.link(at) for at in steps]

    def agent_link(self, agent_id: str) -> StepLink | None:
        """The way to an agent; None without one."""
        if not agent_id:
            return None
        agent = self.agents.get(agent_id)
        if agent is None:
            return StepLink("", "", agent_id, "")
        return StepLink(span_key(*agent_place(agent)), "", agent_label(agent), "")

    def ghost_link(self, at: int) -> StepLink:
        """The way to what nobody has."""
        ghost = self.plan.ghosts[at]
        why = GHOST_WORDS.get(ghost.why, ghost.why)
        return StepLink(span_key(PLAN_TRACE, ghost.key), "", ghost.label or "without a name", "ghost", why=why)


def step_words(step: PlanStep) -> tuple[str, str]:
    """Its verb and what it is for; one of them always says something."""
    if not step.verb and not step.description:
        return "", step.step_id
    return step.verb, step.description


def count_unsent(plan: Plan, sent: Mapping[str, int]) -> int:
    """Model calls that only the logs of steps show. `sent`: by step id, calls that were sent whole."""
    return sum(max(0, step.model_calls - sent.get(step.step_id, 0)) for step in plan.steps)


def _rank(revision: Revision, parent: int) -> tuple[bool, bool]:
    return revision.step == parent, revision.stage == RETURNED
