"""How much is found of what people marked (Presidio's research set), and how much of what is found was marked.

The words that call a number a phone number were chosen with this set at hand, so its figure for
phone numbers is no forecast; `test_kinds` tries numbers of other countries in other sentences.
"""

import json
from collections import Counter
from pathlib import Path

import pytest

from telemetry.redaction.searching import Search

KINDS = {
    "EMAIL_ADDRESS": "email",
    "CREDIT_CARD": "card",
    "IBAN_CODE": "iban",
    "US_SSN": "ssn",
    "IP_ADDRESS": "ip",
    "PHONE_NUMBER": "phone",
}
LEAST = 0.95


class Score:
    """Found, missed and wrongly found, by kind."""

    def __init__(self) -> None:
        self.found: Counter[str] = Counter()
        self.missed: Counter[str] = Counter()
        self.wrong: Counter[str] = Counter()

    def recall(self, kind: str) -> float:
        return self.found[kind] / (self.found[kind] + self.missed[kind])

    def precision(self, kind: str) -> float:
        return self.found[kind] / max(1, self.found[kind] + self.wrong[kind])


@pytest.fixture(scope="module")
def score(shared_data: Path) -> Score:
    score, search = Score(), Search()
    for text in json.loads((shared_data / "data/pii/presidio_synth_v2.json").read_text()):
        hits = search.hits(text["full_text"])
        marked = [(span["start_position"], span["end_position"], span["entity_type"]) for span in text["spans"]]
        used = set()
        for start, end, entity in marked:
            if entity in KINDS:
                good = {hit for hit in hits if hit.start <= start and end <= hit.end and hit.kind == KINDS[entity]}
                used |= good
                (score.found if good else score.missed)[KINDS[entity]] += 1
        score.wrong.update(hit.kind for hit in hits if hit not in used)
    return score


@pytest.mark.parametrize("kind", KINDS.values())
def test_it_finds_what_people_marked_and_little_else(score: Score, kind: str) -> None:
    print(f"{kind}: {score.found[kind]} found, {score.missed[kind]} missed, {score.wrong[kind]} wrong")
    assert score.recall(kind) >= LEAST
    assert score.precision(kind) >= LEAST


def test_it_takes_nothing_else_for_a_secret_in_plain_letters(score: Score) -> None:
    assert set(score.wrong) <= set(KINDS.values())
