"""The plan that a mission's spans show, behind the one that its records tell. Pure.

What records tell of is theirs: spans add the steps, agents and questions that no record names.
"""

from collections.abc import Iterable, Sequence
from hashlib import blake2b

import msgspec

from plans.building.rows import agent_label
from plans.building.span_places import SpanPlace
from plans.building.span_steps import SpanStep, SpanSteps
from plans.records import BY_LINK, LINK, NO_PLAN, NOWHERE, STATED, Plan, PlanAgent, PlanEdge, PlanStep, Question
from traces.records import SpanRow

GRAVEST_STATUS = ("active", "waiting", "failed", "gone", "ok")
GRAVEST_CODE = ("ERROR", "OK", "UNSET")


def build_span_plan(places: Sequence[SpanPlace], told: Plan = NO_PLAN) -> Plan:
    """What records tell, and what only spans show. `places` are in preorder; the rows of `told` may be among them."""
    gathered = SpanSteps(places, told.steps)
    steps = list(told.steps)
    for found in gathered.found:
        steps.append(_step(gathered, found, len(steps), steps))
    return msgspec.structs.replace(
        told,
        agents=(*told.agents, *_agents(places, told.agents, steps[len(told.steps) :])),
        steps=tuple(steps),
        edges=(*told.edges, *_edges(gathered, steps)),
        questions=(*told.questions, *_questions(gathered)),
    )


def span_step_key(agent_id: str, step_id: str, occurrence: int) -> str:
    """Names one occurrence of an agent's step: 16 hex digits, the same whenever it is computed."""
    text = f"{agent_id}\0{step_id}\0{occurrence}"
    return blake2b(text.encode(errors="replace"), digest_size=8).hexdigest()


def _step(gathered: SpanSteps, found: SpanStep, index: int, before: Sequence[PlanStep]) -> PlanStep:
    spans = found.spans
    head = next((span for span in spans if span.span_kind == "STEP"), spans[0])
    outcome = gravest(gathered.places[at].status for at in found.tops)
    failed = next((span for span in spans if span.status_code == "ERROR"), head) if outcome == "failed" else None
    reason, code = ("", "") if failed is None else (failed.status_message, failed.error_type)
    verb, _, description = head.name.strip().partition(" ")
    return PlanStep(
        index=index,
        key=span_step_key(found.agent_id, found.step_id, found.occurrence),
        step_id=found.step_id,
        occurrence=found.occurrence,
        agent_id=found.agent_id,
        is_agent_inferred=found.agent_id != head.agent_name,
        number=None,
        parent=found.parent,
        parent_by=STATED if found.parent != NOWHERE else "",
        depth=0 if found.parent == NOWHERE else before[found.parent].depth + 1,
        verb=verb,
        description=description.strip(),
        role="",
        status="",
        outcome=outcome,
        reason=reason,
        reason_code=code,
        is_silent=False,
        is_replaced=False,
        created_ns=None,
        started_ns=_earliest(spans),
        ended_ns=_latest_end(spans),
        starts=max(1, sum(span.span_kind == "STEP" for span in spans)),
        inputs=(),
        outputs=(),
        results=(),
        has_results=False,
        error=reason,
        error_code=code,
        model_calls=0,
        retry_count=found.occurrence - 1,
        scope_id="",
        waits_for_person=False,
        evidence=(),
        head=head,
        status_code=min((span.status_code for span in spans), key=GRAVEST_CODE.index),
    )


def gravest(statuses: Iterable[str]) -> str:
    """Of what became of several spans what counts for all; ok when there are none."""
    return min(statuses, key=GRAVEST_STATUS.index, default="ok")


def _earliest(spans: Iterable[SpanRow]) -> int | None:
    return min((span.start_ns for span in spans if span.start_ns is not None), default=None)


def _latest_end(spans: Sequence[SpanRow]) -> int | None:
    """None while one of them is open."""
    ends = [span.end_ns for span in spans if span.end_ns is not None]
    return max(ends) if len(ends) == len(spans) else None


def _agents(places: Sequence[SpanPlace], told: Sequence[PlanAgent], steps: Sequence[PlanStep]) -> list[PlanAgent]:
    """The agents that only spans name, in order of appearance."""
    known = {agent_label(agent) for agent in told}
    seen: dict[str, list[int]] = {}
    for at, place in enumerate(places):
        if place.agent and place.span is not None and place.span.pk >= 0 and place.agent not in known:
            seen.setdefault(place.agent, []).append(at)
    firsts: dict[str, int] = {}
    for step in steps:
        firsts.setdefault(step.agent_id, step.index)
    return [_agent(places, name, work, firsts.get(name, NOWHERE)) for name, work in seen.items()]


def _agent(places: Sequence[SpanPlace], name: str, work: Sequence[int], first_step: int) -> PlanAgent:
    spans = [span for span in (places[at].span for at in work) if span is not None]
    parent = places[work[0]].parent
    times = [ns for span in spans for ns in (span.start_ns, span.end_ns) if ns is not None]
    return PlanAgent(
        id=name,
        status="",
        name=name,
        role="",
        agent_class="",
        goal="",
        error="",
        event="",
        parent_agent_id=places[parent].agent if parent >= 0 else "",
        created_ns=_earliest(spans),
        ended_ns=_latest_end(spans),
        changed_ns=max(times, default=0),
        made_by=NOWHERE,
        first_step=first_step,
        mission_id="",
        evidence=(),
        outcome=gravest(places[at].status for at in work if not places[at].is_settled),
        head=next((span for span in spans if span.span_kind == "AGENT"), spans[0]),
    )


def _edges(gathered: SpanSteps, steps: Sequence[PlanStep]) -> list[PlanEdge]:
    """What the found steps' spans link to: each step hangs on the steps of those spans."""
    edges: dict[tuple[int, int], PlanEdge] = {}
    places: dict[tuple[str, str], int] = {}
    for target, found in enumerate(gathered.found, len(gathered.told)):
        links = [link for span in found.spans for link in span.links]
        if links and not places:
            places = _find_places(gathered.places)
        for link in links:
            source = gathered.by_place[places[link]] if link in places else NOWHERE
            if source not in (NOWHERE, target):
                is_done = steps[source].outcome == "ok"
                edges[target, source] = PlanEdge(source, target, LINK, "", "", is_done, is_inferred=True, by=BY_LINK)
    return list(edges.values())


def _find_places(places: Sequence[SpanPlace]) -> dict[tuple[str, str], int]:
    """By trace and span; of two sides the calling one."""
    found: dict[tuple[str, str], int] = {}
    for at, place in enumerate(places):
        if place.span is not None and (place.span.side == 0 or (place.span.trace_id, place.span.span_id) not in found):
            found[place.span.trace_id, place.span.span_id] = at
    return found


def _questions(gathered: SpanSteps) -> list[Question]:
    """The spans in which a person is asked, in order of appearance. What was asked is called as the span is."""
    found: list[Question] = []
    for at, place in enumerate(gathered.places):
        span = place.span
        if span is None or span.span_kind != "HUMAN" or span.pk < 0:
            continue
        step = gathered.by_place[at]
        found.append(
            Question(
                id=f"{span.trace_id}/{span.span_id}",
                agent_id=place.agent,
                step=step,
                step_id=span.step_id or (gathered.step_id(step) if step != NOWHERE else ""),
                question=span.name,
                answer="",
                answer_type="",
                choices=(),
                asked_ns=span.start_ns,
                answered_ns=span.end_ns if place.status == "ok" else None,
                status=place.status,
                evidence=(),
                span=span,
            )
        )
    return found
