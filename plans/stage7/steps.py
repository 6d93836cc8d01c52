"""Steps as stage7's services show them: whole ones (snapshots), and those of statistics."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from plans.building.edges import UNKNOWN_STEP
from plans.contents import StepContent
from plans.records import HAND_OVER, MENTION, NOWHERE, REPLACED, TEMPLATE, HandOver, Plan, PlanEdge, PlanStep
from plans.stage7.names import StepNames
from plans.stage7.words import UNKNOWN_AGENT, as_map, effective_word, iso_time, step_word
from telemetry.facts.records import Input, Output, Task

Shape = dict[str, Any]
_NO_DEPENDENCY = (MENTION, HAND_OVER, REPLACED, TEMPLATE)
"""Edges that stage7's scheduler knows nothing of."""


class StepShapes:
    """The steps of one plan in stage7's shapes."""

    def __init__(self, plan: Plan, mission_id: str, *, is_effective: bool = False) -> None:
        self.plan, self.mission_id, self.is_effective = plan, mission_id, is_effective
        self.names = StepNames(plan)
        self._sources = {edge.source for edge in plan.edges if edge.kind not in _NO_DEPENDENCY}
        self._moves: dict[int, list[HandOver]] = defaultdict(list)
        for move in plan.hand_overs:
            self._moves[move.step].append(move)

    def step(self, step: PlanStep, content: StepContent | None = None) -> Shape:
        """A whole step. Values are previews unless its content is given."""
        moves = self._moves.get(step.index, [])
        owner = step.agent_id or UNKNOWN_AGENT
        return {
            "id": self.names.of(step.index),
            "stepId": step.step_id,
            "occurrence": step.occurrence,
            "missionId": self.mission_id,
            "parentStepId": None if step.parent == NOWHERE else self.names.of(step.parent),
            "scope_id": step.scope_id or None,
            "actionVerb": self.verb(step, content),
            "description": self.description(step, content),
            "status": step_word(step, is_effective=self.is_effective),
            "effectiveStatus": effective_word(step),
            "ownerAgentId": owner,
            "originalOwnerAgentId": (moves[0].from_agent_id or owner) if moves else owner,
            "currentOwnerAgentId": (moves[-1].to_agent_id or owner) if moves else owner,
            "delegatingAgentId": moves[-1].from_agent_id or None if moves else None,
            "delegatedToAgentId": moves[-1].to_agent_id or None if moves else None,
            "delegationHistory": [_move(move) for move in moves],
            "lastOwnershipChange": iso_time(moves[-1].time_ns) if moves else None,
            "inputReferences": as_map(self.references(step)),
            "inputValues": as_map(self.values(step, content)),
            "dependencies": [self._dependency(edge) for edge in self._edges(step)],
            "outputs": as_map(
                {each.name: {"description": each.description, "isDeliverable": each.is_deliverable}
                 for each in step.outputs}
            ),
            "result": self.result(step, content),
            "recommendedRole": step.role or None,
            "retryCount": step.retry_count,
            "lastError": self.error(step),
            "createdAt": iso_time(step.created_ns),
            "startedAt": iso_time(step.started_ns),
            "endedAt": iso_time(step.ended_ns),
            "isPreview": content is None,
        }  # fmt: skip

    def statistic(self, step: PlanStep, content: StepContent | None = None) -> Shape:
        """A step of statistics: with its verb by another name, and only the ids of what it hangs on."""
        return self.step(step, content) | {
            "verb": self.verb(step, content),
            "isEndpoint": step.index not in self._sources,
            "dependencies": list(dict.fromkeys(self._source_name(edge) for edge in self._edges(step))),
        }

    def lean(self, step: PlanStep) -> Shape:
        """A step of statistics without its values: for missions of very many steps."""
        whole = self.statistic(step)
        nothing = as_map({})
        return whole | {"description": step.description[:80], "inputValues": nothing, "outputs": nothing,
                        "result": None, "lastError": None}  # fmt: skip

    def verb(self, step: PlanStep, content: StepContent | None = None) -> str:
        """What it does; of a step that only spans show as they say, else the first word of its span's name."""
        return (content.verb if content is not None else "") or step.verb

    def description(self, step: PlanStep, content: StepContent | None = None) -> str:
        """What it is for."""
        return (content.description if content is not None else "") or step.description

    def references(self, step: PlanStep) -> Shape:
        """By name of input: the output it takes, and the id of the step that it takes it from."""
        edges = self._edges(step)
        found: Shape = {}
        for item in step.inputs:
            if item.output_name or item.source:
                source = self._source_of(item, edges)
                found[item.name] = {
                    "inputName": item.name,
                    "valueType": item.value_type or None,
                    "outputName": item.output_name or None,
                    "sourceId": source,
                    "sourceStep": source,
                }
        return found

    def values(self, step: PlanStep, content: StepContent | None = None) -> Shape:
        """By name of input: its literal value."""
        whole = {} if content is None else content.inputs
        if step.head is not None:
            return {name: {"inputName": name, "value": value, "valueType": None} for name, value in whole.items()}
        return {
            item.name: _value(item, whole.get(item.name))
            for item in step.inputs
            if not (item.output_name or item.source)
        }

    def dependencies(self, step: PlanStep) -> list[Shape]:
        """What it hangs on: input, output and the id of the step, of each."""
        return [self._dependency(edge) for edge in self._edges(step)]

    def error(self, step: PlanStep) -> str | None:
        """Why it failed or was given up."""
        return (step.error or step.reason or None) if step.outcome in ("failed", "gone") else None

    def result(self, step: PlanStep, content: StepContent | None = None) -> Any:
        """What it returned; None when nothing was told."""
        if content is not None and content.result is not None:
            return content.result
        return [_output(output) for output in step.results] if step.has_results else None

    def _edges(self, step: PlanStep) -> list[PlanEdge]:
        return [edge for edge in self.plan.edges_of(step) if edge.kind not in _NO_DEPENDENCY]

    def _dependency(self, edge: PlanEdge) -> Shape:
        return {
            "inputName": edge.input_name or None,
            "sourceStepId": self._source_name(edge),
            "outputName": edge.output_name or None,
        }

    def _source_of(self, item: Input, edges: list[PlanEdge]) -> str | None:
        for edge in edges:
            if edge.input_name == item.name and (edge.output_name == item.output_name or not item.output_name):
                return self._source_name(edge)
        return item.source or None

    def _source_name(self, edge: PlanEdge) -> str:
        """The id of a step; of what nobody has, what was asked for, which is no step's id."""
        if edge.source != NOWHERE:
            return self.names.of(edge.source)
        ghost = self.plan.ghosts[edge.ghost]
        is_id = ghost.why == UNKNOWN_STEP and not self.names.has(ghost.label)
        return ghost.label if is_id else f"ghost:{ghost.key}"


