"""One step, one agent: by the ids that stage7's components know, in whatever mission they are."""

from rest_framework.request import Request
from rest_framework.response import Response

from analysis.selectors import read_state
from api.stage7.base import AT, MISSION_ID, STATUS, Stage7View, find_missions, get_at, wants_effective
from api.stage7.contents import read_whole
from api.stage7.fields import AgentSnapshotSerializer, StepSerializer, describe_shape
from core.errors import NotFound
from plans.contents import StepContent
from plans.records import PlanStep
from plans.stage7.agents import AgentSteps, agent_snapshot, find_agent
from plans.stage7.places import list_missions_with_agent, list_missions_with_step
from plans.stage7.steps import Shape, StepShapes
from plans.stage7.words import as_map, step_word
from plans.whole import read_whole_plan
from traces.missions import find_user_id
from traces.plain import plain
from traces.records import MissionRow


class StepDetail(Stage7View):
    """A step, as its agent's service answers it."""

    @describe_shape(StepSerializer, name="read_stage7_step", parameters=[MISSION_ID, AT, STATUS])
    def get(self, request: Request, step_id: str) -> Response:
        """The step with whole values. Ids are those of statistics: `<id>~2` is the second step of that id."""
        at_ns, is_effective = get_at(request), wants_effective(request)
        project_id, missions = find_missions(request, list_missions_with_step, step_id)
        for mission in missions:
            plan = read_whole_plan(mission.pk, mission.id, at_ns)
            shapes = StepShapes(plan, mission.id, is_effective=is_effective)
            step = shapes.names.find(step_id)
            if step is not None:
                content = read_whole(project_id, [step]).get(step.key)
                return Response(plain(step_detail(shapes, step, content)))
        raise NotFound("There is no such step.")


def step_detail(shapes: StepShapes, step: PlanStep, content: StepContent | None) -> Shape:
    """What the dialog of a step reads."""
    references, values = shapes.references(step), shapes.values(step, content)
    return {
        "id": shapes.names.of(step.index),
        "missionId": shapes.mission_id,
        "verb": shapes.verb(step, content),
        "description": shapes.description(step, content),
        "status": step_word(step, is_effective=shapes.is_effective),
        "dependencies": shapes.dependencies(step),
        "inputs": values | references,
        "inputReferences": as_map(references),
        "inputValues": as_map(values),
        "results": shapes.result(step, content),
        "agentId": step.agent_id or None,
        "error": shapes.error(step),
    }


class AgentDetail(Stage7View):
    """An agent, as its service answers it."""

    @describe_shape(AgentSnapshotSerializer, name="read_stage7_agent", parameters=[MISSION_ID, AT, STATUS])
    def get(self, request: Request, agent_id: str) -> Response:
        """The agent with its steps, and with what its last stored state tells besides (conversation ...)."""
        at_ns, is_effective = get_at(request), wants_effective(request)
        project_id, missions = find_missions(request, list_missions_with_agent, agent_id)
        for mission in missions:
            plan = read_whole_plan(mission.pk, mission.id, at_ns)
            shapes = StepShapes(plan, mission.id, is_effective=is_effective)
            agent = find_agent(shapes.plan, agent_id)
            if agent is not None:
                return Response(plain(whole_snapshot(project_id, mission, shapes, agent, at_ns)))
        raise NotFound("There is no such agent.")


def whole_snapshot(
    project_id: int, mission: MissionRow, shapes: StepShapes, agent: AgentSteps, at_ns: int | None
) -> Shape:
    """An agent with whole values of its steps and its state."""
    contents = read_whole(project_id, agent.steps)
    steps = [shapes.step(step, contents.get(step.key)) for step in agent.steps]
    states = read_state(project_id, mission, agent.id, at_ns)
    state = states[0].found.state if states else None
    user_id = find_user_id(project_id, mission.pk)
    return agent_snapshot(shapes, agent, steps, user_id, state if isinstance(state, dict) else {})
