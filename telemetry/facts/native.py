"""What our own typed records say about the plan: log records `missionscope.<type>` whose body is the record as it was
sent (telemetry/native/plan_records.py)."""

from collections.abc import Callable, Mapping
from typing import Any

from telemetry.decode.refusal import Refusal
from telemetry.facts.records import (
    ANSWERED,
    ASKED,
    RAW,
    SEEN,
    WITHDRAWN,
    AgentFact,
    AnyFact,
    Dependency,
    EdgeFact,
    Input,
    MissionFact,
    Output,
    PlanFact,
    QuestionFact,
    StepFact,
    Task,
)
from telemetry.facts.texts import bounded, find_mentions, is_lost, read_line, show
from telemetry.native.times import read_time
from telemetry.stage7.inputs import named_items, read_definitions
from telemetry.stage7.tasks import find_plan, read_tasks

Body = Mapping[str, Any]
_WITHDRAWN_WORDS = frozenset({"cancelled", "canceled", "expired", "withdrawn"})


def read_native_facts(event_name: str, body: Any) -> tuple[AnyFact, ...]:
    """The facts of a record; none for what says nothing of the plan. Never raises."""
    reader = _READERS.get(event_name)
    return reader(body) if reader is not None and isinstance(body, dict) else ()


def _time(body: Body, name: str) -> int | None:
    value = body.get(name)
    try:
        return read_time(name, value) if isinstance(value, int | str) and not isinstance(value, bool) else None
    except Refusal:
        return None


def _mission(body: Body) -> tuple[AnyFact, ...]:
    return (
        MissionFact(
            status=read_line(body.get("status"), 100),
            name=read_line(body.get("name")),
            goal=read_line(body.get("goal")),
            reason=read_line(body.get("reason")),
            known_verbs=_words(body.get("known_verbs")),
        ),
    )


def _agent(body: Body) -> tuple[AnyFact, ...]:
    agent_id = read_line(body.get("agent_id"), 200)
    if not agent_id:
        return ()
    return (
        AgentFact(
            agent_id=agent_id,
            status=read_line(body.get("status"), 100),
            role=read_line(body.get("role"), 100),
            name=read_line(body.get("agent_name"), 200),
            agent_class=read_line(body.get("agent_class"), 100),
            goal=read_line(body.get("goal")),
            parent_agent_id=read_line(body.get("parent_agent_id"), 200),
            error=read_line(body.get("error")),
            started_ns=_time(body, "started_ns"),
            ended_ns=_time(body, "ended_ns"),
        ),
    )


def _step(body: Body) -> tuple[AnyFact, ...]:
    step_id = read_line(body.get("step_id"), 200)
    if not step_id:
        return ()
    return (
        StepFact(
            agent_id=read_line(body.get("agent_id"), 200),
            step_id=step_id,
            what=SEEN,
            parent_id=read_line(body.get("parent_step_id"), 200),
            verb=read_line(body.get("verb"), 200),
            description=read_line(body.get("description")),
            status=read_line(body.get("status"), 100),
            inputs=_inputs(body.get("inputs")),
            outputs=read_definitions(body.get("outputs_declared")),
            dependencies=_dependencies(body.get("dependencies")),
            results=_results(body),
            has_results="result" in body,
            error=read_line(body.get("error")),
            retry_count=_count(body, "retry_count"),
            occurrence=_count(body, "occurrence"),
            created_ns=_time(body, "created_ns"),
            started_ns=_time(body, "started_ns"),
            ended_ns=_time(body, "ended_ns"),
        ),
    )


def _count(body: Body, name: str) -> int:
    value = body.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _inputs(value: Any) -> tuple[Input, ...]:
    found: list[Input] = []
    for name, literal in named_items(value, "name"):
        shown = show(literal)
        mentions = find_mentions(literal)
        found.append(Input(name[:200], shown.preview, "", shown.size, "", "", mentions, is_lost(literal)))
    return bounded(found)


def _dependencies(value: Any) -> tuple[Dependency, ...]:
    return bounded(
        [
            Dependency(
                read_line(item.get("source_step_id"), 200),
                read_line(item.get("output_name"), 200),
                _input_name(item),
            )
            for item in (value if isinstance(value, list) else ())
            if isinstance(item, dict) and item.get("source_step_id")
        ]
    )


