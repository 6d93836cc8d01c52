"""What the plan says led to what: ties between steps with the records that tell of them."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from analysis.algorithms.findings import Ref, log_ref_of
from analysis.algorithms.graph_model import DEPENDENCIES, MAX_REFS, LaneTie, Tie
from analysis.algorithms.graph_work import WorkList
from analysis.algorithms.wording import shorten
from plans.building.edges import COMPLETION
from plans.records import (
    BY_ID,
    BY_OUTPUT,
    BY_TEXT,
    DATA,
    HAND_OVER,
    MENTION,
    NOWHERE,
    REPLACED,
    SIGNAL,
    TEMPLATE,
    PlanEdge,
    PlanStep,
    Revision,
)
from plans.records import PARENT as PARENT_TIE

_WAITS_FOR_ALL = "_dependency_"
_KINDS = {
    DATA: "data", SIGNAL: "signal", PARENT_TIE: "parent", REPLACED: "replaced_by", HAND_OVER: "handoff",
    MENTION: "mention", TEMPLATE: "template", "handoff": "handoff", "hand-off": "handoff", "replaced-by": "replaced_by",
    "wait_for_all": "wait_for_all", "wait-for-all": "wait_for_all",
}  # fmt: skip
"""Kinds of the plan as kinds of the graph. Senders may state others: they are links."""
_HOW = {
    BY_ID: "A task of its plan has this step's id.",
    BY_TEXT: "A task of its plan has this step's verb and description, and it was made next; no record names the plan.",
}
RETURNED = "returned"
"""The stage of a plan that is a step's result."""


class Making(NamedTuple):
    """The plan that a step was made of, and which task of it."""

    revision: Revision
    place: int


