"""A conversation over six hours, told by every layer: the page, the assistant's SDK and API, the brain behind them."""

import contextlib
from collections.abc import Iterator
from typing import Any

from demo.around.day import API, BRAIN, BROWSER, KEY_ERROR, USER
from demo.conversation import Conversation, Tool, ToolCall
from demo.models import GPT_MINI
from demo.records import CLIENT, INTERNAL, Scope
from demo.scenario import Scenario
from demo.scenarios.team_day_talk import PEOPLE, VISITS, Exchange, Question, Run, Visit
from demo.story import Story
from demo.trace_builder import SECOND_NS

PAGE = "https://assistant.example/conversations/team-day"
MESSAGES_URL = "http://assistant-api:3000/conversations/team-day/messages"
ASSISTANT = ("assistant", "Plans with people, looks things up, asks before it spends")
LOADING = Scope("@opentelemetry/instrumentation-document-load", "0.52.0")
CLICKING = Scope("@opentelemetry/instrumentation-user-interaction", "0.52.0")
SOCKET_CLOSED = "browser.websocket.closed"
SDK = Scope("assistant-sdk", "4.1.0")
SYSTEM = (
    "You are an assistant for groups of people who plan something together. Look things up with tools, never guess a "
    "price. Ask before you spend money or write to people."
)
TOOLS = tuple(
    Tool(name, description, parameters)
    for name, description, parameters in (
        ("check_calendar", "When the people of a group are free.", {"group": "string"}),
        ("search_places", "Places that fit a question.", {"query": "string", "within_min": "integer"}),
        ("get_price", "What something costs for a group.", {"item": "string", "people": "integer"}),
        ("find_trains", "Trains of a day.", {"to": "string", "date": "string"}),
        ("book_boats", "Book boats.", {"date": "string", "boats": "integer"}),
        ("book_table", "Book a table.", {"place": "string", "time": "string", "people": "integer"}),
        ("send_invitations", "Write to a group.", {"group": "string", "date": "string", "text": "string"}),
    )
)


def tell(story: Story) -> None:
    """Eight visits to the page, two messages in each."""
    talk = Conversation(GPT_MINI, SYSTEM, TOOLS)
    for number, visit in enumerate(VISITS):
        due_ns = story.start_ns + round(visit.minute * 60 * SECOND_NS)
        story.wait(max(0.0, (due_ns - story.now_ns) // 1_000_000 / 1_000))
        _open_page(story, visit)
        _start(story, is_new=number == 0)
        for exchange in visit.exchanges:
            story.wait(story.random.uniform(14, 40))
            _exchange(story, talk, exchange)
        _leave(story)


@contextlib.contextmanager
def _on_page(story: Story, name: str, scope: Scope, **attributes: str) -> Iterator[None]:
    """A trace that begins in the page."""
    about = {"http__url": PAGE, "user__id": USER, **attributes}
    with story.trace(name, BROWSER, kind=INTERNAL, **about) as span:
        span.scope = scope
        yield


def _open_page(story: Story, visit: Visit) -> None:
    with _on_page(story, "documentLoad", LOADING):
        with story.span("documentFetch", scope=LOADING):
            story.wait(visit.load_s * 0.4)
        with story.span("resourceFetch", scope=LOADING, attributes={"http.url": f"{PAGE}/main.js"}):
            story.wait(visit.load_s * 0.6)
        story.log("INFO", "the socket is open", event_name="browser.websocket.open")
        if visit.socket_fails:
            story.wait(0.3)
            story.log("WARN", "the socket broke, trying again", event_name=SOCKET_CLOSED, websocket__close_code=1006)
            story.wait(1.2)
            story.log("INFO", "the socket is open", event_name="browser.websocket.open")


def _leave(story: Story) -> None:
    story.wait(story.random.uniform(20, 60))
    with _on_page(story, "navigation", CLICKING):
        story.wait(0.05)
        story.log(
            "INFO", "the socket is closed: the page is left", event_name=SOCKET_CLOSED, websocket__close_code=1001
        )


def _start(story: Story, *, is_new: bool) -> None:
    """The conversation begins, or goes on where it was left."""
    status, query = (201, "INSERT conversations") if is_new else (200, "SELECT conversations")
    with (
        _on_page(story, "click", CLICKING, target_element="BUTTON"),
        story.span("Assistant.startConversation", scope=SDK),
        story.http("POST", "http://assistant-api:3000/conversations", to=API, status=status, latency=0.02),
    ):
        story.work(query, seconds=0.03, kind=CLIENT, db__system__name="postgresql")


def _exchange(story: Story, talk: Conversation, exchange: Exchange) -> None:
    talk.user(exchange.says)
    with (
        _on_page(story, "click", CLICKING, target_element="BUTTON"),
        story.span("Conversation.sendMessage", scope=SDK),
        story.http("POST", MESSAGES_URL, to=API, route="/conversations/{id}/messages", latency=0.02),
        story.agent(*ASSISTANT),
    ):
        _answer(story, talk, exchange)
    if exchange.asks:
        _go_on(story, talk, exchange, exchange.asks)


def _answer(story: Story, talk: Conversation, exchange: Exchange) -> None:
    if len(talk.messages) == 1:
        story.state({"people": PEOPLE, "limit": "1120.00 EUR", "booked": {}})
    if exchange.asks:
        _chat(story, talk, says=f"One question first: {exchange.asks.text}")
        return
    for run in exchange.runs:
        _run(story, talk, run)
    _chat(story, talk, says=exchange.answer)


def _go_on(story: Story, talk: Conversation, exchange: Exchange, question: Question) -> None:
    """A person is asked, and what they agreed to is done."""
    with story.trace("HumanInTheLoop.ask", API, kind=INTERNAL) as asking:
        asking.scope = SDK
        asking.attributes |= {
            "missionscope.human.question": question.text,
            "missionscope.human.answer": question.answer,
        }
        story.log("INFO", f"asked {USER}: {question.text}")
        story.wait(question.seconds)
        story.event("answered", answer=question.answer)
    talk.user(question.answer)
    with story.trace("Conversation.resume", API, kind=INTERNAL), story.agent(*ASSISTANT):
        for run in exchange.runs:
            _run(story, talk, run)
            story.patch(("add", f"/booked/{run.tool}", run.result))
        _chat(story, talk, says=exchange.answer)


def _chat(
    story: Story, talk: Conversation, *, says: str = "", asks: tuple[tuple[str, dict[str, Any]], ...] = ()
) -> list[ToolCall]:
    """A model call, made by the brain."""
    with story.http("POST", "http://brain:5070/chat", to=BRAIN):
        seconds = story.random.uniform(0.9, 2.4)
        return story.chat(talk, seconds=seconds, first_token=round(seconds / 3, 3), cached=0.5, says=says, asks=asks)


def _run(story: Story, talk: Conversation, run: Run) -> None:
    """The model asks for a tool, the SDK runs it; where it fails, once more."""
    for fails in (True, False) if run.fails_first else (False,):
        (call,) = _chat(story, talk, asks=((run.tool, run.arguments),))
        with story.span("Tool.execute", scope=SDK) as executed:
            error_type, message = KEY_ERROR if fails else ("", "")
            story.tool(talk, call, message or run.result, seconds=run.seconds, error=error_type)
            if fails:
                executed.fail(error_type, message)


SCENARIO = Scenario(
    slug="team_day",
    name="Plan a team day with the assistant",
    goal="Plan a day outside in May for 14 people: within 90 minutes by train, at most 80 EUR each. Ask before money "
    "is spent or people are written to.",
    tell=tell,
    minutes_ago=356,
)
