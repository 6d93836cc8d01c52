"""Still moving: a support inbox is triaged ticket by ticket, while somebody watches."""

from typing import Any, NamedTuple

from demo import texts
from demo.conversation import Conversation, Tool
from demo.models import GPT_MINI, HAIKU
from demo.records import CLIENT, Service
from demo.scenario import Scenario
from demo.story import Story

INBOX = Service("support-inbox", "6.4.0", host="inbox-2")
SHOP = Service("order-service", "11.2.0", language="java", host="orders-4")

ORDER_TOOL = Tool("get_order", "Order with its parcels.", {"order_id": "string"})


class Ticket(NamedTuple):
    """A customer's message and what became of it."""

    id: str
    text: str
    label: str
    order: dict[str, Any]
    reply: str


TICKETS = (
    Ticket(
        "T-9011",
        "The grinder arrived, but the bean hopper in the picture is not in the box. Did I get the wrong set?",
        "missing part",
        {
            "order_id": "A-55120",
            "items": ["Grinder G2"],
            "options": ["hopper sold apart"],
            "parcels": 1,
            "status": "delivered",
        },
        "You received the right set: the G2 comes without the large hopper, and our picture does not make that clear. "
        "I have put a 20 % voucher for the hopper into your account, and the picture will be changed this week.",
    ),
    Ticket(
        "T-9012",
        "Parcel says delivered since Tuesday. It is not here, not with the neighbours either.",
        "lost parcel",
        {"order_id": "A-55087", "items": ["Kettle K1"], "parcels": 1, "status": "delivered", "photo": "door 14b"},
        "The carrier's photo shows door 14b; your address is 14. Please ask there once more. If it is not found by "
        "tomorrow noon I send a new kettle the same day, you need not do anything.",
    ),
    Ticket(
        "T-9013",
        "Can I still change the colour of order A-55131? Green instead of black please!",
        "change order",
        {"order_id": "A-55131", "items": ["Scale S3 black"], "status": "picking", "changeable_until": "18:00"},
        "Done: your scale will be green. It still leaves our warehouse today.",
    ),
    Ticket(
        "T-9014",
        "invoice has my old company name, our accountant wont take it",
        "invoice",
        {"order_id": "A-54870", "items": ["Machine M7"], "invoice": "R-20114", "status": "delivered"},
        "I have cancelled invoice R-20114 and issued R-20397 with the new name. Both documents are in your account.",
    ),
    Ticket(
        "T-9015",
        "machine trips the fuse every morning when it heats up, smells a bit burnt",
        "safety",
        {
            "order_id": "A-51902",
            "items": ["Machine M7"],
            "status": "delivered",
            "recall": "M7 heater batch 24-31",
            "batch": "24-29",
        },
        "Please unplug the machine now and do not use it again. A courier collects it tomorrow between 8 and 12, free "
        "of charge, and brings a replacement. A colleague calls you today to make sure you are all right.",
    ),
)


def tell(story: Story) -> None:
    """Five tickets in a row; the last one is a matter of safety and is handed to a person."""
    with story.trace(
        "mission: triage inbox", INBOX, kind=1, inbox__name="support@", inbox__waiting=len(TICKETS)
    ) as root:
        story.log("INFO", f"{len(TICKETS)} tickets waiting, oldest 38 min")
        with story.agent("triager", "Sorts tickets and hands them to the answerer"):
            story.state({"open": [ticket.id for ticket in TICKETS], "done": [], "escalated": []}, as_log=True)
            for ticket in TICKETS:
                story.wait(0.6)
                with story.step(ticket.id, f"TICKET {ticket.id}"):
                    _handle(story, ticket)
        root.succeed()
        story.log("INFO", "inbox is empty: 4 answered, 1 escalated")


def _handle(story: Story, ticket: Ticket) -> None:
    sort = Conversation(
        GPT_MINI, "Label the ticket with one of: missing part, lost parcel, change order, invoice, safety, other."
    )
    sort.user(ticket.text)
    story.chat(sort, seconds=1.3, says=ticket.label)
    with story.agent("answerer", "Looks up the order and drafts the answer"):
        talk = Conversation(HAIKU, texts.read("answerer"), (ORDER_TOOL,))
        talk.user(f"[{ticket.label}] {ticket.text}")
        (call,) = story.chat(
            talk, seconds=2.4, first_token=0.4, asks=[("get_order", {"order_id": ticket.order["order_id"]})]
        )
        with story.running(talk, call) as run:
            with story.http("GET", f"http://order-service/orders/{ticket.order['order_id']}", to=SHOP):
                story.work(
                    "SELECT orders",
                    seconds=0.3,
                    kind=CLIENT,
                    db__system__name="postgresql",
                    db__operation__name="SELECT",
                )
            run.result = ticket.order
        story.chat(talk, seconds=5.2, first_token=0.5, cached=0.4, says=ticket.reply)
    if ticket.label == "safety":
        story.log(
            "WARN", f"{ticket.id}: batch 24-29 is not in recall 24-31 but shows the same fault; product safety was told"
        )
        story.work("escalate to product safety", seconds=3.5, missionscope__span__kind="HUMAN")
        story.patch(("add", "/escalated/-", ticket.id), ("remove", "/open/0", None), as_log=True)
    else:
        story.work("send reply", seconds=0.9, messaging__system="smtp")
        story.patch(("add", "/done/-", ticket.id), ("remove", "/open/0", None), as_log=True)


SCENARIO = Scenario(
    slug="support_inbox",
    name="Triage the support inbox",
    goal="Answer the waiting tickets of support@. Look every order up before answering. Hand anything that could hurt "
    "somebody to product safety at once.",
    tell=tell,
    minutes_ago=12,
    is_live=True,
)