class PlanTies:
    """The ties of a plan between the work of its steps."""

    def __init__(self, listed: WorkList) -> None:
        self.listed, self.plan = listed, listed.facts.plan
        self.work = listed.work
        self.made_of: dict[int, Making] = {}
        """By step: the plan that it was made of; one that was returned rather than one on its way."""
        for revision in sorted(self.plan.revisions, key=lambda each: each.stage != RETURNED):
            for place, made in enumerate(revision.made):
                if made != NOWHERE:
                    self.made_of.setdefault(made, Making(revision, place))

    def find(self) -> Iterator[Tie]:
        """Ties between steps: from a step to those its plan made, and what steps hang on."""
        yield from self._parents()
        for edge in self.plan.edges:
            if edge.source != NOWHERE:
                yield self.tie(edge, self.listed.of_step[edge.source])

    def find_between_lanes(self) -> Iterator[LaneTie]:
        """From an agent to those that it made, and to steps that it handed over."""
        lanes, known = self.listed.lanes, {agent.id for agent in self.plan.agents}
        for agent in self.plan.agents:
            if agent.parent_agent_id in known and agent.parent_agent_id != agent.id:
                evidence = tuple(map(log_ref_of, agent.evidence[:MAX_REFS]))
                maker, made = lanes.of_agent(agent.parent_agent_id), lanes.of_agent(agent.id)
                yield LaneTie(maker, made, NOWHERE, "agent", "made", evidence, "It names the first as its parent.")
        for hand in self.plan.hand_overs:
            giver = lanes.of_agent(hand.from_agent_id if hand.from_agent_id in known else "")
            taker = lanes.of_agent(hand.to_agent_id if hand.to_agent_id in known else "")
            at = self.listed.of_step[hand.step] if hand.step != NOWHERE else NOWHERE
            reason = shorten(hand.reason, 200)
            why = f"Handed over: {reason}" if reason else "The step shows that it was handed over."
            evidence = (log_ref_of(hand.evidence),)
            yield LaneTie(giver, "" if at != NOWHERE else taker, at, "handoff", "hand-over", evidence, why)

    def tie(self, edge: PlanEdge, source: int) -> Tie:
        """An edge of the plan as a tie from the work at `source`: a step's or a ghost's."""
        kind = _kind_of(edge)
        target = self.listed.of_step[edge.target]
        is_waited_for = kind in DEPENDENCIES
        return Tie(
            source,
            target,
            kind,
            _label_of(edge, kind),
            self.evidence(edge),
            edge.is_inferred,
            _why(edge, kind),
            edge.is_satisfied if is_waited_for else None,
        )

    def evidence(self, edge: PlanEdge) -> tuple[Ref, ...]:
        """The records that state an edge; else the one of the target's making, its plan, and the source's result."""
        target = self.plan.steps[edge.target]
        logs = list(edge.evidence or target.evidence[:1])
        if edge.target in self.made_of and not edge.evidence:
            logs.append(self.made_of[edge.target].revision.evidence)
        if edge.source != NOWHERE and self.plan.steps[edge.source].has_results:
            logs.append(self.plan.steps[edge.source].evidence[-1])
        return tuple(dict.fromkeys((*self._rows(edge.target, edge.source), *map(log_ref_of, logs))))[:MAX_REFS]

    def _rows(self, *steps: int) -> Iterator[Ref]:
        for step in steps:
            if step != NOWHERE:
                yield self.work[self.listed.of_step[step]].refs[0]

    def _parents(self) -> Iterator[Tie]:
        """From a step to those its plan or its loop made."""
        same: Counter[tuple[int, str]] = Counter((step.parent, step.step_id) for step in self.plan.steps)
        numbers: dict[tuple[int, str], int] = defaultdict(int)
        for step in self.plan.steps:
            if step.parent == NOWHERE:
                continue
            numbers[step.parent, step.step_id] += 1
            of, number = same[step.parent, step.step_id], numbers[step.parent, step.step_id]
            kind, label = self._kind_of_making(step, of)
            why = _HOW.get(step.parent_by, "The step names it as its parent.")
            if kind == "template":
                label = f"{number} of {of}" if of > 1 else "iteration"
                why = f"Made from the same task, {number} of {of}. {why}"
            source, target = self.listed.of_step[step.parent], self.listed.of_step[step.index]
            yield Tie(source, target, kind, label, self._making(step), step.parent_by == BY_TEXT, why)

    def _kind_of_making(self, step: PlanStep, same: int) -> tuple[str, str]:
        if step.scope_id or same > 1:
            return "template", ""
        return ("replaced_by", "plan") if self.plan.steps[step.parent].is_replaced else ("parent", "made")

    def _making(self, step: PlanStep) -> tuple[Ref, ...]:
        logs = list(step.evidence[:1])
        if step.index in self.made_of:
            logs.append(self.made_of[step.index].revision.evidence)
        return tuple(dict.fromkeys((*self._rows(step.index, step.parent), *map(log_ref_of, logs))))


def _kind_of(edge: PlanEdge) -> str:
    if edge.kind in (SIGNAL, DATA) and (edge.output_name == COMPLETION or edge.input_name.startswith(_WAITS_FOR_ALL)):
        return "wait_for_all"
    return _KINDS.get(edge.kind, "link")


def _label_of(edge: PlanEdge, kind: str) -> str:
    """The output that is taken; what a signal is called; the sender's word for a tie that is none of ours."""
    if kind == "wait_for_all":
        return "done"
    if kind == "signal":
        return shorten(edge.input_name.strip("_"), 60) or "done"
    name = shorten(edge.output_name or edge.input_name, 60)
    return name or (shorten(edge.kind, 40) if kind == "link" else kind.replace("_", " "))


def _why(edge: PlanEdge, kind: str) -> str:
    """What an edge rests on, in a sentence."""
    taken, given = shorten(edge.input_name, 60), shorten(edge.output_name, 60)
    if edge.by == BY_OUTPUT:
        return f"Input {taken} takes output {given}; the source follows from the outputs that its plan declares."
    if kind == "mention":
        what = f"output {given}" if given else "the step by its number"
        return f"The text of input {taken} speaks of {what}. Nothing ties the two: no scheduler waits for it."
    if kind == "data" and given:
        return f"Input {taken or 'of the second'} takes output {given}."
    return ""
