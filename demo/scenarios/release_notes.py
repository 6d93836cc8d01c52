"""Rate limited: 429 again and again, a call times out, a fallback helps; it ends well but slowly (OpenLLMetry)."""

from demo import texts
from demo.conversation import Conversation, Tool
from demo.dialects import OpenLlmetry
from demo.models import MISTRAL_LARGE, MISTRAL_SMALL
from demo.records import Service
from demo.scenario import Scenario
from demo.story import Story
from demo.trace_builder import Failure

AGENTS = Service("release-bot", "1.9.3", host="ci-runner-12")

LOG_TOOL = Tool("git_log", "Merged changes between two tags.", {"since": "string", "until": "string"})

CHANGES = """#4127 Import: files over 2 GB no longer fail with 'invalid offset'
#4131 Export: CSV uses the list's sort order
#4136 Sign-in: passkeys work in private windows
#4138 API: `GET /items` takes `updated_since`; `GET /items?since=` is deprecated, removed in 9.0
#4140 Search finds words with apostrophes
#4144 Internal: build cache moved to runner disks
#4149 Fix: two people editing the same note no longer lose the first one's last line"""

NOTES = {
    "English": "**8.6**\n- Files over 2 GB import again.\n- CSV export keeps the order you see in the list.\n- "
    "Passkeys work in private windows.\n"
    "- Search finds words with apostrophes.\n- Editing a note together no longer loses a line.\n"
    "- API: use `updated_since`; `since` goes away in 9.0.",
    "German": "**8.6**\n- Dateien über 2 GB lassen sich wieder importieren.\n- Der CSV-Export behält die Reihenfolge "
    "der Liste.\n"
    "- Passkeys funktionieren in privaten Fenstern.\n- Die Suche findet Wörter mit Apostroph.\n- Beim gemeinsamen "
    "Bearbeiten einer Notiz geht keine Zeile mehr verloren.\n- API: `updated_since` statt `since`, das mit 9.0 "
    "entfällt.",
    "French": "**8.6**\n- Les fichiers de plus de 2 Go s'importent de nouveau.\n- L'export CSV garde l'ordre de la "
    "liste.\n- Les clés d'accès fonctionnent en navigation privée.\n- La recherche trouve les mots avec apostrophe.\n- "
    "Modifier une note à plusieurs ne perd plus de ligne.\n- API : `updated_since` remplace `since`, retiré en 9.0.",
}

LIMITED = "Status 429: Requests rate limit exceeded for model mistral-large-latest (org 6 req/min)"


def tell(story: Story) -> None:
    """Read the changes, write the notes, translate them twice; the large model is limited from the second call on."""
    with story.trace(
        "release.workflow", AGENTS, kind=1, traceloop__span__kind="workflow", traceloop__workflow__name="release-notes"
    ) as root:
        with story.agent("release-writer", "Writes release notes from merged changes"):
            _write(story)
        story.log(
            "INFO",
            "notes for 8.6 published in 3 languages; 8 of 13 model calls were refused by the provider, 1 timed out",
        )
        root.succeed()


def _write(story: Story) -> None:
    talk = Conversation(MISTRAL_LARGE, texts.read("release_style"), (LOG_TOOL,))
    talk.user(story.goal)
    story.state({"changes": 0, "notes": {}, "fallback": None}, as_log=True)
    with story.step("collect", "COLLECT merged changes"):
        (call,) = story.chat(talk, seconds=1.8, asks=[("git_log", {"since": "v8.5.0", "until": "v8.6.0"})])
        with story.running(talk, call) as run:
            story.work("git log v8.5.0..v8.6.0", seconds=0.21, process__executable__name="git")
            run.result = CHANGES
    story.patch(("replace", "/changes", 7), as_log=True)
    with story.step("write", "WRITE the English notes"):
        _insist(story, talk, NOTES["English"], refusals=3)
    for language in ("German", "French"):
        with story.step(f"translate-{language[:2].lower()}", f"TRANSLATE to {language}"):
            talk = Conversation(
                MISTRAL_LARGE, f"Translate release notes to {language}. Keep code and Markdown as they are."
            )
            talk.user(NOTES["English"])
            _insist(
                story, talk, NOTES[language], refusals=4 if language == "German" else 2, falls_back=language == "French"
            )


def _insist(story: Story, talk: Conversation, says: str, *, refusals: int, falls_back: bool = False) -> None:
    """Call until the model answers, waiting twice as long each time."""
    pause = 2.0
    for attempt in range(1, refusals + 1):
        slow = falls_back and attempt == 2
        failure = Failure("ReadTimeout", "no byte from api.mistral.ai within 30 s") if slow else Failure("429", LIMITED)
        try:
            story.chat(talk, seconds=30.0 if slow else 0.18, fails=failure)
        except Failure as seen:
            story.log(
                "WARN",
                f"{seen.message}; attempt {attempt}, next in {pause:.0f} s",
                retry__attempt=attempt,
                error__type=seen.error_type,
            )
        story.work("backoff", seconds=pause, retry__attempt=attempt, retry__delay_s=pause)
        pause *= 2
    if falls_back:
        talk.model = MISTRAL_SMALL
        story.log("WARN", "falling back from mistral-large-latest to mistral-small-latest after a timeout")
    story.chat(talk, seconds=4.9, says=says)


SCENARIO = Scenario(
    slug="release_notes",
    name="Release notes for 8.6 in three languages",
    goal="Write the release notes of version 8.6 from the merged changes since 8.5, in English, then translate them to "
    "German and French.",
    tell=tell,
    minutes_ago=151,
    dialect=OpenLlmetry(),
)
