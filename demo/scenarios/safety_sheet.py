"""Loops: an agent asks one search the same question again and again; each call carries all pages, cost climbs."""

from decimal import Decimal

from demo import texts
from demo.conversation import Conversation, Tool
from demo.models import OPUS
from demo.records import Service
from demo.scenario import Scenario
from demo.story import Story
from demo.trace_builder import Failure

AGENTS = Service("compliance-agents", "0.22.5", host="compliance-3")
CATALOGUE = Service("document-catalogue", "3.3.1", language="go", host="catalogue-1")

SEARCH_TOOL = Tool(
    "search_documents",
    "Search the supplier document catalogue.",
    {"query": "string", "supplier": "string", "type": "string"},
)
SAVE_TOOL = Tool(
    "attach_document", "Attach a document to the product file.", {"document_id": "string", "product": "string"}
)

SUPPLIERS = (
    "Acetherm",
    "Baltisol",
    "Cordes Chemie",
    "Dunmore",
    "Ecosolv",
    "Farnell Lacke",
    "Gradient",
    "Hexal Solvents",
)

QUERY = {"query": "safety data sheet acetone 67-64-1 revision 5", "supplier": "Orlen Solvents", "type": "SDS"}

EXCUSES = (
    "The list has sheets of other suppliers only. The catalogue may not have answered completely; I search again.",
    "Again no sheet of Orlen Solvents. The revision 5 must exist, the product file names it. I search again.",
    "Still not there. I will try the search once more before I report it missing.",
    "None of these is from Orlen Solvents. I repeat the search to be sure.",
)

BUDGET_USD = Decimal("3.25")
USD_PER_INPUT_TOKEN, USD_PER_OUTPUT_TOKEN = Decimal("0.000015"), Decimal("0.000075")
"""What the model costs, as the budget guard knows it."""


def tell(story: Story) -> None:
    """The filter `supplier` is ignored by the catalogue, so the same eight sheets come back each time."""
    with story.trace(
        "job: refresh safety sheets", AGENTS, kind=1, job__id="sds-refresh", missionscope__budget__usd=str(BUDGET_USD)
    ) as root:
        story.log("INFO", "1 product file is out of date: acetone technical, supplier Orlen Solvents, sheet revision 4")
        try:
            with (
                story.agent("document-finder", "Finds the newest safety sheet of a product"),
                story.step("find", "FIND the sheet"),
            ):
                _search_for_ever(story)
        except Failure:
            root.fail("BudgetExceeded", f"stopped by the budget guard at ${BUDGET_USD}")


def _search_for_ever(story: Story) -> None:
    talk = Conversation(
        OPUS,
        texts.read("document_finder"),
        (SEARCH_TOOL, SAVE_TOOL),
    )
    talk.user(story.goal)
    found = _page()
    story.state({"searches": 0, "found": None, "belief": "the sheet exists, revision 5"})
    spent, number = Decimal(0), 0
    while spent + talk.input_tokens * USD_PER_INPUT_TOKEN < BUDGET_USD:
        number += 1
        spent += talk.input_tokens * USD_PER_INPUT_TOKEN
        excuse = "" if number == 1 else EXCUSES[number % len(EXCUSES)]
        (call,) = story.chat(
            talk, seconds=3.1 + 0.12 * number, first_token=1.1, says=excuse, asks=[("search_documents", QUERY)]
        )
        spent += talk.messages[-1].size * USD_PER_OUTPUT_TOKEN
        with story.running(talk, call) as run:
            with story.http("POST", "http://document-catalogue/search", to=CATALOGUE):
                story.wait(0.4)
                story.log(
                    "DEBUG",
                    "search: filter 'supplier' is not indexed and was ignored; 8 hits",
                    catalogue__ignored="supplier",
                )
            run.result = found
        story.patch(("replace", "/searches", number))
        if number in (6, 12, 16):
            story.log(
                "WARN", f"budget guard: ${spent:.2f} in {number} calls, the next sends {talk.input_tokens} tokens"
            )
    reached = f"${spent:.2f} spent in {number} model calls, the next would pass ${BUDGET_USD}"
    story.log("ERROR", f"budget guard: {reached}; agent stopped, 0 documents attached", budget__usd=str(BUDGET_USD))
    raise Failure("BudgetExceeded", reached)


def _page() -> dict[str, object]:
    hits = [
        {
            "document_id": f"SDS-{3100 + 37 * place}",
            "supplier": supplier,
            "product": "Acetone, technical grade",
            "revision": 2 + place % 3,
            "language": "en",
            "excerpt": f"SECTION 1: Identification. Product name: Acetone. CAS 67-64-1. Supplier: {supplier}. SECTION "
            "2: Hazards. H225 Highly flammable liquid and vapour. H319 Causes serious eye irritation. H336 May cause "
            "drowsiness or dizziness. EUH066 Repeated exposure may cause skin dryness or cracking. SECTION 3: "
            "Composition. Acetone ≥ 99.5 %, water ≤ 0.4 %, methanol ≤ 0.05 %. SECTION 4: First aid. Inhalation: move "
            "to fresh air. Eyes: rinse for 15 minutes.",
        }
        for place, supplier in enumerate(SUPPLIERS)
    ]
    return {"total": len(hits), "took_ms": 388, "hits": hits}


SCENARIO = Scenario(
    slug="safety_sheet",
    name="Find the new acetone safety sheet",
    goal="Find revision 5 of the safety data sheet for acetone (CAS 67-64-1) of supplier Orlen Solvents and attach it "
    "to the product file.",
    tell=tell,
    minutes_ago=205,
)
