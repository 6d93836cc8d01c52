"""The statistics of a mission, as stage7's MissionControl would push them: from what is stored, at any time."""

from collections.abc import Mapping
from typing import Any

import msgspec

from llmlog.counts import CallCount, count_calls
from plans.contents import StepContent
from plans.records import Plan
from plans.stage7.agents import FittedSteps, fit_steps, group_agents
from plans.stage7.steps import Shape, StepShapes
from plans.stage7.told import read_statistics
from plans.whole import read_whole_plan

MESSAGE = "agentStatistics"
MOST_BYTES = 16 << 20
"""Of all steps together in an answer."""
FRAME_BYTES = 512 << 10
"""Of all steps together in a live frame."""
MOST_PLUGINS = 1_000


def read_message(
    project_id: int, mission_pk: int, mission_id: str, *, at_ns: int | None = None, is_effective: bool = False,
    contents: Mapping[str, StepContent] | None = None, most_bytes: int = MOST_BYTES,
) -> Shape:  # fmt: skip
    """The message for a mission that the caller may see. `contents`: whole values by key of the step."""
    shapes = StepShapes(read_whole_plan(mission_pk, mission_id, at_ns), mission_id, is_effective=is_effective)
    steps = fit_steps(shapes, contents or {}, most_bytes)
    told = read_statistics(project_id, mission_pk, at_ns)
    calls = choose_counts(count_calls(mission_pk, at_ns), told, shapes.plan)
    return {
        "type": MESSAGE,
        "sender": "MissionScope",
        "recipient": "user",
        "missionId": mission_id,
        "content": make_content(shapes, steps, calls, told),
    }


def read_frame(project_id: int, mission_pk: int, mission_id: str) -> str:
    """The message as a live frame: short, with previews."""
    return msgspec.json.encode(read_message(project_id, mission_pk, mission_id, most_bytes=FRAME_BYTES)).decode()


def make_content(shapes: StepShapes, steps: FittedSteps, calls: CallCount, told: Mapping[str, Any]) -> Shape:
    """What a message of statistics holds."""
    counts, groups = group_agents(shapes, steps)
    engineer = told.get("engineerStatistics")
    plugins = engineer.get("newPlugins") if isinstance(engineer, Mapping) else None
    named = [each for each in plugins if isinstance(each, str)] if isinstance(plugins, list) else []
    return {
        "llmCalls": calls.made,
        "activeLLMCalls": calls.active,
        "agentCountByStatus": counts,
        "agentStatistics": groups,
        "engineerStatistics": {"newPlugins": list(dict.fromkeys(named))[:MOST_PLUGINS]},
        "omittedSteps": steps.omitted_count,
    }


def choose_counts(counted: CallCount, told: Mapping[str, Any], plan: Plan) -> CallCount:
    """The calls that are stored; without any what statistics told, else what logs inside results show."""
    if counted.made:
        return counted
    made = _read_count(told.get("llmCalls"))
    if made is not None:
        return CallCount(made, _read_count(told.get("activeLLMCalls")) or 0)
    return CallCount(sum(step.model_calls for step in plan.steps), 0)


def _read_count(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value < 2**53 else None
