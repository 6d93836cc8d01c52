"""A made-up plan for the patterns page: a step that failed and says it is done, one that waits for what nobody has."""

from typing import Any

from plans.building.build import build_plan
from plans.contents import StepContent
from plans.records import FactRow
from telemetry.facts.records import (
    ASKED,
    CREATED,
    FINISHED,
    RESULT,
    STARTED,
    VALIDATED,
    AgentFact,
    AnyFact,
    Input,
    Output,
    OutputDefinition,
    PlanFact,
    QuestionFact,
    StepFact,
    Task,
)
from web.presenters.formats import MS, S
from web.presenters.mission.plan_lists import order_questions, present_plan_list, present_questions
from web.presenters.mission.plan_map import PlanMap
from web.presenters.mission.plan_people import present_agent, present_ghost
from web.presenters.mission.plan_rows import Chosen, count_verbs, order_steps, present_rows
from web.presenters.mission.step_panel import present_step

HOSTILE = "<img src=x onerror=alert(1)>"
PLANNER, WRITER = "agent-planner", "agent-writer"
TASKS = (
    Task("s2", 1, "SEARCH", "three vendors and their prices", "researcher",
         (Input("query", "vendors", "string", 7),), (OutputDefinition("vendors", "their names"),)),
    Task("s3", 2, "MERGE_TABLES", f"one table of all {HOSTILE}", "researcher",
         (Input("vendors", value_type="string", output_name="vendors", source="s2"),
          Input("table", value_type="string", output_name="price_table", source="step_4"),
          Input("note", "Use [object Object]", "string", 19, is_lost=True)), (OutputDefinition("ranking"),)),
    Task("s4", 3, "ASK_USER_QUESTION", "which budget"),
    Task("s5", 4, "PUBLISH", "the report"),
)  # fmt: skip


def _facts() -> list[tuple[int, AnyFact]]:
    plan = Output("plan", "plan", True, tasks=TASKS, model_calls=4)
    failure = Output("vendors", "ERROR", False, error="429: too many requests", error_code="CM009")
    return [
        (0, StepFact(step_id="s1", what=CREATED, verb="ACCOMPLISH", description="Compare three vendors",
                     inputs=(Input("goal", "Compare three vendors", "string", 21),))),
        (1, AgentFact(agent_id=PLANNER, name="planner", status="running", goal="Compare vendors", is_created=True)),
        (2, AgentFact(agent_id=WRITER, name="writer", status="running", goal="Compare vendors", is_created=True)),
        (5, StepFact(step_id="s1", what=STARTED)),
        (9_000, PlanFact(step_id="s1", tasks=(*TASKS, Task("", 5, "SLEEP", "an hour")))),
        (9_400, PlanFact(step_id="s1", stage=VALIDATED, tasks=TASKS, errors=("SLEEP has no plugin",))),
        (9_900, StepFact(step_id="s1", what=FINISHED, status="running", results=(plan,), has_results=True)),
        *((10_000 + at, StepFact(step_id=task.id, what=CREATED, verb=task.verb, description=task.description,
                                 status="pending")) for at, task in enumerate(TASKS[:3])),
        (10_100, StepFact(step_id="s2", what=STARTED)),
        (14_000, StepFact(step_id="s2", what=RESULT, status="completed", results=(failure,), has_results=True)),
        (15_000, QuestionFact(step_id="s4", agent_id=PLANNER, request_id="q1", what=ASKED, choices=("low", "high"),
                              question=f"Which budget may be spent? {HOSTILE}")),
    ]  # fmt: skip


def example_plan(now_ns: int) -> dict[str, Any]:
    """Context of the plan's parts of the patterns page."""
    begin_ns = now_ns - 14 * 60 * S
    rows = [FactRow(at, begin_ns + after * MS, (fact,)) for at, (after, fact) in enumerate(_facts(), 1)]
    map_ = PlanMap(build_plan(rows))
    steps = {step.step_id: step for step in map_.plan.steps}
    nothing = StepContent({}, None)
    return {
        "rows": present_rows(map_, order_steps(map_.plan, map_.children)),
        "verbs": count_verbs(map_.plan),
        "chosen": Chosen(),
        "plans": present_plan_list(map_),
        "questions": present_questions(map_, order_questions(map_.plan.questions), now_ns),
        "steps": [present_step(map_, steps[name], nothing, [], [], {}) for name in ("s2", "s3", "s1")],
        "agent": present_agent(map_, map_.plan.agents[0], {}),
        "ghost": present_ghost(map_, map_.plan.ghosts[0]),
    }