def _move(move: HandOver) -> Shape:
    return {
        "fromAgentId": move.from_agent_id or None,
        "toAgentId": move.to_agent_id or None,
        "timestamp": iso_time(move.time_ns),
        "reason": move.reason or None,
    }


def _value(item: Input, whole: Any) -> Shape:
    shape = {"inputName": item.name, "value": item.value, "valueType": item.value_type or None}
    if isinstance(whole, Mapping) and whole.keys() & {"value", "inputName", "valueType"}:
        shape["value"] = whole.get("value")
        return shape | ({"args": whole["args"]} if "args" in whole else {})
    return shape if whole is None else shape | {"value": whole}


def _task(task: Task) -> Shape:
    return {
        "id": task.id or None,
        "number": task.number,
        "actionVerb": task.verb,
        "description": task.description,
        "recommendedRole": task.role or None,
    }


def _output(output: Output) -> Shape:
    shape: Shape = {
        "success": output.success,
        "name": output.name,
        "resultType": output.result_type or None,
        "result": None if output.is_null else [_task(task) for task in output.tasks] or output.preview,
        "resultDescription": None,
        "error": output.error or None,
        "isDeliverable": output.is_deliverable,
        "size": output.size,
    }
    return shape | ({"request_id": output.request_id} if output.request_id else {})
