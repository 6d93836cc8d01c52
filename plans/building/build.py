"""The plan of a mission from the facts about it. Pure: the same set of facts gives the same plan, in any order."""

from collections.abc import Sequence
from hashlib import blake2b

from plans.building.births import find_agents, find_births
from plans.building.drafts import Draft, gather_drafts
from plans.building.edges import Ties
from plans.building.parents import (
    MadePlan,
    compute_depths,
    find_parents,
    gather_plans,
)
from plans.building.people import build_agents, build_hand_overs, build_questions
from plans.building.verdicts import StepVerdict, judge_step
from plans.records import NO_PLAN, NOWHERE, STATED, FactRow, Plan, PlanEdge, PlanStep, Revision
from telemetry.facts.records import EdgeFact, MissionFact

MOST_EVIDENCE = 20
"""Records that one stated tie keeps."""


def build_plan(rows: Sequence[FactRow]) -> Plan:
    """The plan that these facts tell."""
    if not rows:
        return NO_PLAN
    rows = sorted(rows, key=lambda row: (row.time_ns, row.pk))
    drafts = gather_drafts(rows)
    plans = gather_plans(drafts, rows)
    find_parents(drafts, plans)
    firsts = find_agents(drafts, find_births(rows))
    questions = build_questions(rows, drafts)
    asking = {question.step for question in questions if question.status == "waiting"}
    verdicts = [judge_step(draft, has_asked=at in asking) for at, draft in enumerate(drafts)]
    ties = Ties(drafts, plans, verdicts)
    ties.find()
    stated = _stated_edges(rows, drafts, ties)
    edges = [*ties.edges.values(), *stated]
    depths = compute_depths(drafts)
    steps = [_step(at, draft, verdicts[at], depths[at]) for at, draft in enumerate(drafts)]
    return Plan(
        agents=build_agents(rows, drafts, firsts),
        steps=tuple(steps),
        edges=tuple(sorted(edges, key=lambda edge: (edge.target, edge.input_name, edge.source, edge.ghost))),
        ghosts=tuple(ties.ghosts.values()),
        revisions=tuple(_revision(plan) for plan in plans),
        questions=questions,
        hand_overs=build_hand_overs(rows, drafts),
        **_mission_words(rows),
        has_starts=any(draft.starts for draft in drafts),
        known_verbs=_known_verbs(rows),
        last_ns=rows[-1].time_ns,
    )


def _mission_words(rows: Sequence[FactRow]) -> dict[str, str]:
    """What is said of the mission itself: the first name and goal, the last status and reason."""
    told = [(row.time_ns, repr(fact), fact) for row in rows for fact in row.facts if isinstance(fact, MissionFact)]
    words: dict[str, str] = {}
    for _, _, fact in sorted(told, key=lambda each: each[:2]):
        words["status_word"] = fact.status or words.get("status_word", "")
        words["reason"] = fact.reason if fact.status else words.get("reason", "")
        words["name"] = words.get("name", "") or fact.name
        words["goal"] = words.get("goal", "") or fact.goal
    return words


def _known_verbs(rows: Sequence[FactRow]) -> frozenset[str]:
    facts = (fact for row in rows for fact in row.facts if isinstance(fact, MissionFact))
    return frozenset(verb for fact in facts for verb in fact.known_verbs)


def plan_at(rows: Sequence[FactRow], at_ns: int | None) -> Plan:
    """The plan as it was known at a moment; without one, as it is."""
    return build_plan(rows if at_ns is None else [row for row in rows if row.time_ns <= at_ns])


def step_key(step_id: str, agent_id: str, occurrence: int) -> str:
    """Names one occurrence of a step: 16 hex digits."""
    text = f"{step_id}\0{agent_id}\0{occurrence}"
    return blake2b(text.encode(errors="replace"), digest_size=8).hexdigest()


def _step(at: int, draft: Draft, verdict: StepVerdict, depth: int) -> PlanStep:
    return PlanStep(
        index=at,
        key=step_key(draft.step_id, "", draft.occurrence),
        step_id=draft.step_id,
        occurrence=draft.occurrence,
        agent_id=draft.agent_id,
        is_agent_inferred=draft.is_agent_inferred,
        number=draft.number,
        parent=draft.parent,
        parent_by=draft.parent_by,
        depth=depth,
        verb=draft.verb,
        description=draft.description,
        role=draft.role,
        status=draft.status,
        outcome=verdict.outcome,
        reason=verdict.reason,
        reason_code=verdict.reason_code,
        is_silent=verdict.is_silent,
        is_replaced=verdict.is_replaced,
        created_ns=draft.created_ns,
        started_ns=draft.started_ns,
        ended_ns=draft.ended_ns,
        starts=draft.starts,
        inputs=tuple(draft.inputs.values()),
        outputs=tuple(draft.outputs.values()),
        results=draft.results,
        has_results=draft.has_results,
        error=draft.error,
        error_code=draft.error_code,
        model_calls=sum(output.model_calls for output in draft.results),
        retry_count=max(draft.retry_count, draft.starts - 1, 0),
        scope_id=draft.scope_id,
        waits_for_person=verdict.waits_for_person,
        evidence=tuple(dict.fromkeys(each.pk for each in draft.told)),
    )


def _revision(plan: MadePlan) -> Revision:
    fact = plan.fact
    return Revision(
        step=plan.owner,
        step_id=plan.step_id,
        stage=plan.stage,
        time_ns=plan.time_ns,
        tasks=plan.tasks,
        made=tuple(plan.made),
        errors=fact.errors if fact is not None else (),
        warnings=fact.warnings if fact is not None else (),
        transformations=fact.transformations if fact is not None else (),
        evidence=plan.pk,
    )


def _stated_edges(rows: Sequence[FactRow], drafts: Sequence[Draft], ties: Ties) -> list[PlanEdge]:
    """Ties that records state; one to a step that nobody knows hangs on a ghost, among the other ties."""
    by_id: dict[str, int] = {}
    for at, draft in enumerate(drafts):
        by_id[draft.step_id] = at
    found: dict[tuple[int, int, str, str, str], PlanEdge] = {}
    for row in rows:
        for fact in row.facts:
            if not isinstance(fact, EdgeFact):
                continue
            source, target = by_id.get(fact.source, NOWHERE), by_id.get(fact.step_id, NOWHERE)
            if source == NOWHERE and target != NOWHERE and fact.source:
                ties.haunt(target, fact.source, fact.kind, fact.output_name, fact.input_name)
            if NOWHERE in (source, target) or source == target:
                continue
            is_done = judge_step(drafts[source]).outcome == "ok" if fact.is_satisfied is None else fact.is_satisfied
            key = (target, source, fact.kind, fact.output_name, fact.input_name)
            evidence = (*found[key].evidence, row.pk) if key in found else (row.pk,)
            found[key] = PlanEdge(
                source, target, fact.kind, fact.output_name, fact.input_name, is_done, False, STATED,
                evidence=evidence[:MOST_EVIDENCE],
            )  # fmt: skip
    return list(found.values())
