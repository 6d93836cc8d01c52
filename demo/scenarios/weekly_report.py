"""All went well: a weekly market report with parallel research, a check, and one number that was corrected in time."""

from typing import Any

from demo import texts
from demo.conversation import Conversation, Tool
from demo.models import GPT, GPT_MINI, SONNET
from demo.records import CLIENT, Service
from demo.scenario import Scenario
from demo.story import Story

API = Service("report-api", "3.2.0", host="report-api-7d9f")
AGENTS = Service("agent-runtime", "1.14.2", host="agents-0")
SEARCH = Service("search-gateway", "0.9.1", language="go", host="search-2")

SEARCH_TOOL = Tool(
    "search_web", "Search news and statistics. Returns at most 5 hits.", {"query": "string", "days": "integer"}
)
READ_TOOL = Tool("read_page", "Read one page as plain text.", {"url": "string"})
STATS_TOOL = Tool("compute", "Evaluate an arithmetic expression exactly.", {"expression": "string"})

COUNTRIES: tuple[dict[str, Any], ...] = (
    {
        "country": "Norway",
        "query": "Norway heat pump sales weekly installer association",
        "hits": [
            {
                "title": "Air-to-water units up for the fifth week",
                "url": "https://varmeforum.example/no/week",
                "score": 0.92,
            },
            {
                "title": "Grid tariff change moves buyers to night storage",
                "url": "https://kraftnytt.example/tariff",
                "score": 0.71,
            },
        ],
        "page": "Installers in the association's panel (312 firms) report 2,418 air-to-water units sold this week, "
        "against 2,231 in the week before. Average installed price 128,400 NOK, down 1.1 %. Lead time 3.5 weeks. "
        "Members name the new capacity tariff as the first reason customers give for buying now.",
        "finding": "Norway: 2,418 air-to-water units this week (2,231 the week before, +8.4 %). Installed price "
        "128,400 NOK (-1.1 %). Lead time 3.5 weeks. Driver named by installers: the capacity tariff. Source: "
        "varmeforum.example/no/week",
    },
    {
        "country": "Sweden",
        "query": "Sweden heat pump sales weekly ground source subsidy",
        "hits": [
            {"title": "Ground source holds, air drops", "url": "https://pumpstatistik.example/vecka", "score": 0.9},
            {
                "title": "Deduction for owner-occupiers prolonged",
                "url": "https://energikontoret.example/avdrag",
                "score": 0.83,
            },
        ],
        "page": "Weekly panel: ground source 1,102 (1,096), exhaust air 640 (655), air-to-water 871 (958). Panel "
        "coverage 74 % of the market. The tax deduction of 20 % of labour cost stays until the end of next year.",
        "finding": "Sweden: ground source flat (1,102 against 1,096), air-to-water 871 against 958 (-9.1 %). The 20 % "
        "deduction on labour stays until the end of next year. Panel covers 74 % of the market. Source: "
        "pumpstatistik.example/vecka",
    },
    {
        "country": "Finland",
        "query": "Finland heat pump market weekly air-to-air price",
        "hits": [
            {"title": "SULY weekly: cold snap sells air-to-air", "url": "https://lampo.example/viikko", "score": 0.88}
        ],
        "page": "Air-to-air 3,960 units (3,115). The cold snap of the last ten days explains most of it, say four of "
        "five dealers. Average price with installation 2,140 EUR, unchanged. Stocks of the two best-selling models "
        "last 12 days.",
        "finding": "Finland: air-to-air 3,960 units (3,115 the week before, +27.1 %), mostly the cold snap. Price "
        "2,140 EUR, unchanged. Stocks of the two best sellers last 12 days. Source: lampo.example/viikko",
    },
)

REPORT = """# Home heat pumps in the Nordics, this week

**Norway +8.4 %, Sweden mixed, Finland +27.1 % on a cold snap.**

| | units | week before | change |
|---|---:|---:|---:|
| Norway, air-to-water | 2,418 | 2,231 | +8.4 % |
| Sweden, ground source | 1,102 | 1,096 | +0.5 % |
| Sweden, air-to-water | 871 | 958 | −9.1 % |
| Finland, air-to-air | 3,960 | 3,115 | +27.1 % |

Norwegian buyers move before the capacity tariff; prices there fell 1.1 % to 128,400 NOK. Swedish ground source is
steady, and the labour deduction now has a date: it stays until the end of next year. Finland's jump is weather: dealers
expect it to be gone in two weeks.

**Watch next week**
1. Finnish stocks: the two best sellers run out in 12 days.
2. Whether Swedish air-to-water keeps falling now that the deduction is certain.
3. Norwegian lead times (3.5 weeks): beyond 5 weeks, orders moved to spring last year.

Sources: varmeforum.example/no/week · pumpstatistik.example/vecka (74 % of the market) · lampo.example/viikko"""


def tell(story: Story) -> None:
    """An editor plans, three researchers work at once, an analyst computes, a writer writes, a checker corrects."""
    with story.trace(
        "POST /reports", API, http__request__method="POST", http__route="/reports", user__id="u-2041"
    ) as root:
        story.log(
            "INFO",
            "report requested: topic=heat-pumps region=nordics length=1 page",
            missionscope__report__kind="weekly",
        )
        story.wait(0.03)
        with story.agent("editor", "Plans the report and hands out the work", service=AGENTS):
            _direct(story)
        story.work(
            "INSERT reports", seconds=0.012, kind=CLIENT, db__system__name="postgresql", db__operation__name="INSERT"
        )
        story.log("INFO", "report stored, 3 subscribers notified")
        root.succeed()


