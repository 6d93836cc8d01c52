"""Which verbs of a plan something can run. Pure."""

from plans.records import Plan, PlanStep

CONTROL_VERBS = frozenset(
    {"DECIDE", "REPEAT", "WHILE", "UNTIL", "SEQUENCE", "TIMEOUT", "FOREACH", "REGROUP"}
)  # fmt: skip
"""Verbs whose steps make other steps by what they are: a plan is their proper result."""
PLANNER_VERBS = frozenset({"ACCOMPLISH", "REFLECT"})
"""Verbs that ask a model for a plan."""
KNOWN_VERBS = (
    CONTROL_VERBS
    | PLANNER_VERBS
    | {
        "THINK", "GENERATE", "DELEGATE", "ASK", "ASK_USER_QUESTION", "CHAT", "GET_USER_INPUT", "EXECUTE_TOOL",
        "API_CLIENT", "CODE_EXECUTOR", "DATA_TOOLKIT", "FILE_OPERATION", "SCRAPE", "SEARCH", "TASK_MANAGER",
    }
)  # fmt: skip
"""What stage7 runs itself or by the plugins it came with. A sender names more in its mission's record
(`known_verbs`); a verb that did work in this mission is known by that."""


def find_novel_steps(plan: Plan) -> list[PlanStep]:
    """The steps whose verb nothing is known to run: not listed, not named by the sender, and never done here."""
    known = KNOWN_VERBS.union(plan.known_verbs, (step.verb for step in plan.steps if has_worked(step)))
    return [step for step in plan.steps if step.verb and step.verb not in known]


def has_worked(step: PlanStep) -> bool:
    """It came back with something that is no plan."""
    return step.outcome == "ok" and not step.is_replaced and any(not each.is_empty for each in step.results)
