"""Fails late for an early cause: a rate table without one currency is believed complete; a conversion fails on it."""

from typing import Any

from demo import texts
from demo.conversation import Conversation, Tool
from demo.models import GPT, SONNET
from demo.records import CLIENT, Service
from demo.scenario import Scenario
from demo.story import Story
from demo.trace_builder import Failure

AGENTS = Service("procurement-agents", "2.8.0", host="procure-1")
RATES = Service("fx-service", "1.3.7", language="java", host="fx-0")
FILES = Service("document-service", "5.0.2", host="docs-1")

RATE_TOOL = Tool(
    "get_exchange_rates", "Today's rates of a base currency as a table.", {"base": "string", "symbols": "array"}
)
READ_TOOL = Tool("read_quote", "Read a vendor's quote from the file store.", {"vendor": "string"})
CONVERT_TOOL = Tool(
    "convert_price_table", "Convert all prices of a table into one currency.", {"table": "object", "to": "string"}
)

QUOTES: dict[str, dict[str, Any]] = {
    "Brandt Antriebstechnik": {
        "currency": "EUR",
        "unit_price": "1184.00",
        "units": 240,
        "delivery_weeks": 9,
        "warranty_months": 24,
    },
    "Hollis & Marsh": {
        "currency": "GBP",
        "unit_price": "996.50",
        "units": 240,
        "delivery_weeks": 6,
        "warranty_months": 12,
    },
    "Lindqvist Mekanik": {
        "currency": "SEK",
        "unit_price": "12640.00",
        "units": 240,
        "delivery_weeks": 7,
        "warranty_months": 36,
    },
}

RATE_TABLE = {
    "base": "EUR",
    "columns": ["EUR", "USD", "GBP", "CHF", "DKK", "NOK", "PLN"],
    "row": ["1.0000", "1.0862", "0.8541", "0.9473", "7.4602", "11.5210", "4.2655"],
    "as_of": "today 08:00 CET",
    "status": "ok",
}

TRACE = """Traceback (most recent call last):
  File "/srv/procure/tools/convert.py", line 58, in convert_price_table
    rate = table.rate(row.currency, to)
  File "/srv/procure/tools/rates.py", line 31, in rate
    index = self.columns.index(currency)
ValueError: 'SEK' is not in list"""


def tell(story: Story) -> None:
    """Rates, quotes, conversion, and then nothing that follows can run."""
    with story.trace(
        "mission: compare vendors", AGENTS, kind=1, user__id="u-118", missionscope__priority="normal"
    ) as root:
        try:
            with story.agent("coordinator", "Splits the comparison into steps and joins the results"):
                _coordinate(story)
        except Failure as failure:
            root.fail("MissionFailed", f"step score could not run: {failure.message}")
            story.log(
                "ERROR", "mission ended without a recommendation: 2 of 6 steps never ran", missionscope__steps__lost=2
            )


def _coordinate(story: Story) -> None:
    talk = Conversation(GPT, texts.read("procurement"))
    talk.user(story.goal)
    with story.step("plan", "PLAN the comparison"):
        story.chat(
            talk,
            seconds=3.9,
            says="1. rates: today's EUR rates for EUR, GBP, SEK (finance) -> rate_table\n2. quotes: read the three "
            "quotes (buyer) -> quote_table\n3. convert: all prices to EUR (finance), needs rate_table and quote_table "
            "-> price_table\n4. score: price 50, delivery 30, warranty 20, needs price_table\n5. write: recommendation "
            "to the head of purchasing, needs score",
        )
    story.state({"rate_table": None, "quote_table": None, "price_table": None, "score": None, "recommendation": None})
    finance = Conversation(GPT, texts.read("finance"), (RATE_TOOL, CONVERT_TOOL))
    with story.step("rates", "RATES: today's exchange rates"):
        _fetch_rates(story, finance)
    story.patch(("replace", "/rate_table", "rates-today (7 currencies)"))
    with story.step("quotes", "QUOTES: read three offers"):
        _read_quotes(story)
    story.patch(("replace", "/quote_table", "quotes (3 rows)"))
    with story.step("convert", "CONVERT prices to EUR"):
        _convert(story, finance)


