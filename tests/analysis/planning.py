"""Missions with a plan for tests, told fact by fact as senders tell them."""

from analysis.algorithms.facts import MissionFacts, build_facts
from analysis.detectors.registry import run_detectors
from plans.building.build import build_plan
from plans.records import FactRow
from telemetry.facts.records import (
    ANSWERED,
    ASKED,
    CANCELLED,
    CREATED,
    FAILED,
    FINISHED,
    RESULT,
    STARTED,
    WITHDRAWN,
    AgentFact,
    Dependency,
    HandoverFact,
    Input,
    MissionFact,
    Output,
    OutputDefinition,
    PlanFact,
    QuestionFact,
    StepFact,
    Task,
)
from tests.analysis.making import at

DAY = 86_400


def value(name, text="x", **more):
    """An input with a literal."""
    return Input(name, text, "string", len(text), **more)


def take(name, output, source=""):
    """An input that takes an output, of a step if one is named."""
    return Input(name, output_name=output, source=source)


def tasks(*verbs, ids=()):
    """Planned tasks by verb; each is described by its place."""
    return tuple(
        Task(ids[place] if ids else "", place + 1, verb, f"task {place + 1}") for place, verb in enumerate(verbs)
    )


def text_output(text, name="out", **more):
    return Output(name, "string", True, text, len(text), is_empty=not text, **more)


def plan_output(planned):
    return Output("plan", "plan", True, "", 9, tasks=planned)


def error_output(code="plan_validation_error", kind="ERROR", error="it went wrong", **more):
    return Output(code, kind, False, error, len(error), error, code, **more)


class Story:
    """Facts of one mission, in the order in which a test tells them; times in seconds."""

    def __init__(self):
        self.rows = []

    def say(self, seconds, *facts):
        self.rows.append(FactRow(len(self.rows) + 1, at(seconds), facts, "m"))
        return self

    def step(self, step_id, seconds=0, verb="THINK", *, inputs=(), outputs=(), after=(), agent="", parent="", **more):
        """A step is made."""
        fact = StepFact(
            agent_id=agent, step_id=step_id, what=CREATED, verb=verb, parent_id=parent, inputs=tuple(inputs),
            outputs=tuple(OutputDefinition(name) for name in outputs),
            dependencies=tuple(each if isinstance(each, Dependency) else Dependency(each) for each in after), **more,
        )  # fmt: skip
        return self.say(seconds, fact)

    def start(self, step_id, seconds):
        return self.say(seconds, StepFact(step_id=step_id, what=STARTED))

    def result(self, step_id, seconds, *outputs, status="completed"):
        fact = StepFact(step_id=step_id, what=RESULT, status=status, results=outputs, has_results=True)
        return self.say(seconds, fact)

    def asks(self, step_id, seconds, question, request_id="q1"):
        """A step ends its execution by asking a person."""
        output = Output("pending_user_input", "string", True, question, 9, request_id=request_id)
        step = StepFact(step_id=step_id, what=FINISHED, status="completed", results=(output,), has_results=True)
        return self.say(
            seconds, step, QuestionFact(step_id=step_id, request_id=request_id, what=ASKED, question=question)
        )

    def answered(self, seconds, request_id="q1", answer="yes"):
        return self.say(seconds, QuestionFact(request_id=request_id, what=ANSWERED, answer=answer))

    def withdrawn(self, seconds, request_id="q1"):
        return self.say(seconds, QuestionFact(request_id=request_id, what=WITHDRAWN))

    def fail(self, step_id, seconds, error="it went wrong", code=""):
        return self.say(seconds, StepFact(step_id=step_id, what=FAILED, error=error, error_code=code))

    def cancel(self, step_id, seconds):
        return self.say(seconds, StepFact(step_id=step_id, what=CANCELLED))

    def agent(self, agent_id, seconds=0, status="running", *, goal="", event="", error="", created=False):
        fact = AgentFact(agent_id=agent_id, status=status, goal=goal, event=event, error=error, is_created=created)
        return self.say(seconds, fact)

    def plan(self, step_id, seconds, stage, planned, errors=()):
        return self.say(seconds, PlanFact(step_id=step_id, stage=stage, tasks=planned, errors=errors))

    def give(self, step_id, seconds, giver, taker):
        return self.say(seconds, HandoverFact(step_id=step_id, from_agent_id=giver, to_agent_id=taker))

    def mission(self, seconds, **more):
        return self.say(seconds, MissionFact(**more))

    def facts(self, now=60, spans=(), llm_calls=(), tool_calls=(), logs=()) -> MissionFacts:
        return build_facts(spans, llm_calls, tool_calls, logs, at(now), plan=build_plan(self.rows))

    def found(self, name, now=60, **more):
        """The findings of one detector."""
        return [each for each in run_detectors(self.facts(now, **more)) if each.detector == name]

    def one(self, name, now=60, **more):
        (finding,) = self.found(name, now, **more)
        return finding


def names(story, now=60, **more):
    return {each.detector for each in run_detectors(story.facts(now, **more))}
