"""What our own typed records say about the plan: log records `missionscope.<type>` whose body is the record."""

from collections.abc import Callable, Mapping
from typing import Any

from telemetry.facts.records import (
    ANSWERED,
    ASKED,
    CANCELLED,
    CREATED,
    FAILED,
    FINISHED,
    RAW,
    RESULT,
    SEEN,
    STARTED,
    WITHDRAWN,
    AgentFact,
    AnyFact,
    Dependency,
    EdgeFact,
    HandoverFact,
    Input,
    MissionFact,
    Output,
    PlanFact,
    QuestionFact,
    StepFact,
)
from telemetry.facts.texts import bounded, find_mentions, is_lost, read_line, show
from telemetry.stage7.inputs import named_items, read_definitions
from telemetry.stage7.tasks import read_tasks

Body = Mapping[str, Any]
_STEP_WORDS = (CREATED, STARTED, FINISHED, RESULT, FAILED, CANCELLED, SEEN)


def read_native_facts(event_name: str, body: Any) -> tuple[AnyFact, ...]:
    """The facts of a record; none for what says nothing of the plan. Never raises."""
    reader = _READERS.get(event_name)
    return reader(body) if reader is not None and isinstance(body, dict) else ()


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
    agent_id = read_line(body.get("agent_id") or body.get("id"), 200)
    if not agent_id:
        return ()
    return (
        AgentFact(
            agent_id=agent_id,
            status=read_line(body.get("status"), 100),
            role=read_line(body.get("role"), 100),
            name=read_line(body.get("name"), 200),
            agent_class=read_line(body.get("class"), 100),
            goal=read_line(body.get("goal")),
            parent_agent_id=read_line(body.get("parent_agent_id"), 200),
            error=read_line(body.get("error")),
            is_created=body.get("event") == CREATED,
            event=read_line(body.get("event"), 100),
        ),
    )


def _step(body: Body) -> tuple[AnyFact, ...]:
    step_id = read_line(body.get("step_id") or body.get("id"), 200)
    if not step_id:
        return ()
    event = body.get("event")
    fact = StepFact(
        agent_id=read_line(body.get("agent_id"), 200),
        step_id=step_id,
        what=event if event in _STEP_WORDS else SEEN,
        number=body["number"] if type(body.get("number")) is int else None,
        parent_id=read_line(body.get("parent_step_id"), 200),
        template_id=read_line(body.get("template_id"), 200),
        scope_id=read_line(body.get("scope_id"), 200),
        verb=read_line(body.get("verb"), 200),
        description=read_line(body.get("description")),
        role=read_line(body.get("role"), 100),
        status=read_line(body.get("status"), 100),
        inputs=_inputs(body.get("inputs")),
        outputs=read_definitions(body.get("outputs_declared")),
        dependencies=_dependencies(body.get("dependencies")),
        results=_results(body),
        has_results="result" in body or "results" in body,
        error=read_line(body.get("error")),
        error_code=read_line(body.get("error_type"), 100),
        retry_count=body["retry_count"] if type(body.get("retry_count")) is int else 0,
    )
    to_agent = read_line(body.get("handed_over_to"), 200)
    if not to_agent:
        return (fact,)
    return fact, HandoverFact(step_id=step_id, from_agent_id=fact.agent_id, to_agent_id=to_agent)


def _inputs(value: Any) -> tuple[Input, ...]:
    found: list[Input] = []
    for name, item in named_items(value, "name"):
        tie = item if isinstance(item, dict) and item.keys() & {"source", "output_name"} else {}
        source, output_name = read_line(tie.get("source"), 200), read_line(tie.get("output_name"), 200)
        if source or output_name:
            found.append(Input(name[:200], output_name=output_name, source=source))
        else:
            literal = item["value"] if isinstance(item, dict) and "value" in item else item
            shown = show(literal)
            mentions = find_mentions(literal)
            found.append(Input(name[:200], shown.preview, "", shown.size, "", "", mentions, is_lost(literal)))
    return bounded(found)