def _direct(story: Story) -> None:
    talk = Conversation(GPT, texts.read("editor"))
    talk.user(story.goal)
    story.state({"plan": [], "findings": {}, "draft": None, "checked": False})
    with story.step("plan", "PLAN the report"):
        story.chat(
            talk,
            seconds=4.1,
            first_token=0.62,
            says="1. GATHER: one researcher per country (Norway, Sweden, Finland), in parallel.\n"
            "2. ANALYSE: week-on-week change of every series, computed, not estimated.\n"
            "3. WRITE: one page, a table, three things to watch.\n4. CHECK: each number against its source.",
        )
    story.patch(("replace", "/plan", ["gather", "analyse", "write", "check"]))
    with story.step("gather", "GATHER figures for three countries"), story.branches() as branches:
        for place, facts in enumerate(COUNTRIES):
            with branches.branch(after=0.2 * place):
                _research(story, facts)
    story.patch(*(("add", f"/findings/{facts['country']}", facts["finding"]) for facts in COUNTRIES))
    with story.step("analyse", "ANALYSE week on week"):
        _analyse(story)
    with story.step("write", "WRITE the page"):
        _write(story)
    story.patch(("replace", "/draft", "v1, 182 words"))
    with story.step("check", "CHECK every number"):
        _check(story)
    story.patch(("replace", "/checked", True), ("replace", "/draft", "v2, 182 words"))


def _research(story: Story, facts: dict[str, Any]) -> None:
    country = facts["country"]
    talk = Conversation(
        SONNET,
        texts.read("researcher"),
        (SEARCH_TOOL, READ_TOOL),
    )
    talk.user(
        f"Find this week's heat pump sales, prices and policy news for {country}. Name the source of each number."
    )
    with story.agent(f"researcher-{country.lower()}", f"Finds this week's figures for {country}") as span:
        (search,) = story.chat(
            talk, seconds=2.4, first_token=0.81, asks=[("search_web", {"query": facts["query"], "days": 7})]
        )
        with story.running(talk, search) as run:
            with story.http("GET", "http://search-gateway:8080/v2/search?days=7", to=SEARCH):
                story.work("index query", seconds=0.35, db__system__name="opensearch", db__operation__name="search")
                story.log("DEBUG", f"{len(facts['hits'])} hits for {facts['query']!r} in 341 ms")
            run.result = {"hits": facts["hits"]}
        (read,) = story.chat(
            talk, seconds=1.9, first_token=0.7, cached=0.6, asks=[("read_page", {"url": facts["hits"][0]["url"]})]
        )
        story.tool(talk, read, facts["page"], seconds=0.8)
        story.chat(talk, seconds=3.3, first_token=0.74, cached=0.7, says=facts["finding"])
        span.succeed()


def _analyse(story: Story) -> None:
    talk = Conversation(GPT_MINI, "You are an analyst. Use the compute tool for every calculation.", (STATS_TOOL,))
    talk.user("Compute week-on-week changes:\n" + "\n".join(facts["finding"] for facts in COUNTRIES))
    sums = {"2418/2231-1": 0.08382, "1102/1096-1": 0.00547, "871/958-1": -0.09081, "3960/3115-1": 0.27127}
    with story.agent("analyst", "Computes, never estimates"):
        calls = story.chat(talk, seconds=1.6, asks=[("compute", {"expression": text}) for text in sums])
        for call, value in zip(calls, sums.values(), strict=True):
            story.tool(talk, call, {"value": value}, seconds=0.02)
        story.chat(
            talk,
            seconds=2.2,
            says="Norway air-to-water +8.4 %; Sweden ground source +0.5 %, air-to-water −9.1 %; Finland air-to-air "
            "+27.1 %. Note: the Swedish panel covers 74 % of the market, the others do not state coverage.",
        )


def _write(story: Story) -> None:
    talk = Conversation(SONNET, texts.read("writer"))
    talk.user(
        "Write the report from these findings and changes.\n\n" + "\n".join(facts["finding"] for facts in COUNTRIES)
    )
    with story.agent("writer", "Turns findings into one page"):
        first = REPORT.replace("(3.5 weeks): beyond", "(4.5 weeks): beyond")
        story.chat(talk, seconds=14.8, first_token=0.9, says=first)


def _check(story: Story) -> None:
    talk = Conversation(GPT, "You check a report against its findings. List every number that differs, or say OK.")
    talk.user("Report:\n" + REPORT.replace("(3.5 weeks): beyond", "(4.5 weeks): beyond"))
    with story.agent("checker", "Compares each number with its source") as span:
        story.chat(
            talk,
            seconds=5.2,
            first_token=0.6,
            says="14 numbers checked. 1 differs: Norwegian lead time is 3.5 weeks in the source, the draft says 4.5 "
            "weeks.",
        )
        story.log("WARN", "draft corrected: lead time 4.5 -> 3.5 weeks (source varmeforum.example/no/week)")
        talk.user("Correct it and return the final report.")
        story.chat(talk, seconds=11.0, first_token=0.65, cached=0.5, says=REPORT)
        span.succeed()


SCENARIO = Scenario(
    slug="weekly_report",
    name="Weekly report: heat pumps in the Nordics",
    goal="Write the weekly report on home heat pumps in Norway, Sweden and Finland: sales, prices, policy and three "
    "things to watch next week. One page. Every number needs a source.",
    tell=tell,
    minutes_ago=312,
)
