"""Planned tasks that never became steps."""

from collections.abc import Iterator, Sequence

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, Ref, log_ref_of, make_finding, step_ref
from analysis.algorithms.step_words import name_step
from analysis.algorithms.wording import clock, counted, lasting, listed, tallied
from plans.records import NOWHERE, Revision
from telemetry.facts.records import Branch, Task

NAME = "plan_shrunk"
RETURNED = "returned"
STAGES = ("raw", "parsed", "validated", "instantiated", RETURNED)
AT_THE_END_NS = 1_000_000_000
"""A plan that came so shortly before the last record may have been carried out unseen."""
SHOWN = 10


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for all tasks without a step, one for each plan that shrank on its way, one for inner plans."""
    returned = [plan for plan in facts.plan.revisions if plan.stage == RETURNED]
    yield from _not_created(facts, returned)
    yield from _shrunk_on_the_way(facts)
    yield from _inner_plans(facts, returned)


def _not_created(facts: MissionFacts, plans: Sequence[Revision]) -> Iterator[Finding]:
    lost = [(plan, task) for plan in plans for task, made in zip(plan.tasks, plan.made, strict=True) if made == NOWHERE]
    if not lost or not any(made != NOWHERE for plan in plans for made in plan.made):
        return
    planned = sum(len(plan.tasks) for plan in plans)
    names = tallied([task.verb for _, task in lost], 6)
    title = f"{counted(planned, 'task')} were planned and {planned - len(lost)} became steps; missing: {names}."
    details = [f"{task.verb} of the plan of {_owner(facts, plan)}{_at_the_end(facts, plan)}" for plan, task in lost]
    refs: list[Ref] = []
    for plan, _ in lost:
        refs += [step_ref(facts.plan.steps[plan.step])] if plan.step != NOWHERE else []
        refs.append(log_ref_of(plan.evidence))
    yield make_finding(NAME, "warning", title, refs, opened_ns=lost[0][0].time_ns,
                       detail="; ".join(details[:SHOWN]) + ".", subject="tasks")  # fmt: skip


def _owner(facts: MissionFacts, plan: Revision) -> str:
    name = name_step(facts.plan.steps[plan.step]) if plan.step != NOWHERE else f"step {plan.step_id}"
    return f"{name} at {clock(plan.time_ns, facts.now_ns)}"


def _at_the_end(facts: MissionFacts, plan: Revision) -> str:
    last_ns = facts.plan.last_ns
    if last_ns is None or last_ns - plan.time_ns > AT_THE_END_NS:
        return ""
    return f", perhaps only unrecorded: the record ends {lasting(last_ns - plan.time_ns)} later"


def _shrunk_on_the_way(facts: MissionFacts) -> Iterator[Finding]:
    """Of the plans of one step, in the order of their stages, one that has fewer tasks than the one before."""
    by_step: dict[str, dict[str, Revision]] = {}
    for plan in facts.plan.revisions:
        if plan.stage in STAGES and plan.step_id:
            by_step.setdefault(plan.step_id, {})[plan.stage] = plan
    for stages in by_step.values():
        plans = [stages[stage] for stage in STAGES if stage in stages and stages[stage].tasks]
        counts = [len(plan.tasks) for plan in plans]
        if len(plans) < 2 or counts[-1] >= max(counts):
            continue
        told = ", ".join(f"{len(plan.tasks)} {plan.stage}" for plan in plans)
        went = f"from {max(counts)} to {counted(counts[-1], 'task')} ({told})"
        title = f"The plan of {_owner(facts, plans[0])} shrank {went}."
        wrong = [text for plan in plans for text in (*plan.errors, *plan.warnings)]
        refs = [step_ref(facts.plan.steps[plans[0].step])] if plans[0].step != NOWHERE else []
        refs += [log_ref_of(plan.evidence) for plan in plans]
        yield make_finding(
            NAME, "warning", title, refs, opened_ns=plans[-1].time_ns,
            detail=" ".join(wrong[:5]), subject=f"stages {plans[0].step_id}",
        )  # fmt: skip


def _inner_plans(facts: MissionFacts, plans: Sequence[Revision]) -> Iterator[Finding]:
    """Plans inside a task's inputs of which no step was made."""
    parents = {step.parent for step in facts.plan.steps}
    for plan in plans:
        for task, made in zip(plan.tasks, plan.made, strict=True):
            if task.inner and made not in parents:
                yield _inner(facts, plan, task, task.inner, made)


def _inner(facts: MissionFacts, plan: Revision, task: Task, branches: Sequence[Branch], made: int) -> Finding:
    step = facts.plan.steps[made] if made != NOWHERE else None
    sizes = listed([f"{branch.name} of {counted(len(branch.tasks), 'task')}" for branch in branches])
    count = counted(len(branches), "plan inside it", "plans inside it")
    title = f"{name_step(step) if step is not None else task.verb} has {count} that never became steps: {sizes}."
    has_run = step is not None and step.outcome in ("ok", "failed")
    detail = "" if has_run else "It did not run itself."
    refs = [step_ref(step)] if step is not None else [log_ref_of(plan.evidence)]
    severity = "warning" if has_run and step is not None and step.verb not in ("DECIDE", "FOREACH") else "info"
    return make_finding(NAME, severity, title, refs, opened_ns=plan.time_ns, detail=detail,
                        subject=f"inner {step.key if step is not None else plan.evidence}:{task.number}")  # fmt: skip
