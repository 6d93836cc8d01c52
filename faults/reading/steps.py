"""Failed steps of a plan that records tell of. Steps that only spans tell of fail as their spans do."""

import msgspec

from core.hashing import digest8
from faults.grouping.failures import ERROR, STEP, Failure
from faults.grouping.matching import name_failure
from plans.records import Plan, PlanStep

FAILED = "failed"


def list_failed_steps(plan: Plan) -> list[PlanStep]:
    """Those that are events of their own."""
    return [step for step in plan.steps if step.outcome == FAILED and step.head is None]


def digest_steps(plan: Plan) -> bytes:
    """8 bytes over the failed steps and what is told of them; empty when there are none."""
    failed = list_failed_steps(plan)
    if not failed:
        return b""
    said = [(step.key, step.error, step.reason, step.error_code, step.ended_ns, step.evidence) for step in failed]
    return digest8(msgspec.msgpack.encode(said))


def read_step(step: PlanStep, plan: Plan, service_name: str) -> Failure:
    """What a failed step tells. `service_name`: of the records beside it."""
    code = step.error_code or step.reason_code
    named = name_failure(code, step.error or step.reason)
    agent = next((agent for agent in plan.agents if agent.id == step.agent_id), None)
    agent_name = "" if agent is None else agent.name or agent.role or agent.agent_class
    times = (step.ended_ns, step.started_ns, step.created_ns, plan.last_ns)
    return Failure(
        source=STEP,
        level=ERROR,
        error_type=named.error_type,
        message=named.message,
        place=" ".join(part for part in ("step", step.verb) if part),
        time_ns=next((time_ns for time_ns in times if time_ns is not None), 0),
        handled=None,
        service_name=service_name,
        agent_name=agent_name or step.agent_id,
        step_id=step.step_id,
        step_verb=step.verb,
    )