def _dependencies(value: Any) -> tuple[Dependency, ...]:
    items = value if isinstance(value, list) else ()
    named = [
        Dependency(
            read_line(item.get("source"), 200),
            read_line(item.get("output_name"), 200),
            read_line(item.get("input_name"), 200),
        )
        for item in items
        if isinstance(item, dict)
    ]
    plain = [Dependency(item[:200]) for item in items if isinstance(item, str)]
    return bounded([item for item in (*named, *plain) if item.source])


def _results(body: Body) -> tuple[Output, ...]:
    items = body.get("results") if isinstance(body.get("results"), list) else None
    if items is None:
        return (_output("result", body["result"]),) if "result" in body else ()
    return bounded([_named_output(item) for item in items])


def _named_output(item: Any) -> Output:
    if not isinstance(item, dict):
        return _output("", item)
    success = item.get("success")
    return _output(
        read_line(item.get("name"), 200),
        item.get("value"),
        result_type=read_line(item.get("type"), 100),
        success=success if isinstance(success, bool) else None,
        error=read_line(item.get("error")),
    )


def _output(name: str, value: Any, *, result_type: str = "", success: bool | None = None, error: str = "") -> Output:
    shown = show(value)
    return Output(name, result_type, success, shown.preview, shown.size, error, "", shown.is_empty)


def _edge(body: Body) -> tuple[AnyFact, ...]:
    satisfied = body.get("satisfied")
    return (
        EdgeFact(
            step_id=read_line(body.get("target"), 200),
            source=read_line(body.get("source"), 200),
            kind=read_line(body.get("kind"), 40) or "data",
            output_name=read_line(body.get("output_name"), 200),
            input_name=read_line(body.get("input_name"), 200),
            is_satisfied=satisfied if isinstance(satisfied, bool) else None,
        ),
    )


def _plan(body: Body) -> tuple[AnyFact, ...]:
    tasks = body.get("tasks")
    return (
        PlanFact(
            agent_id=read_line(body.get("agent_id"), 200),
            step_id=read_line(body.get("step_id"), 200),
            stage=read_line(body.get("stage"), 40) or RAW,
            tasks=read_tasks([_as_task(task) for task in tasks if isinstance(task, dict)])
            if isinstance(tasks, list)
            else (),
            errors=_texts(body.get("errors")),
            warnings=_texts(body.get("warnings")),
            transformations=_texts(body.get("transformations")),
        ),
    )


def _as_task(task: Body) -> dict[str, Any]:
    """A task of ours in the words that plans are read by."""
    inputs = {
        name: {"outputName": item.get("output_name"), "sourceStep": item.get("source"), "value": item.get("value")}
        if isinstance(item, dict)
        else {"value": item}
        for name, item in named_items(task.get("inputs"), "name")
    }
    return {
        "id": task.get("id"),
        "number": task.get("number"),
        "actionVerb": task.get("verb") or "step",
        "description": task.get("description"),
        "recommendedRole": task.get("role"),
        "inputs": inputs,
        "outputs": task.get("outputs_declared"),
    }


def _texts(value: Any) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [] if value is None else [value]
    return bounded([show(item).preview for item in items])


def _words(value: Any) -> tuple[str, ...]:
    items = value if isinstance(value, list) else []
    return bounded([word for item in items if (word := read_line(item, 200))])


def _question(body: Body) -> tuple[AnyFact, ...]:
    status = body.get("status")
    has_answer = body.get("answer") is not None
    what = WITHDRAWN if status == "cancelled" else ANSWERED if has_answer or status == "answered" else ASKED
    choices = body.get("choices")
    return (
        QuestionFact(
            agent_id=read_line(body.get("agent_id"), 200),
            step_id=read_line(body.get("step_id"), 200),
            request_id=read_line(body.get("request_id") or body.get("id"), 200),
            what=what,
            question=read_line(body.get("question")),
            answer=show(body.get("answer")).preview if has_answer else "",
            answer_type=read_line(body.get("answer_type"), 40),
            choices=tuple(show(choice).preview for choice in choices[:50]) if isinstance(choices, list) else (),
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