def _fetch_rates(story: Story, talk: Conversation) -> None:
    with story.agent("finance", "Rates and conversions") as span:
        talk.user("Fetch today's EUR rates for EUR, GBP and SEK.")
        (call,) = story.chat(
            talk, seconds=1.7, asks=[("get_exchange_rates", {"base": "EUR", "symbols": ["EUR", "GBP", "SEK"]})]
        )
        with story.running(talk, call) as run:
            with story.http("GET", "http://fx-service:9000/v1/tables/today?base=EUR", to=RATES) as answering:
                story.work(
                    "SELECT rate_series",
                    seconds=0.031,
                    kind=CLIENT,
                    db__system__name="postgresql",
                    db__operation__name="SELECT",
                )
                with story.span("read feed ecb-daily", attributes={"fx.feed": "ecb-daily"}) as reading:
                    story.wait(0.012)
                    reading.fail("StaleSeries", "series SEK is late: last value 26 h old, limit 24 h")
                story.log(
                    "WARN",
                    "feed ecb-daily: series SEK is late (last value 26 h old, limit 24 h); table published without it",
                    fx__feed="ecb-daily",
                    fx__missing="SEK",
                )
                answering.succeed()
            run.result = RATE_TABLE
        story.chat(
            talk,
            seconds=1.4,
            cached=0.3,
            says="The rate table is in: status ok, 7 currencies, as of 08:00 CET. Rates are complete, conversion can "
            "go on.",
        )
        story.state({"rates": {"complete": True, "currencies": 7, "as_of": "08:00 CET"}, "next": "convert"})
        span.succeed()


def _read_quotes(story: Story) -> None:
    talk = Conversation(
        SONNET, "You are a buyer. Extract price, currency, delivery and warranty exactly.", (READ_TOOL,)
    )
    talk.user("Read the quotes of " + ", ".join(QUOTES) + " and give one table.")
    with story.agent("buyer", "Reads offers"):
        calls = story.chat(
            talk, seconds=2.6, first_token=0.8, asks=[("read_quote", {"vendor": vendor}) for vendor in QUOTES]
        )
        with story.branches() as branches:
            for place, (call, quote) in enumerate(zip(calls, QUOTES.values(), strict=True)):
                with branches.branch(after=0.05 * place), story.running(talk, call) as run:
                    with story.http("GET", f"http://document-service/quotes/{place + 4401}", to=FILES):
                        story.work(
                            "extract tables",
                            seconds=1.1 + 0.7 * place,
                            document__pages=3 + place,
                            document__ocr=place == 2,
                        )
                    run.result = quote
        story.chat(
            talk,
            seconds=4.4,
            first_token=0.9,
            cached=0.5,
            says="| vendor | unit price | currency | weeks | warranty |\n|---|---:|---|---:|---:|\n"
            "| Brandt Antriebstechnik | 1,184.00 | EUR | 9 | 24 |\n| Hollis & Marsh | 996.50 | GBP | 6 | 12 |\n"
            "| Lindqvist Mekanik | 12,640.00 | SEK | 7 | 36 |",
        )


def _convert(story: Story, talk: Conversation) -> None:
    table = [
        {"vendor": vendor, "price": quote["unit_price"], "currency": quote["currency"]}
        for vendor, quote in QUOTES.items()
    ]
    with story.agent("finance", "Rates and conversions"):
        talk.user("Convert the unit prices of all three quotes to EUR.")
        for attempt in (1, 2):
            (call,) = story.chat(
                talk, seconds=2.0, cached=0.5, asks=[("convert_price_table", {"table": table, "to": "EUR"})]
            )
            with story.running(talk, call) as run:
                story.wait(0.04)
                story.event(
                    "exception",
                    exception__type="ValueError",
                    exception__message="'SEK' is not in list",
                    exception__stacktrace=TRACE,
                )
                story.log(
                    "ERROR",
                    "convert_price_table: ValueError: 'SEK' is not in list",
                    attempt=attempt,
                    vendor="Lindqvist Mekanik",
                )
                run.result, run.error = "ValueError: 'SEK' is not in list", "ValueError"
        story.chat(
            talk,
            seconds=2.8,
            cached=0.6,
            says="I cannot convert the Lindqvist Mekanik quote: the converter does not know SEK. I will not estimate a "
            "rate. The price table is not available.",
        )
        story.state(
            {
                "rates": {"complete": True, "currencies": 7, "as_of": "08:00 CET"},
                "price_table": None,
                "blocked_by": "convert",
            }
        )
        raise Failure("MissingInput", "convert gave no price_table after 2 attempts ('SEK' is not in list)")


SCENARIO = Scenario(
    slug="vendor_quotes",
    name="Compare three quotes for drive units",
    goal="Compare the quotes of Brandt, Hollis & Marsh and Lindqvist for 240 drive units: all prices in EUR, delivery "
    "and warranty weighed 50/30/20. Recommend one vendor to the head of purchasing.",
    tell=tell,
    minutes_ago=96,
)
