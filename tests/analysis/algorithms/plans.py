"""Large plans for tests, made without records."""

from plans.building.build import step_key
from plans.records import BY_ID, BY_OUTPUT, DATA, NOWHERE, Plan, PlanAgent, PlanEdge, PlanStep

SECOND = 1_000_000_000
BEGIN = 1_772_355_600 * SECOND


def make_step(index: int, parent: int = NOWHERE, *, depth: int = 0, agent: str = "a", **fields: object) -> PlanStep:
    """A step that is done, made `index` seconds after the beginning."""
    step_id = str(fields.pop("step_id", f"s{index}"))
    occurrence = fields.get("occurrence", 1)
    assert isinstance(occurrence, int)
    values: dict[str, object] = {
        "index": index, "key": step_key(step_id, "", occurrence), "step_id": step_id, "occurrence": 1,
        "agent_id": agent, "is_agent_inferred": False, "number": None, "parent": parent,
        "parent_by": BY_ID if parent != NOWHERE else "", "depth": depth, "verb": f"VERB_{index % 7}",
        "description": f"step {index}", "role": "", "status": "completed", "outcome": "ok", "reason": "",
        "reason_code": "", "is_silent": False, "is_replaced": False, "created_ns": BEGIN + index * SECOND,
        "started_ns": BEGIN + index * SECOND, "ended_ns": BEGIN + (index + 1) * SECOND, "starts": 1, "inputs": (),
        "outputs": (), "results": (), "has_results": True, "error": "", "error_code": "", "model_calls": 0,
        "retry_count": 0, "scope_id": "", "waits_for_person": False, "evidence": (10 + index,),
    }  # fmt: skip
    return PlanStep(**{**values, **fields})  # type: ignore[arg-type]


def make_agent(agent_id: str, parent: str = "") -> PlanAgent:
    return PlanAgent(
        id=agent_id, status="running", name=agent_id, role="", agent_class="", goal="", error="", event="",
        parent_agent_id=parent, created_ns=BEGIN, ended_ns=None, changed_ns=BEGIN, first_step=0, mission_id="m",
        evidence=(1,),
    )  # fmt: skip


def make_tie(source: int, target: int, name: str = "out", **fields: object) -> PlanEdge:
    values: dict[str, object] = {
        "source": source, "target": target, "kind": DATA, "output_name": name, "input_name": name,
        "is_satisfied": True, "is_inferred": False, "by": BY_OUTPUT,
    }  # fmt: skip
    return PlanEdge(**{**values, **fields})  # type: ignore[arg-type]


def grown_plan(count: int, width: int = 6, agents: int = 4) -> Plan:
    """`count` steps: every step's plan has `width` steps that hand data on, level by level, until there are enough."""
    steps: list[PlanStep] = [make_step(at, agent=f"a{at}", is_replaced=True) for at in range(agents)]
    edges: list[PlanEdge] = []
    at = 0
    while len(steps) < count:
        parent = steps[at]
        for place in range(min(width, count - len(steps))):
            index = len(steps)
            failed = index % 97 == 0
            steps.append(
                make_step(
                    index,
                    parent.index,
                    depth=parent.depth + 1,
                    agent=parent.agent_id,
                    outcome="failed" if failed else "ok",
                    reason="no" if failed else "",
                )
            )
            if place:
                edges.append(make_tie(index - 1, index))
        at += 1
    return Plan(agents=tuple(make_agent(f"a{at}") for at in range(agents)), steps=tuple(steps), edges=tuple(edges))
