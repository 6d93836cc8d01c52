"""Missions as stage7's user interface reads them: a list, and of one its statistics, agents and questions."""

from rest_framework.request import Request
from rest_framework.response import Response

from analysis.current import bring_up_to_date
from analysis.selectors import read_facts
from api.authentication import get_request_sight
from api.parameters import get_flag, get_limit, get_text, text_parameter
from api.stage7.base import AT, FULL, STATUS, Stage7View, get_at, wants_effective
from api.stage7.contents import read_whole
from api.stage7.fields import (
    LIMIT,
    AgentSnapshotSerializer,
    HumanRequestSerializer,
    MissionSerializer,
    StatisticsSerializer,
    describe_shape,
)
from api.stage7.questions import list_questions
from api.views.missions import get_mission
from plans.stage7.agents import agent_snapshot, fit_steps, list_agent_steps
from plans.stage7.statistics import MOST_BYTES, read_message
from plans.stage7.steps import StepShapes
from plans.stage7.told import read_goals
from plans.stage7.words import MISSION_WORDS
from plans.whole import read_whole_plan
from search.selectors import find_missions_with
from traces.missions import MissionFilter, find_user_id, list_missions
from traces.plain import plain


class MissionList(Stage7View):
    """The project's missions, as getSavedMissions and the list of missions have them."""

    @describe_shape(
        MissionSerializer, name="list_stage7_missions", is_list=True,
        parameters=[text_parameter("q", "Words in the name, the id or any text of the mission."), LIMIT],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """The missions at work last, newest first. `status` is what became of each."""
        sight = get_request_sight(request)
        text = get_text(request, "q").strip()
        also = find_missions_with(sight.project_pk, text, user_id=sight.user_id) if text else frozenset()
        chosen = MissionFilter(text=text, also=also, user_id=sight.user_id)
        rows = bring_up_to_date(
            sight.project_pk, list_missions(sight.project_pk, chosen, limit=get_limit(request)).rows
        )
        goals = read_goals([row.pk for row in rows])
        return Response(
            [
                {"id": row.id, "name": row.name, "status": MISSION_WORDS[row.status], "goal": goals.get(row.pk)}
                for row in rows
            ]
        )


class Statistics(Stage7View):
    """A mission's statistics, as MissionControl pushes them."""

    @describe_shape(StatisticsSerializer, name="read_stage7_statistics", parameters=[AT, STATUS, FULL])
    def get(self, request: Request, mission_id: str) -> Response:
        """The message `agentStatistics`: what NetworkGraph and StatisticsWindow draw."""
        project_id, mission = get_mission(request, mission_id)
        at_ns = get_at(request)
        is_effective, is_full = wants_effective(request), get_flag(request, "full")
        contents = read_whole(project_id, read_whole_plan(mission.pk, mission.id, at_ns).steps) if is_full else None
        message = read_message(
            project_id, mission.pk, mission.id, at_ns=at_ns, is_effective=is_effective, contents=contents
        )
        return Response(plain(message))


class AgentList(Stage7View):
    """A mission's agents, as the agents' own service answers them."""

    @describe_shape(AgentSnapshotSerializer, name="list_stage7_agents", is_list=True, parameters=[AT, STATUS, FULL])
    def get(self, request: Request, mission_id: str) -> Response:
        """Agents in order of appearance, with their steps. What agents keep besides is told of one (`agent/{id}`)."""
        project_id, mission = get_mission(request, mission_id)
        plan = read_whole_plan(mission.pk, mission.id, get_at(request))
        shapes = StepShapes(plan, mission.id, is_effective=wants_effective(request))
        contents = read_whole(project_id, plan.steps) if get_flag(request, "full") else {}
        fitting = fit_steps(shapes, contents, MOST_BYTES).shapes
        user_id = find_user_id(project_id, mission.pk)
        snapshots = []
        for agent in list_agent_steps(plan):
            steps = [
                fitting[step.index] | {"dependencies": shapes.dependencies(step)}
                for step in agent.steps
                if step.index in fitting
            ]
            snapshots.append(agent_snapshot(shapes, agent, steps, user_id, {}))
        return Response(plain(snapshots))


class HumanRequestList(Stage7View):
    """What people were asked in a mission."""

    @describe_shape(HumanRequestSerializer, name="list_stage7_human_requests", is_list=True)
    def get(self, request: Request, mission_id: str) -> Response:
        """Questions as `USER_INPUT_REQUEST`, open ones first, each group in order of asking."""
        project_id, mission = get_mission(request, mission_id)
        return Response(list_questions(project_id, mission.id, read_facts(mission)))
