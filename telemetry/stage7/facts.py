"""What a record of stage7 says about the plan. The record is a log record `stage7.<where>.<type>` whose body is the
object as sent, with stage7's encodings undone."""

from collections.abc import Callable, Mapping
from typing import Any

from telemetry.facts.records import (
    ASKED,
    CANCELLED,
    CREATED,
    FAILED,
    FINISHED,
    RESULT,
    SEEN,
    STARTED,
    AgentFact,
    AnyFact,
    HandoverFact,
    MissionFact,
    PlanFact,
    QuestionFact,
    StepFact,
)
from telemetry.facts.texts import bounded, read_line, show
from telemetry.stage7.inputs import named_items, read_definitions, read_dependencies, read_inputs
from telemetry.stage7.message_facts import read_message_facts
from telemetry.stage7.outputs import PENDING, read_outputs
from telemetry.stage7.tasks import find_plan, read_tasks

Body = Mapping[str, Any]

EVENT, AGENT, STEP_OUTPUT, PLAN = "stage7.event.", "stage7.agent", "stage7.step_output", "stage7.plan"
STEP, MISSION, MESSAGE = "stage7.step", "stage7.mission", "stage7.message."
"""Names of log records: events by their type; an agent's snapshot; a step's stored output; a plan; a step as a
statistic or a snapshot shows it; a mission;
messages by their type."""

_STEP_EVENTS = {
    "step_created": CREATED,
    "step_execution_start": STARTED,
    "step_execution_finish": FINISHED,
    "step_result": RESULT,
    "step_completed": RESULT,
    "step_failed": FAILED,
    "step_execution_error": FAILED,
    "step_error": FAILED,
    "step_failure": FAILED,
    "step_validation_error": FAILED,
    "step_cancelled_dependency_unsatisfied": CANCELLED,
}
_AGENT_STATES = {
    "agent_created": "initializing",
    "agent_initialized": "running",
    "agent_initialization_failed": "error",
    "agent_error": "error",
    "agent_paused": "paused",
    "agent_aborted": "aborted",
    "agent_resumed": "running",
    "agent_resumed_from_user_message": "running",
    "agent_resumed_from_waiting": "running",
    "agent_mission_accomplished": "completed",
    "agent_completed": "completed",
    "agent_aborted_replan_loop": "aborted",
    "reflect_infinite_loop_detected": "error",
    "rabbitmq_reconnect_failed": "error",
}
"""What an event of an agent means when it carries no status of its own."""


def read_stage7_facts(event_name: str, body: Any) -> tuple[AnyFact, ...]:
    """The facts of a record; none for what says nothing of the plan. Never raises."""
    if not isinstance(body, dict):
        return ()
    if event_name.startswith(EVENT):
        return _read_event(event_name[len(EVENT) :], body)
    if event_name.startswith(MESSAGE):
        return read_message_facts(event_name[len(MESSAGE) :], body)
    reader = _READERS.get(event_name)
    return () if reader is None else reader(body)


def _read_event(kind: str, body: Body) -> tuple[AnyFact, ...]:
    what = _STEP_EVENTS.get(kind)
    if what is not None or (kind.startswith("step_") and _step_id(body)):
        return _step_facts(what or SEEN, body)
    if kind.startswith(("agent_", "reflect_")) or kind in _AGENT_STATES:
        return (_agent_fact(kind, body),)
    return ()


def _step_id(body: Body) -> str:
    return read_line(body.get("stepId") or body.get("id"), 200)


def _agent_id(body: Body) -> str:
    for name in ("agentId", "currentOwnerAgentId", "ownerAgentId"):
        text = read_line(body.get(name), 200)
        if text and text != "unknown_agent":
            return text
    return ""


def _step_facts(what: str, body: Body) -> tuple[AnyFact, ...]:
    step_id = _step_id(body)
    if not step_id:
        return ()
    fact = StepFact(
        agent_id=_agent_id(body),
        step_id=step_id,
        what=what,
        number=body["stepNo"] if type(body.get("stepNo")) is int else None,
        parent_id=read_line(body.get("parentStepId"), 200),
        template_id=read_line(body.get("templateId"), 200),
        scope_id=read_line(body.get("scope_id"), 200),
        verb=read_line(body.get("actionVerb") or body.get("verb"), 200),
        description=read_line(body.get("description")),
        role=read_line(body.get("recommendedRole"), 100),
        status=read_line(body.get("status"), 100),
        inputs=read_inputs(body.get("inputReferences"), body.get("inputValues"), body.get("inputs")),
        outputs=read_definitions(body.get("originalOutputDefinitions"), body.get("outputs")),
        dependencies=read_dependencies(body.get("dependencies")),
        results=read_outputs(_result(body)),
        has_results=_result(body) is not None,
        error=_error(body),
        error_code=_error_code(body),
        retry_count=body["retryCount"] if type(body.get("retryCount")) is int else 0,
        given_by=read_line(body.get("delegatingAgentId"), 200),
        given_to=read_line(body.get("delegatedToAgentId"), 200),
    )
    return (fact, *_questions(fact), *_hand_overs(step_id, body))


