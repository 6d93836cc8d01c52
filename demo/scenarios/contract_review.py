"""Hangs: a question to a lawyer goes to a queue that nobody reads any more, and three agents wait for the answer."""

from demo import texts
from demo.conversation import Conversation, Tool
from demo.models import HAIKU, SONNET
from demo.records import PRODUCER, Service
from demo.scenario import Scenario
from demo.story import Story

AGENTS = Service("contract-agents", "4.1.0", host="contracts-1")
APPROVALS = Service("approval-gateway", "2.0.0", language="typescript", host="approvals-0")

CLAUSE_TOOL = Tool("list_clauses", "Split a contract into numbered clauses.", {"document": "string"})
ASK_TOOL = Tool("ask_human", "Ask a person and wait for the answer.", {"group": "string", "question": "string"})

CLAUSES = [
    {
        "no": "7.2",
        "title": "Liability",
        "text": "Liability of the Supplier is limited to the fees paid in the preceding three months.",
    },
    {
        "no": "9.1",
        "title": "Data",
        "text": "The Supplier may use Customer Data to improve its services, including by training models.",
    },
    {
        "no": "12.4",
        "title": "Term",
        "text": "The Agreement renews for 36 months unless terminated 180 days before the end of the term.",
    },
]

QUESTION = (
    "Clause 9.1 lets the supplier train models on our data. Our rule is 'no training', but the supplier offers 12 % "
    "off for it. May we accept the clause for the pilot (anonymised data only), or must it go?"
)


def tell(story: Story) -> None:
    """Two clauses are settled, the third needs a person; the question is published, and nothing follows."""
    with story.trace("mission: review contract", AGENTS, kind=1, user__id="u-77", document__id="MSA-2231"):
        story.log("INFO", "contract MSA-2231 received, 41 pages, supplier Meridian Analytics")
        with story.agent("lead-reviewer", "Owns the review and its result"):
            _review(story)


def _review(story: Story) -> None:
    talk = Conversation(
        SONNET,
        texts.read("reviewer"),
        (CLAUSE_TOOL,),
    )
    talk.user(f"{story.goal}\n\n{texts.read('contract')}")
    with story.step("split", "SPLIT into clauses"):
        (call,) = story.chat(talk, seconds=2.2, first_token=0.7, asks=[("list_clauses", {"document": "MSA-2231"})])
        story.tool(talk, call, {"total": 58, "need_attention": CLAUSES}, seconds=6.4)
        story.chat(
            talk,
            seconds=3.0,
            first_token=0.7,
            cached=0.4,
            says="58 clauses. 55 match our standard. 7.2, 9.1 and 12.4 differ: liability and term to the risk agent, "
            "data to the privacy agent.",
        )
    story.state({"settled": {}, "open": ["7.2", "9.1", "12.4"], "waiting_for": None})
    with story.step("risk", "RISK: liability and term"), story.agent("risk", "Weighs liability and term"):
        _weigh_risk(story)
    story.patch(
        ("add", "/settled/7.2", "ask for 12 months"),
        ("add", "/settled/12.4", "ask for 12 months, 60 days"),
        ("replace", "/open", ["9.1"]),
    )
    with (
        story.step("privacy", "PRIVACY: training on our data"),
        story.agent("privacy", "Checks data use against policy"),
    ):
        _ask(story)


def _weigh_risk(story: Story) -> None:
    talk = Conversation(HAIKU, "You weigh contract risk for a mid-size buyer. Answer in two sentences per clause.")
    talk.user("\n".join(f"{clause['no']} {clause['title']}: {clause['text']}" for clause in CLAUSES[::2]))
    story.chat(
        talk,
        seconds=4.6,
        first_token=0.4,
        says="7.2: three months of fees is below our floor of twelve; ask for twelve, accept nine. 12.4: a 36-month "
        "renewal with 180 days' notice binds us past the budget year; ask for 12 months and 60 days.",
    )


def _ask(story: Story) -> None:
    talk = Conversation(
        HAIKU, "You check data clauses against the data policy. You may not waive the policy yourself.", (ASK_TOOL,)
    )
    talk.user(f"9.1 {CLAUSES[1]['text']}\nPolicy DP-4: customer data is never used to train models of third parties.")
    asked = {"group": "legal-emea", "question": QUESTION}
    (call,) = story.chat(
        talk,
        seconds=3.7,
        first_token=0.4,
        asks=[("ask_human", asked)],
        says="Policy DP-4 forbids this, but the discount makes it a business decision. I ask legal.",
    )
    story.state({"clause": "9.1", "policy": "DP-4", "waiting_for": "legal-emea", "question": QUESTION})
    with story.running(talk, call):
        with story.http("POST", "http://approval-gateway/questions", to=APPROVALS, status=202):
            story.work(
                "publish approvals.emea",
                seconds=0.006,
                kind=PRODUCER,
                messaging__system="rabbitmq",
                messaging__operation__type="send",
                messaging__destination__name="approvals.emea",
                messaging__message__id="q-58131",
            )
            story.log(
                "INFO",
                "question q-58131 published to approvals.emea (0 consumers)",
                messaging__destination__name="approvals.emea",
            )
        waiting = {
            "missionscope.span.kind": "HUMAN",
            "missionscope.human.question": QUESTION,
            "missionscope.human.group": "legal-emea",
        }
        with story.span("wait for legal-emea", attributes=waiting):
            story.leave_open()
            _nobody_answers(story)


def _nobody_answers(story: Story) -> None:
    for minutes, severity, text in (
        (5, "INFO", "q-58131 not answered after 5 min, reminder published to approvals.emea"),
        (10, "WARN", "approvals.emea: 3 messages ready, 0 consumers for 15 min"),
        (5, "INFO", "q-58131 not answered after 20 min, reminder published to approvals.emea"),
        (15, "WARN", "approvals.emea: 5 messages ready, 0 consumers for 35 min (queue approvals.eu has 2 consumers)"),
    ):
        story.wait(minutes * 60)
        story.log(severity, text, messaging__destination__name="approvals.emea")


SCENARIO = Scenario(
    slug="contract_review",
    name="Review the Meridian Analytics contract",
    goal="Review master agreement MSA-2231 with Meridian Analytics against our standard terms. Settle what policy "
    "settles, ask legal where it does not, and return a list of changes to ask for.",
    tell=tell,
    minutes_ago=47,
)
