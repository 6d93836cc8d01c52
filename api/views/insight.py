"""What a mission means: graph, critical path, findings, state, agents, steps, questions to people."""

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analysis.selectors import read_critical_path, read_facts, read_findings, read_graph, read_state
from api.fields import describe
from api.insight_fields import (
    AgentSerializer,
    FindingSerializer,
    GraphSerializer,
    HumanRequestSerializer,
    PathSerializer,
    StepSerializer,
)
from api.paging import answer_slice
from api.parameters import get_number, get_text, number_parameter, text_parameter
from api.record_fields import StateSerializer
from api.shapes import critical_path_json, finding_json, graph_json, state_json
from api.steps import list_agents, present_steps
from api.views.missions import get_mission
from plans.span_contents import complete_questions
from plans.wire import question_json

AT = number_parameter("at_ns", "As it was known at this time.")
EXPAND = text_parameter("expand", "Id of a node whose insides are wanted; may be given several times.")
MOST_EXPANDED = 200


class Graph(APIView):
    """The mission's graph."""

    @describe(GraphSerializer, parameters=[AT, EXPAND])
    def get(self, request: Request, mission_id: str) -> Response:
        """Nodes, and edges with their evidence."""
        _, mission = get_mission(request, mission_id)
        expanded = frozenset(request.query_params.getlist("expand")[:MOST_EXPANDED])
        return Response(graph_json(read_graph(mission, get_number(request, "at_ns"), expanded=expanded)))


class CriticalPathView(APIView):
    """What the mission's time went to."""

    @describe(PathSerializer)
    def get(self, request: Request, mission_id: str) -> Response:
        """Segments that cover the wall time, by class."""
        _, mission = get_mission(request, mission_id)
        return Response(critical_path_json(read_critical_path(mission)))


class FindingList(APIView):
    """What the detectors found."""

    @describe(FindingSerializer, many=True, name="Finding")
    def get(self, request: Request, mission_id: str) -> Response:
        """A page of findings, causes first."""
        _, mission = get_mission(request, mission_id)
        page = answer_slice(request, read_findings(mission))
        return page.answer([finding_json(finding) for finding in page.rows])


class State(APIView):
    """The agents' state."""

    @describe(StateSerializer, many=True, name="State", parameters=[AT, text_parameter("agent", "Of one agent.")])
    def get(self, request: Request, mission_id: str) -> Response:
        """A page of the agents' states at a time; without one, the last."""
        project_id, mission = get_mission(request, mission_id)
        agent = get_text(request, "agent") or None
        states = read_state(project_id, mission, agent, get_number(request, "at_ns"))
        page = answer_slice(request, states)
        return page.answer([state_json(state) for state in page.rows])


class AgentList(APIView):
    """The agents that took part."""

    @describe(AgentSerializer, many=True, name="Agent")
    def get(self, request: Request, mission_id: str) -> Response:
        """A page of agents, in order of appearance."""
        _, mission = get_mission(request, mission_id)
        page = answer_slice(request, list_agents(read_facts(mission)))
        return page.answer(list(page.rows))


class StepList(APIView):
    """The steps of the agents' work."""

    @describe(StepSerializer, many=True, name="Step")
    def get(self, request: Request, mission_id: str) -> Response:
        """A page of steps, in order of appearance; a step that was run again comes again."""
        project_id, mission = get_mission(request, mission_id)
        facts = read_facts(mission)
        page = answer_slice(request, facts.whole_plan.steps)
        return page.answer(present_steps(project_id, facts, page.rows))


class HumanRequestList(APIView):
    """What people were asked."""

    @describe(HumanRequestSerializer, many=True, name="HumanRequest")
    def get(self, request: Request, mission_id: str) -> Response:
        """A page of questions to people, in order of appearance."""
        project_id, mission = get_mission(request, mission_id)
        page = answer_slice(request, read_facts(mission).whole_plan.questions)
        return page.answer([question_json(each) for each in complete_questions(project_id, page.rows)])
