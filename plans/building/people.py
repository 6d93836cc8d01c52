"""Agents, hand-overs between them, and questions to people, from facts."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set

import msgspec

from plans.building.drafts import Draft
from plans.records import NOWHERE, FactRow, HandOver, PlanAgent, Question
from telemetry.facts.records import ANSWERED, ASKED, WITHDRAWN, AgentFact, HandoverFact, QuestionFact, StepFact

OVER_WORDS = frozenset({"completed", "aborted", "error", "failed"})
"""What agents are called once they are done."""
DELEGATION = "DELEGATE"
"""The verb of a step that starts an agent of its own."""
_WORD = re.compile(r"[\w-]{8,200}")


def build_agents(rows: Sequence[FactRow], drafts: Sequence[Draft], firsts: Mapping[str, int]) -> tuple[PlanAgent, ...]:
    """The agents in order of appearance: those that records tell of, and those that steps name."""
    told: dict[str, list[tuple[int, AgentFact, int, str]]] = defaultdict(list)
    seen: dict[str, int] = {}
    for row in rows:
        for fact in row.facts:
            if isinstance(fact, AgentFact) and fact.agent_id:
                told[fact.agent_id].append((row.time_ns, fact, row.pk, row.mission_id))
    for draft in drafts:
        if draft.agent_id:
            first_ns = draft.told[0].time_ns
            seen[draft.agent_id] = min(seen.get(draft.agent_id, first_ns), first_ns)
    makers = _find_makers(drafts, told.keys() | seen.keys())
    agents = [
        _agent(each, told.get(each, []), seen.get(each), firsts.get(each, NOWHERE), makers.get(each, NOWHERE))
        for each in {**told, **seen}
    ]
    agents = [_under_maker(agent, drafts) for agent in agents]
    return tuple(sorted(agents, key=lambda agent: (agent.created_ns or 0, agent.id)))


def _find_makers(drafts: Sequence[Draft], agent_ids: Set[str]) -> dict[str, int]:
    """The first step that delegated and whose result names an agent, for each agent so named."""
    makers: dict[str, int] = {}
    for at, draft in enumerate(drafts):
        if draft.verb == DELEGATION:
            for output in draft.results:
                for word in _WORD.findall(output.preview):
                    if word in agent_ids and word != draft.agent_id:
                        makers.setdefault(word, at)
    return makers


def _under_maker(agent: PlanAgent, drafts: Sequence[Draft]) -> PlanAgent:
    """An agent whose own records name no parent is a child of the agent whose step made it."""
    if agent.parent_agent_id or agent.made_by == NOWHERE:
        return agent
    return msgspec.structs.replace(agent, parent_agent_id=drafts[agent.made_by].agent_id)


def _agent(
    agent_id: str, told: list[tuple[int, AgentFact, int, str]], seen_ns: int | None, first_step: int, made_by: int
) -> PlanAgent:
    told = sorted(told, key=lambda each: (each[0], not each[1].is_created, repr(each[1])))
    times = [each[1].started_ns or each[0] for each in told] + ([] if seen_ns is None else [seen_ns])
    last: dict[str, str] = {}
    for _, fact, _, _ in told:
        for name in ("status", "error"):
            last[name] = getattr(fact, name) or last.get(name, "")
        for name in ("name", "role", "agent_class", "goal", "parent_agent_id"):
            last[name] = last.get(name, "") or getattr(fact, name)
        if not fact.event.startswith(("agent_created", "agent_initialized", "snapshot")):
            last["event"] = fact.event
    changed_ns = told[-1][0] if told else 0
    told_end_ns = next((fact.ended_ns for _, fact, _, _ in reversed(told) if fact.ended_ns), None)
    is_over = last.get("status", "").lower() in OVER_WORDS
    return PlanAgent(
        id=agent_id,
        status=last.get("status", ""),
        name=last.get("name", ""),
        role=last.get("role", ""),
        agent_class=last.get("agent_class", ""),
        goal=last.get("goal", ""),
        error=last.get("error", ""),
        event=last.get("event", ""),
        parent_agent_id=last.get("parent_agent_id", ""),
        created_ns=min(times, default=None),
        ended_ns=told_end_ns if told_end_ns is not None else changed_ns if is_over else None,
        changed_ns=changed_ns,
        first_step=first_step,
        made_by=made_by,
        mission_id=next((mission for _, _, _, mission in told if mission), ""),
        evidence=tuple(dict.fromkeys(pk for _, _, pk, _ in told)),
    )


def build_questions(rows: Iterable[FactRow], drafts: Sequence[Draft]) -> tuple[Question, ...]:
    """Questions in order of asking. Facts of one request are one question; a step that went on was answered."""
    by_step = {draft.step_id: at for at, draft in reversed(list(enumerate(drafts)))}
    told: dict[str, list[tuple[int, QuestionFact, int]]] = defaultdict(list)
    for row in rows:
        for fact in row.facts:
            if isinstance(fact, QuestionFact):
                told[fact.request_id or f"step {fact.step_id}"].append((row.time_ns, fact, row.pk))
    questions = [_question(request_id, each, by_step, drafts) for request_id, each in told.items()]
    return tuple(sorted(questions, key=lambda question: (question.asked_ns or question.answered_ns or 0, question.id)))


def _question(
    request_id: str, told: list[tuple[int, QuestionFact, int]], by_step: Mapping[str, int], drafts: Sequence[Draft]
) -> Question:
    told = sorted(told, key=lambda each: (each[0], repr(each[1])))
    asked = [fact.asked_ns or time_ns for time_ns, fact, _ in told if fact.asked_ns or fact.what == ASKED]
    answered = [fact.answered_ns or time_ns for time_ns, fact, _ in told if fact.what == ANSWERED]
    step_id = next((fact.step_id for _, fact, _ in told if fact.step_id), "")
    step = by_step.get(step_id, NOWHERE)
    status = "ok" if answered else "gone" if any(fact.what == WITHDRAWN for _, fact, _ in told) else "waiting"
    moved_ns = _moved_on(drafts[step], asked) if step != NOWHERE and status == "waiting" else None
    if moved_ns is not None:
        status, answered = "ok", [moved_ns]
    return Question(
        id=request_id,
        agent_id=next((fact.agent_id for _, fact, _ in told if fact.agent_id), "")
        or (drafts[step].agent_id if step != NOWHERE else ""),
        step=step,
        step_id=step_id,
        question=next((fact.question for _, fact, _ in told if fact.question), ""),
        answer=next((fact.answer for _, fact, _ in reversed(told) if fact.answer), ""),
        answer_type=next((fact.answer_type for _, fact, _ in told if fact.answer_type), ""),
        choices=next((fact.choices for _, fact, _ in told if fact.choices), ()),
        asked_ns=min(asked, default=None),
        answered_ns=min(answered, default=None),
        status=status,
        evidence=tuple(dict.fromkeys(pk for _, _, pk in told)),
    )


def _moved_on(draft: Draft, asked: Sequence[int]) -> int | None:
    """When the step returned something else after it had asked: its answer came without a word."""
    after_ns = max(asked, default=0)
    for each in draft.told:
        if each.time_ns > after_ns and any(output.name != "pending_user_input" for output in each.fact.results):
            return each.time_ns
    return None


def build_hand_overs(rows: Iterable[FactRow], drafts: Sequence[Draft]) -> tuple[HandOver, ...]:
    """Hand-overs in order of time: those that are told, and those that a step shows."""
    by_step = {draft.step_id: at for at, draft in reversed(list(enumerate(drafts)))}
    found: dict[tuple[str, str, str], HandOver] = {}
    for row in sorted(rows, key=lambda each: (each.time_ns, each.pk)):
        for fact in row.facts:
            given = _given(fact)
            if given is not None and (fact.step_id, given.from_agent_id, given.to_agent_id) not in found:
                found[fact.step_id, given.from_agent_id, given.to_agent_id] = HandOver(
                    by_step.get(fact.step_id, NOWHERE), fact.step_id, given.from_agent_id, given.to_agent_id,
                    given.reason, row.time_ns, row.pk,
                )  # fmt: skip
    return tuple(found.values())


def _given(fact: msgspec.Struct) -> HandoverFact | None:
    if isinstance(fact, HandoverFact):
        return fact
    if isinstance(fact, StepFact) and fact.given_to:
        return HandoverFact(step_id=fact.step_id, from_agent_id=fact.given_by, to_agent_id=fact.given_to)
    return None
