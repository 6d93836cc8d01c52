"""A stand at a trade fair: the planner's proposal waits for a floor plan that no step of its plan makes."""

import json

from demo.planned.telling import Item, Telling, output, taking, task

SLUG, MINUTES_AGO = "trade-fair", 47
NAME = "Plan our stand at the trade fair"
GOAL = (
    "Plan our stand at the spring packaging fair: find a builder near the fair, compare their quotes, keep to the "
    "budget, and write a proposal with a floor plan that can be sent to the organisers before their deadline."
)
SYSTEM = "You are a planner. Answer with a JSON array of steps and nothing else."
BUILDERS = "Nordlicht Messebau (12 km), Stand & Co (31 km), Atelier Roth (58 km)"
QUOTES = "Nordlicht 9,800 EUR; Stand & Co 12,400 EUR; Atelier Roth 15,150 EUR. Nordlicht fits the budget."


def tell(story: Telling) -> None:
    """From the goal to the step that waits for ever."""
    root = story.id()
    find, deadlines, compare, ask, write, check = (story.id() for _ in range(6))
    story.create(root, "ACCOMPLISH", "Plan the stand", "coordinator")
    story.wait(0.001)
    agent = story.agent("coordinator", GOAL)
    story.start(root, "ACCOMPLISH")
    plan = [
        task(find, "SEARCH", "Find stand builders near the fair", {"builders": "Names and distances"},
             searchTerm="stand builder spring packaging fair"),
        task(deadlines, "SCRAPE", "Look up the organisers' deadlines", {"deadlines": "Dates"},
             url="https://fair.example/exhibitors/deadlines"),
        task(compare, "COMPARE_QUOTES", "Compare the builders' quotes", {"quoteTable": "Prices by builder"},
             builders=taking("builders", find)),
        task(ask, "CHAT", "Ask which budget the stand may have", {"budget": "Amount"},
             message="Which budget may the stand have?"),
        task(write, "GENERATE", "Write the proposal with the floor plan", {"proposal": "Text"},
             quotes=taking("quoteTable", compare), budget=taking("budget", ask), plan=taking("floorPlan")),
        task(check, "THINK", "Check the proposal against the deadlines", {"verdict": "Yes or no, and why"},
             proposal=taking("proposal", write), dates=taking("deadlines", deadlines)),
    ]  # fmt: skip
    said = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": f"Goal: {GOAL}"}]
    story.ask_model(
        root, said, kind="TextToJSON",
        tries=[
            {"model": "mistral-large-latest", "seconds": 1.2, "fails": "429 rate limited: retry after 1 s"},
            {"model": "mistral-large-latest", "seconds": 9.4, "says": json.dumps(plan)},
        ],
    )  # fmt: skip
    story.finish(agent, root, [output("plan", plan, "plan")], status="running")
    for each in plan:
        story.wait(0.002)
        story.create(each["id"], each["actionVerb"], each["description"])
    _find_builders(story, agent, find)
    _read_deadlines(story, agent, deadlines)
    _compare(story, agent, compare)
    _ask_budget(story, agent, ask)


def _find_builders(story: Telling, agent: str, step: str) -> None:
    story.wait(0.2)
    story.start(step, "SEARCH")
    found = [output("builders", BUILDERS)]
    story.run_plugin(step, "SEARCH", {"searchTerm": "stand builder spring packaging fair"}, found, seconds=2.1)
    story.finish(agent, step, found)


def _read_deadlines(story: Telling, agent: str, step: str) -> None:
    """The page refuses, and the answer is taken for a result."""
    story.wait(0.1)
    story.start(step, "SCRAPE")
    refused = [output("deadlines", "Error: 403 Forbidden while reading https://fair.example/exhibitors/deadlines")]
    story.run_plugin(step, "SCRAPE", {"url": "https://fair.example/exhibitors/deadlines"}, refused, seconds=0.8)
    story.finish(agent, step, refused)


def _compare(story: Telling, agent: str, step: str) -> None:
    """A verb that no plugin has: it becomes a plan of its own."""
    fetch, rank = story.id(), story.id()
    story.wait(0.3)
    story.start(step, "COMPARE_QUOTES")
    inner: list[Item] = [
        task(fetch, "API_CLIENT", "Ask each builder for a quote", {"quotes": "One line each"}, builders=BUILDERS),
        task(rank, "THINK", "Rank the quotes", {"quoteTable": "Prices by builder"}, quotes=taking("quotes", fetch)),
    ]
    asked = [
        {"role": "system", "content": SYSTEM},
        {"role": "user", "content": "No plugin runs COMPARE_QUOTES. Plan it."},
    ]
    story.ask_model(
        step, asked, kind="TextToJSON",
        tries=[{"model": "mistral-large-latest", "seconds": 6.0, "says": json.dumps(inner)}],
    )  # fmt: skip
    story.finish(agent, step, [output("plan", inner, "plan")], status="running")
    for each in inner:
        story.wait(0.002)
        story.create(each["id"], each["actionVerb"], each["description"])
    story.wait(0.1)
    story.start(fetch, "API_CLIENT")
    quotes = [output("quotes", QUOTES)]
    story.run_plugin(fetch, "API_CLIENT", {"builders": BUILDERS}, quotes, seconds=4.2)
    story.finish(agent, fetch, quotes)
    story.wait(0.1)
    story.start(rank, "THINK")
    story.ask_model(
        rank, [{"role": "user", "content": f"Rank these quotes: {QUOTES}"}],
        tries=[{"model": "mistral-small-latest", "seconds": 2.2, "says": "1. Nordlicht, 2. Stand & Co, 3. Roth"}],
    )  # fmt: skip
    story.finish(agent, rank, [output("quoteTable", "1. Nordlicht, 2. Stand & Co, 3. Roth")])


def _ask_budget(story: Telling, agent: str, step: str) -> None:
    """A person is asked, and answers after some minutes."""
    request_id = story.id()
    story.wait(0.2)
    story.start(step, "CHAT")
    asked = {"request_id": request_id, "question": "Which budget may the stand have?", "stepId": step, "agentId": agent}
    story.message("USER_INPUT_REQUEST", **asked, answerType="text")
    story.finish(agent, step, [output("pending_user_input", None, request_id=request_id)], status="waiting")
    story.wait(230)
    story.message("USER_INPUT_RESPONSE", requestId=request_id, response="At most 12,000 EUR, travel not included.")
    story.wait(0.5)
    story.event(
        "step_completed", agentId=agent, stepId=step,
        result=[output("budget", "At most 12,000 EUR, travel not included.")],
    )  # fmt: skip
