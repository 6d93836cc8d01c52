"""A hand-off: the shop's assistant passes a refund on over a queue. Two traces, two services, one mission."""

from demo import texts
from demo.conversation import Conversation, Tool
from demo.models import GPT_MINI, SONNET
from demo.records import CLIENT, CONSUMER, PRODUCER, Service, Span
from demo.scenario import Scenario
from demo.story import Story

SHOP = Service("shop-assistant", "9.0.4", language="typescript", host="shop-web-3")
REFUNDS = Service("refund-worker", "2.5.1", host="refunds-1")
PAYMENTS = Service("payment-gateway", "7.7.0", language="java", host="pay-0")

ORDER_TOOL = Tool("get_order", "An order with items, parcels and payments.", {"order_id": "string"})
TRANSFER_TOOL = Tool(
    "transfer_to_refunds",
    "Hand the conversation to the refund team's agent.",
    {"summary": "string", "order_id": "string"},
)
RULE_TOOL = Tool(
    "check_refund_rules", "Which refund rule applies.", {"order_id": "string", "reason": "string", "amount": "string"}
)
REFUND_TOOL = Tool(
    "create_refund", "Pay money back. Needs a rule.", {"order_id": "string", "amount": "string", "rule": "string"}
)

ORDER = {
    "order_id": "C-70418",
    "items": [
        {"sku": "ESP-M7", "name": "Espresso machine M7", "price": "649.00"},
        {"sku": "DESC-1", "name": "Descaler", "price": "12.90"},
    ],
    "delivered": "2 days ago",
    "payment": {"id": "pay_81c2", "method": "card", "captured": "661.90", "currency": "EUR"},
}

SUMMARY = (
    "Customer reports transport damage on ESP-M7 (order C-70418): bent group head, photo attached and plausible. "
    "Delivered 2 days ago. Wants the money for the machine back (649.00 EUR), keeps the descaler. No fraud signs. "
    "Customer was told: an answer today."
)


def tell(story: Story) -> None:
    """The first trace ends with a message on a queue; 19 seconds later the second trace begins with a link to it."""
    with story.trace(
        "POST /chat", SHOP, http__request__method="POST", http__route="/chat", session__id="chat-3307"
    ) as root:
        with story.agent("front-desk", "First contact in the shop"):
            published = _talk_to_the_customer(story)
        root.succeed()
    story.wait(19)
    with story.trace("process refunds.requested", REFUNDS, kind=CONSUMER, **_message("process")) as root:
        story.link(published, messaging__message__id="m-40711")
        story.log("INFO", "took m-40711 from refunds.requested after 19 s in the queue, 6 messages were before it")
        with story.agent("refund-clerk", "Decides and pays refunds within the rules"):
            _refund(story)
        root.succeed()


def _message(kind: str) -> dict[str, str]:
    return {
        "messaging__system": "rabbitmq",
        "messaging__operation__type": kind,
        "messaging__destination__name": "refunds.requested",
        "messaging__message__id": "m-40711",
    }


def _talk_to_the_customer(story: Story) -> Span:
    talk = Conversation(
        GPT_MINI,
        texts.read("front_desk"),
        (ORDER_TOOL, TRANSFER_TOOL),
    )
    talk.user(
        "Hi, my espresso machine came this week and the metal part where the handle goes in is bent. See photo. I "
        "don't want another one, I want my money back please. Order C-70418. I'd keep the descaler.\n[photo: "
        "IMG_2207.jpg, 1.9 MB]"
    )
    story.state({"customer": "chat-3307", "order": None, "owner": "front-desk", "promise": None})
    (call,) = story.chat(talk, seconds=1.5, first_token=0.5, asks=[("get_order", {"order_id": "C-70418"})])
    with story.running(talk, call) as run:
        story.work(
            "SELECT orders", seconds=0.05, kind=CLIENT, db__system__name="postgresql", db__operation__name="SELECT"
        )
        run.result = ORDER
    (hand_over,) = story.chat(
        talk,
        seconds=2.7,
        first_token=0.5,
        cached=0.4,
        says="I am sorry about the machine. I pass this to my colleague for refunds, with your photo; you will have an "
        "answer today.",
        asks=[("transfer_to_refunds", {"summary": SUMMARY, "order_id": "C-70418"})],
    )
    with story.running(talk, hand_over) as run:
        story.wait(0.02)
        published = story.work("send refunds.requested", seconds=0.011, kind=PRODUCER, **_message("send"))
        run.result = {"accepted": True, "message_id": "m-40711", "owner": "refund-clerk"}
    story.patch(
        ("replace", "/order", "C-70418"), ("replace", "/owner", "refund-clerk"), ("replace", "/promise", "answer today")
    )
    story.log("INFO", "chat-3307 handed to refund-clerk as m-40711")
    return published


def _refund(story: Story) -> None:
    talk = Conversation(SONNET, texts.read("refund_clerk"), (RULE_TOOL, REFUND_TOOL))
    talk.user(SUMMARY)
    story.state({"order": "C-70418", "asked": "649.00", "rule": None, "paid": None})
    checked = {"order_id": "C-70418", "reason": "transport damage", "amount": "649.00"}
    (check,) = story.chat(
        talk,
        seconds=2.9,
        first_token=0.8,
        thinks="The order total is 661.90 but the customer keeps the descaler, so 649.00 is right. Damage within 14 "
        "days is rule R3 if a photo exists.",
        asks=[("check_refund_rules", checked)],
    )
    story.tool(talk, check, {"rule": "R3", "limit": "1000.00", "needs_return": True, "needs_human": False}, seconds=0.3)
    story.patch(("replace", "/rule", "R3"))
    (pay,) = story.chat(
        talk,
        seconds=2.1,
        first_token=0.8,
        cached=0.5,
        asks=[("create_refund", {"order_id": "C-70418", "amount": "649.00", "rule": "R3"})],
    )
    with story.running(talk, pay) as run:
        with story.http("POST", "http://payment-gateway/refunds", to=PAYMENTS, status=201):
            story.work("card network refund", seconds=1.4, kind=CLIENT, server__address="acquirer.example")
            story.log("INFO", "refund rf_5520 of 649.00 EUR accepted by the acquirer")
        run.result = {"refund_id": "rf_5520", "amount": "649.00", "currency": "EUR", "state": "accepted"}
    story.patch(("replace", "/paid", "rf_5520"))
    story.chat(
        talk,
        seconds=2.6,
        first_token=0.8,
        cached=0.6,
        says="Your 649.00 EUR are on their way to your card (rf_5520), usually in 2 to 3 working days. Please put the "
        "machine back into its box: a courier collects it on Thursday between 9 and 13. The descaler is yours.",
    )


SCENARIO = Scenario(
    slug="refund_handoff",
    name="Refund for a damaged espresso machine",
    goal="Help the customer of order C-70418, whose espresso machine arrived damaged and who wants the money back for "
    "it.",
    tell=tell,
    minutes_ago=68,
)