def _result(body: Body) -> Any:
    return body.get("result") if body.get("result") is not None else body.get("results")


def _error(body: Body) -> str:
    for name in ("error", "details", "errorMessage", "lastError"):
        value = body.get(name)
        if isinstance(value, dict):
            text = read_line(value.get("message") or value.get("message_human_readable")) or show(value).preview
        else:
            text = read_line(value)
        if text:
            return text
    return ""


def _error_code(body: Body) -> str:
    error = body.get("error")
    return read_line(error.get("error_code") or error.get("code"), 100) if isinstance(error, dict) else ""


def _questions(fact: StepFact) -> list[AnyFact]:
    return [
        QuestionFact(
            agent_id=fact.agent_id,
            step_id=fact.step_id,
            request_id=output.request_id,
            what=ASKED,
            question=output.preview,
        )
        for output in fact.results
        if output.name == PENDING and output.request_id
    ]


def _hand_overs(step_id: str, body: Body) -> list[AnyFact]:
    history = body.get("delegationHistory")
    return [
        HandoverFact(
            step_id=step_id,
            from_agent_id=read_line(item.get("fromAgentId"), 200),
            to_agent_id=read_line(item.get("toAgentId"), 200),
            reason=read_line(item.get("reason")),
        )
        for item in bounded(history if isinstance(history, list) else [])
        if isinstance(item, dict) and item.get("toAgentId")
    ]


def _agent_fact(kind: str, body: Body) -> AgentFact:
    goal = next((item for name, item in named_items(body.get("inputValues"), "inputName") if name == "goal"), None)
    return AgentFact(
        agent_id=read_line(body.get("agentId") or body.get("id"), 200),
        status=read_line(body.get("status"), 100) or _AGENT_STATES.get(kind, ""),
        role=read_line(body.get("role") or body.get("roleId"), 100),
        agent_class=read_line(body.get("agentClass"), 100),
        goal=read_goal(goal),
        parent_agent_id=read_line(body.get("parentAgentId"), 200),
        error=_error(body),
        is_created=kind == "agent_created",
        event=kind,
    )


def read_goal(item: Any) -> str:
    """A goal's text: the value, or the value inside a value (sub-agents)."""
    for _ in range(3):
        if not isinstance(item, dict):
            break
        item = item.get("value") if item.get("value") is not None else item.get("inputValue")
    return read_line(item)


def _agent_snapshot(body: Body) -> tuple[AnyFact, ...]:
    return (_agent_fact("snapshot", body),) if body.get("agentId") or body.get("id") else ()


def _seen_step(body: Body) -> tuple[AnyFact, ...]:
    return _step_facts(SEEN, body)


def _step_output(body: Body) -> tuple[AnyFact, ...]:
    step_id = read_line(body.get("stepId") or body.get("_id"), 200)
    outputs = read_outputs(body.get("data") if body.get("data") is not None else body.get("result"))
    if not step_id:
        return ()
    agent_id = read_line(body.get("agentId"), 200)
    return (StepFact(agent_id=agent_id, step_id=step_id, what=SEEN, results=outputs, has_results=True),)


def _plan(body: Body) -> tuple[AnyFact, ...]:
    tasks = read_tasks(find_plan(body.get("plan")) or [])
    return (
        PlanFact(
            agent_id=read_line(body.get("agentId"), 200),
            step_id=read_line(body.get("stepId"), 200),
            stage=read_line(body.get("stage"), 40) or "raw",
            tasks=tasks,
            errors=_texts(body.get("errors")),
            warnings=_texts(body.get("warnings")),
            transformations=_texts(body.get("transformations")),
        ),
    )


def _texts(value: Any) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [] if value is None else [value]
    return bounded([show(item).preview for item in items])


def _mission(body: Body) -> tuple[AnyFact, ...]:
    return (
        MissionFact(
            status=read_line(body.get("status"), 100),
            name=read_line(body.get("name")),
            goal=read_line(body.get("goal")),
        ),
    )


_READERS: dict[str, Callable[[Body], tuple[AnyFact, ...]]] = {
    AGENT: _agent_snapshot,
    STEP: _seen_step,
    STEP_OUTPUT: _step_output,
    PLAN: _plan,
    MISSION: _mission,
}
