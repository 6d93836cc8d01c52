"""The OpenAPI schema is valid and says what the answers are; its page works offline under the content policy."""

from html.parser import HTMLParser

import jsonschema
import pytest
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from tests.api.conftest import mission_path

CONTRACT = {
    "missions/", "missions/summary/", "missions/{mission_id}/", "search/", "rejections/", "source-maps/",
    "metrics/", "metrics/catalogue/", "metrics/exemplars/",
    "alerts/", "alerts/standing/", "alert-rules/", "alert-silences/", "alert-inhibitions/", "alert-channels/",
    "alert-messages/",
    "errors/", "errors/{group_pk}/", "errors/{group_pk}/events/", "errors/{group_pk}/events/{event_pk}/",
    *(f"missions/{{mission_id}}/{path}" for path in (
        "spans/", "spans/{trace_id}/{span_id}/", "llm-calls/", "llm-calls/{id}/", "turns/",
        "tool-calls/", "tool-calls/{id}/", "logs/", "snapshots/", "state/", "graph/", "agents/", "steps/",
        "human-requests/", "findings/", "critical-path/",
    )),
}  # fmt: skip


CONTENTS = ("spans/", "llm-calls/", "tool-calls/", "turns/")


@pytest.fixture(scope="module")
def schema():
    return SchemaGenerator().get_schema(request=None, public=True)


def test_the_schema_is_valid(schema):
    validate_schema(schema)


def test_it_has_every_path_of_the_contract(schema):
    assert {f"/api/v1/{path}" for path in CONTRACT} <= set(schema["paths"])


def test_operations_have_names_of_their_own(schema):
    names = [operation["operationId"] for path in schema["paths"].values() for operation in path.values()]
    assert len(names) == len(set(names))


def test_every_operation_tells_its_errors_and_who_may_ask(schema):
    for path in schema["paths"].values():
        for operation in path.values():
            assert {"400", "401", "403", "404"} <= set(operation["responses"])
            assert {"200", "201", "204"} & set(operation["responses"])
            assert operation["description"]
            assert {name for each in operation["security"] for name in each} >= {"apiKey"}


def test_every_parameter_is_explained(schema):
    for address, path in schema["paths"].items():
        for operation in path.values():
            for parameter in operation["parameters"]:
                assert parameter["in"] == "path" or parameter["description"], (address, parameter["name"])


def resolve(schema, part):
    """References followed, and no field beyond those described."""
    if isinstance(part, list):
        return [resolve(schema, each) for each in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return resolve(schema, schema["components"]["schemas"][part["$ref"].rsplit("/", 1)[1]])
    found = {name: resolve(schema, value) for name, value in part.items()}
    if "properties" in found:
        found.setdefault("additionalProperties", False)
    if found.pop("nullable", False):
        return {"anyOf": [found, {"type": "null"}]} if found else {}
    return found


@pytest.mark.server
@pytest.mark.parametrize("path", sorted(CONTRACT))
def test_answers_are_exactly_as_described(told, schema, path):
    operation = schema["paths"][f"/api/v1/{path}"]["get"]
    described = resolve(schema, operation["responses"]["200"]["content"]["application/json"]["schema"])
    for mission_id in [told.rich, *list(told.missions)[:3]] if "mission_id" in path else [told.rich]:
        for address in addresses(told, path, mission_id):
            jsonschema.validate(told.asker.read(address), described, cls=jsonschema.Draft202012Validator)


def addresses(told, path, mission_id):
    rest = path.removeprefix("missions/{mission_id}/")
    if path.startswith("errors/{"):
        return of_errors(told, path)
    if rest == path:
        return [f"/api/v1/{path}?q=line" if path == "search/" else f"/api/v1/{path}"]
    if "{" not in rest:
        with_content = [f"{mission_path(mission_id, rest)}?include=content"] if rest in CONTENTS else []
        return [mission_path(mission_id, rest), *with_content]
    kind = rest.partition("/")[0] + "/"
    items = told.asker.walk(mission_path(mission_id, kind))[:5]
    return [mission_path(mission_id, rest.format(**item)) for item in items]


def of_errors(told, path):
    """The address for each of the first errors, and of each the first events."""
    found = set()
    for error in told.asker.walk("/api/v1/errors/")[:5]:
        for event in told.asker.walk(f"/api/v1/errors/{error['id']}/events/")[:3]:
            found.add(f"/api/v1/{path.format(group_pk=error['id'], event_pk=event['id'])}")
    assert found
    return sorted(found)


class Sources(HTMLParser):
    """What a page loads, and what it would run by itself."""

    def __init__(self):
        super().__init__()
        self.loaded, self.inline = [], []
        self.is_script = False

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.is_script = tag == "script" and "src" not in given
        if tag in ("script", "link", "img") and (given.get("src") or given.get("href")):
            self.loaded.append(given.get("src") or given.get("href"))
        if tag == "style" or "style" in given or any(name.startswith("on") for name in given):
            self.inline.append(tag)

    def handle_data(self, data):
        if self.is_script and data.strip():
            self.inline.append(data)


@pytest.mark.django_db
def test_the_page_of_the_schema_keeps_to_the_content_policy():
    page = Client().get("/api/v1/docs")
    found = Sources()
    found.feed(page.content.decode())
    assert page.status_code == 200
    assert all(source.startswith("/") and not source.startswith("//") for source in found.loaded)
    assert found.inline == []
    assert "'unsafe" not in page["Content-Security-Policy"]


@pytest.mark.browser
def test_the_page_of_the_schema_works_in_a_browser(page, server):
    errors = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on(
        "request",
        lambda request: errors.append(request.url) if not request.url.startswith((server.url, "data:")) else None,
    )
    page.goto(f"{server.url}/api/v1/docs")
    page.wait_for_selector(".opblock-summary-path", timeout=20_000)
    assert page.locator(".opblock").count() >= len(CONTRACT)
    assert errors == []
