"""What the open steps of a plan wait for, and which few things hold up all the rest. Pure, linear.

Three sorts of things hold up steps: steps, ghosts (what nobody has), and plans that a step became. They are numbered in
one row: steps from 0, the plans that steps became after them, ghosts last.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property

import msgspec

from analysis.algorithms.circles import find_circles
from analysis.algorithms.step_words import is_open_step
from plans.records import DATA, NOWHERE, SIGNAL, Plan, PlanEdge

MISSING, FAILED, CANCELLED, REPLACED, NO_OUTPUT, CIRCLE, PERSON, RUNNING, NOT_BEGUN = (
    "missing", "failed", "cancelled", "replaced", "no_output", "circle", "person", "running", "not_begun",
)  # fmt: skip
"""Why something holds steps up: nobody has it; it failed; it was cancelled; its work went on in a plan that does not
give it; it is done without giving it; it waits for itself; it waits for a person; it runs; it has not begun though
nothing keeps it."""
MOST_COUNTED = 50
"""Root blockers whose steps behind them are counted exactly."""


class Blocker(msgspec.Struct, frozen=True):
    """What holds up steps and is held up by nothing itself."""

    why: str
    step: int
    """NOWHERE for a ghost."""
    ghost: int
    behind: int
    """Open steps that cannot go on before it does."""
    edge: PlanEdge | None
    """The first tie by which it is waited for; None for a step that nothing hangs on."""


class Blockage:
    """The open steps of a plan and what they wait for."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.count = len(plan.steps)
        self.open = [is_open_step(step) for step in plan.steps]
        self.held_by: dict[int, list[int]] = defaultdict(list)
        """What each open step, and each plan that a step became, waits for."""
        self.causes: dict[int, str] = {}
        """Why, for what holds up steps and is over or not there."""
        self.edges: dict[int, PlanEdge] = {}
        """The first tie to each cause."""
        self._inner: set[int] = set()
        self._children: dict[int, list[int]] = defaultdict(list)
        for step in plan.steps:
            self._children[step.parent].append(step.index)
        for edge in plan.edges:
            if edge.kind in (DATA, SIGNAL) and not (edge.is_satisfied or edge.is_inferred) and self.open[edge.target]:
                self._hold(edge)

    def _hold(self, edge: PlanEdge) -> None:
        source = edge.source
        if source == NOWHERE:
            self._cause(2 * self.count + edge.ghost, MISSING, edge)
            return
        step = self.plan.steps[source]
        if self.open[source]:
            self.held_by[edge.target].append(source)
            self.edges.setdefault(source, edge)
        elif step.outcome in ("failed", "gone"):
            self._cause(source, FAILED if step.outcome == "failed" else CANCELLED, edge)
        elif not step.is_replaced:
            self._cause(source, NO_OUTPUT, edge)
        elif edge.kind == SIGNAL or not self._enter(source):
            self._cause(source, REPLACED, edge)
        else:
            self.held_by[edge.target].append(self.count + source)

    def _cause(self, node: int, why: str, edge: PlanEdge) -> None:
        self.held_by[edge.target].append(node)
        self.causes.setdefault(node, why)
        self.edges.setdefault(node, edge)

    def _enter(self, source: int) -> bool:
        """Ties the plan that a step became to what is open in it; is anything?"""
        stack = [source]
        while stack:
            at = stack.pop()
            if at in self._inner:
                continue
            self._inner.add(at)
            for child in self._children[at]:
                if self.open[child]:
                    self.held_by[self.count + at].append(child)
                elif self.plan.steps[child].is_replaced:
                    self.held_by[self.count + at].append(self.count + child)
                    stack.append(child)
        return self._has_open(source)

    def _has_open(self, source: int) -> bool:
        return source in self._with_open

    @cached_property
    def _with_open(self) -> set[int]:
        """The replaced steps with something open below, whatever is between."""
        found: set[int] = set()
        for step in self.plan.steps:
            at = step.parent if self.open[step.index] else NOWHERE
            while at != NOWHERE and at not in found and self.plan.steps[at].is_replaced:
                found.add(at)
                at = self.plan.steps[at].parent
        return found

    @cached_property
    def circles(self) -> list[list[int]]:
        """Steps that wait for each other, in the order of their ties."""
        return [
            [node for node in circle if node < self.count]
            for circle in find_circles({node: held for node, held in self.held_by.items() if held})
        ]

    @cached_property
    def holds(self) -> Mapping[int, list[int]]:
        """What each of them holds up."""
        found: dict[int, list[int]] = defaultdict(list)
        for node, held in self.held_by.items():
            for by in dict.fromkeys(held):
                found[by].append(node)
        return found

    def heads(self) -> list[int]:
        """Open steps that nothing holds up."""
        return [at for at in range(self.count) if self.open[at] and not self.held_by.get(at)]

    @cached_property
    def blockers(self) -> list[Blocker]:
        """What holds up the most first."""
        roots = dict(self.causes)
        for circle in self.circles:
            if circle:
                roots[circle[0]] = CIRCLE
        for at in self.heads():
            step = self.plan.steps[at]
            roots[at] = PERSON if step.waits_for_person else RUNNING if step.outcome == "active" else NOT_BEGUN
        sizes = self._sizes(roots)
        ranked = sorted(roots, key=lambda node: (-sizes[node], node))
        found = [self._blocker(node, roots[node], self._behind(node)) for node in ranked[:MOST_COUNTED]]
        found += [self._blocker(node, roots[node], sizes[node]) for node in ranked[MOST_COUNTED:]]
        return sorted(found, key=lambda each: (-each.behind, each.why == NOT_BEGUN, each.step, each.ghost))

    def _blocker(self, node: int, why: str, behind: int) -> Blocker:
        is_ghost = node >= 2 * self.count
        step, ghost = (NOWHERE, node - 2 * self.count) if is_ghost else (node, NOWHERE)
        return Blocker(why, step, ghost, behind, self.edges.get(node))

    def _sizes(self, roots: Iterable[int]) -> dict[int, int]:
        """Steps behind each node in one forest: a lower bound, in linear time."""
        order, above = list(roots), dict.fromkeys(roots, NOWHERE)
        for node in order:
            for held in self.holds.get(node, ()):
                if held not in above:
                    above[held] = node
                    order.append(held)
        sizes = dict.fromkeys(order, 0)
        for node in reversed(order):
            if above[node] != NOWHERE:
                sizes[above[node]] += sizes[node] + (node < self.count)
        return sizes

    def _behind(self, root: int) -> int:
        seen, stack = {root}, [root]
        while stack:
            for held in self.holds.get(stack.pop(), ()):
                if held not in seen:
                    seen.add(held)
                    stack.append(held)
        return sum(node < self.count for node in seen - {root})
