"""Secrets and personal data in prompts, tool arguments, logs and state: redaction at work. All of it is invented."""

from demo import texts
from demo.conversation import Conversation, Tool
from demo.models import GPT, GPT_MINI
from demo.records import CLIENT, Service
from demo.scenario import Scenario
from demo.story import Story

AGENTS = Service("onboarding-agents", "1.2.8", host="onboard-2")
CHECKS = Service("identity-checks", "4.6.0", language="go", host="idcheck-1")

CHECK_TOOL = Tool(
    "check_identity", "Check a person against the register.", {"name": "string", "email": "string", "phone": "string"}
)
MANDATE_TOOL = Tool(
    "create_mandate", "Create a direct debit mandate.", {"iban": "string", "holder": "string", "password": "string"}
)

MAIL = "greta.halvorsen@nordpost.example"
PHONE = "+47 22 85 50 50"
IBAN = "DE89 3704 0044 0532 0130 00"
CARD = "4111 1111 1111 1111"
PASSWORD = "Vinter-i-Bergen-88"  # noqa: S105 (invented, to be redacted)
API_KEY = "sk-" + "proj-" + "Zk3vQ9tXb7LmN2pRw5YcD8fHj4GsA6eU1oTiKqVxWzBnMyPd"
CLOUD_KEY = "AKIA" + "IOSFODNN7EXAMPLE"
TOKEN = "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiJvbmJvYXJkaW5nIn0." + "Qk1hZGVVcFNpZ25hdHVyZUZvckRlbW8xMjM0NTY"

APPLICATION = f"""New customer from the web form:
Name: Greta Halvorsen
E-mail: {MAIL}
Phone: {PHONE}
IBAN: {IBAN}
Card for the deposit: {CARD}, valid 09/29
Remark: my old password was {PASSWORD}, please keep it if you can."""


def tell(story: Story) -> None:
    """An account is opened; on the way a key is pasted into a prompt and a token into a log line."""
    with story.trace(
        "mission: open account", AGENTS, kind=1, http__request__header__authorization=f"Bearer {TOKEN}"
    ) as root:
        with story.agent("onboarding", "Opens accounts from applications"):
            _open_account(story)
        root.succeed()


def _open_account(story: Story) -> None:
    talk = Conversation(GPT, texts.read("onboarding"), (CHECK_TOOL, MANDATE_TOOL))
    talk.user(APPLICATION)
    story.state({"applicant": {"email": MAIL, "phone": PHONE, "iban": IBAN}, "identity": "unchecked", "mandate": None})
    (check,) = story.chat(
        talk,
        seconds=2.3,
        first_token=0.6,
        asks=[("check_identity", {"name": "Greta Halvorsen", "email": MAIL, "phone": PHONE})],
    )
    with story.running(talk, check) as run:
        with story.http(
            "POST", f"http://svc-onboarding:{PASSWORD}@identity-checks/v2/check?api_key={API_KEY}", to=CHECKS
        ):
            story.work(
                "SELECT persons",
                seconds=0.07,
                kind=CLIENT,
                db__system__name="postgresql",
                db__query__text="SELECT id FROM persons WHERE email = $1",
            )
            story.log(
                "DEBUG",
                f"request headers: authorization=Bearer {TOKEN} accept=application/json",
                peer="onboarding-agents",
            )
        run.result = {"match": "full", "person_id": "P-330918", "email": MAIL, "checked_from": "203.0.113.77"}
    story.patch(("replace", "/identity", "full match P-330918"))
    (mandate,) = story.chat(
        talk,
        seconds=2.0,
        cached=0.4,
        asks=[("create_mandate", {"iban": IBAN.replace(" ", ""), "holder": "Greta Halvorsen", "password": PASSWORD})],
    )
    story.tool(talk, mandate, {"mandate_id": "M-77120", "iban": IBAN.replace(" ", ""), "state": "active"}, seconds=0.6)
    story.patch(("replace", "/mandate", "M-77120"))
    story.chat(
        talk,
        seconds=2.4,
        cached=0.6,
        says=f"The account is open. A confirmation goes to {MAIL}. The deposit was charged to card {CARD}. The old "
        "password cannot be kept; a link to choose a new one is in the confirmation.",
    )
    _help_an_operator(story)


def _help_an_operator(story: Story) -> None:
    talk = Conversation(GPT_MINI, "You help operators of the onboarding service.")
    talk.user(
        f"upload of the signed form fails with 403. env: AWS_ACCESS_KEY_ID={CLOUD_KEY} STORAGE_PASSWORD={PASSWORD} "
        "BUCKET=onboarding-forms REGION=eu-north-1, max_tokens=4096, took 1284 ms. whats wrong?"
    )
    with story.agent("operator-help", "Answers operators"):
        story.chat(
            talk,
            seconds=3.1,
            says="The key may list the bucket but not write to it: add s3:PutObject on onboarding-forms/*. You pasted "
            "a key and a password into this chat; please rotate both.",
        )
        story.log(
            "WARN", f"operator pasted credentials into a prompt (key {CLOUD_KEY}), rotation requested", operator=MAIL
        )


SCENARIO = Scenario(
    slug="account_opening",
    name="Open an account for a new customer",
    goal="Open an account from the web form: check the identity, create the direct debit mandate, confirm by e-mail.",
    tell=tell,
    minutes_ago=33,
)