def _input_name(item: Body) -> str:
    """A dependency that is only to be over has an input that no step reads."""
    name = read_line(item.get("input_name"), 200)
    return f"__{name or 'signal'}" if item.get("kind") == "signal" and not name.startswith("__") else name


def _results(body: Body) -> tuple[Output, ...]:
    """A result that holds the declared outputs by name is each of them; any other is the one that is declared."""
    if "result" not in body:
        return ()
    result, declared = body["result"], [item.name for item in read_definitions(body.get("outputs_declared"))]
    if isinstance(result, dict) and any(name in result for name in declared):
        return bounded([_output(name, result.get(name)) for name in declared])
    return (_output(declared[0] if len(declared) == 1 else "result", result),)


def _output(name: str, value: Any) -> Output:
    shown = show(value)
    return Output(name, preview=shown.preview, size=shown.size, is_empty=shown.is_empty, is_null=value is None)


def _edge(body: Body) -> tuple[AnyFact, ...]:
    return (
        EdgeFact(
            step_id=read_line(body.get("target_step_id"), 200),
            source=read_line(body.get("source_step_id"), 200),
            kind=read_line(body.get("kind"), 40) or "data",
            output_name=read_line(body.get("output_name"), 200),
            input_name=read_line(body.get("input_name"), 200),
        ),
    )


def _plan(body: Body) -> tuple[AnyFact, ...]:
    return (
        PlanFact(
            agent_id=read_line(body.get("agent_id"), 200),
            step_id=read_line(body.get("step_id"), 200),
            stage=read_line(body.get("stage"), 40) or RAW,
            tasks=_tasks(body.get("plan")),
            errors=_texts(body.get("errors")),
            warnings=_texts(body.get("warnings")),
            transformations=_texts(body.get("transformations")),
        ),
    )


def _tasks(plan: Any) -> tuple[Task, ...]:
    if isinstance(plan, list):
        plan = [_as_task(item) if isinstance(item, dict) else item for item in plan]
    return read_tasks(find_plan(plan) or [])


def _as_task(item: Body) -> dict[str, Any]:
    """A step of a plan in the words that plans are read by."""
    ties = {
        read_line(each.get("input_name")) or f"input {at}": {
            "outputName": each.get("output_name"),
            "sourceStep": each.get("source_step_id"),
        }
        for at, each in enumerate(item["dependencies"] if isinstance(item.get("dependencies"), list) else ())
        if isinstance(each, dict) and each.get("source_step_id")
    }
    literals = {name: {"value": value} for name, value in named_items(item.get("inputs"), "name")}
    known = {"id": item.get("step_id"), "actionVerb": item.get("verb"), "outputs": item.get("outputs_declared")}
    named = {name: value for name, value in known.items() if value is not None}
    return {**item, **named, "inputs": {**literals, **ties}, "dependencies": None} if named else dict(item)


def _texts(value: Any) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [] if value is None else [value]
    return bounded([show(item).preview for item in items])


def _words(value: Any) -> tuple[str, ...]:
    items = value if isinstance(value, list) else []
    return bounded([word for item in items if (word := read_line(item, 200))])


def _question(body: Body) -> tuple[AnyFact, ...]:
    status = read_line(body.get("status"), 40).lower()
    has_answer = body.get("answer") is not None or status == "answered"
    choices = body.get("choices")
    return (
        QuestionFact(
            agent_id=read_line(body.get("agent_id"), 200),
            step_id=read_line(body.get("step_id"), 200),
            request_id=read_line(body.get("id"), 200),
            what=WITHDRAWN if status in _WITHDRAWN_WORDS else ANSWERED if has_answer else ASKED,
            question=read_line(body.get("question")),
            answer=show(body.get("answer")).preview,
            choices=tuple(show(choice).preview for choice in choices[:50]) if isinstance(choices, list) else (),
            asked_ns=_time(body, "asked_ns"),
            answered_ns=_time(body, "answered_ns"),
        ),
    )


_READERS: dict[str, Callable[[Body], tuple[AnyFact, ...]]] = {
    "missionscope.mission": _mission,
    "missionscope.agent": _agent,
    "missionscope.step": _step,
    "missionscope.step_edge": _edge,
    "missionscope.plan_revision": _plan,
    "missionscope.human_request": _question,
}
