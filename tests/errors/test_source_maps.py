"""Source maps: who uploads them, what is kept of them, and frames of minified code as they were written."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.actions import create_api_key
from accounts.models import AuditEvent, Project
from core.limits import MAX_SOURCE_MAP_BYTES
from faults.collecting import collect_pending
from faults.models import Group, SourceMap
from faults.sourcemaps import resolve
from faults.sourcemaps.masking import mask
from ingest.commit import store_prepared
from ingest.prepare import prepare
from telemetry.redaction import Redactor
from telemetry.stacktraces import Frame
from tests.ingest.delivery import REDACTOR
from tests.telemetry.sentry.making import event, write_envelope, write_item
from tests.web.conftest import as_alice as as_alice
from tests.web.conftest import as_bob as as_bob
from tests.web.conftest import as_charlie as as_charlie

pytestmark = pytest.mark.django_db

SHOP = Path(__file__).parent / "shop"
MAP, MINIFIED = (SHOP / "shop.min.js.map").read_bytes(), (SHOP / "shop.min.js").read_bytes()
URL = "https://shop.example/static/shop.min.js"
DEBUG_ID = "12345678-9ABC-4def-8123-456789abcdef"
PATH = "/api/v1/source-maps/"
FRAMES = (
    Frame(URL, "s", 1, 172, in_app=True),
    Frame(URL, "t.pay", 1, 103, in_app=True),
    Frame(f"{URL}?v=3", "", 1, 60, in_app=True),
)
NAMED = {"release": "shop@1", "url": URL}


class Uploader:
    """Uploads with a key."""

    def __init__(self, key: str) -> None:
        self.client = Client(headers={"x-api-key": key})

    def form(self, source_map: bytes = MAP, minified: bytes | None = MINIFIED, **fields: str) -> Any:
        files = {"source_map": SimpleUploadedFile("shop.min.js.map", source_map)}
        if minified is not None:
            files["minified"] = SimpleUploadedFile("shop.min.js", minified)
        return self.client.post(PATH, {**fields, **files})

    def json(self, **fields: Any) -> Any:
        return self.client.post(PATH, json.dumps(fields), content_type="application/json")


@pytest.fixture
def uploader(project: Project) -> Uploader:
    return Uploader(create_api_key(project, "builds", ("admin",)).key)


def places(frames: tuple[Frame, ...]) -> list[tuple[str, str, int | None]]:
    return [(frame.file, frame.function, frame.line) for frame in frames]


WRITTEN = [("main.js", "buy", 6), ("checkout.js", "Checkout.pay", 7), ("checkout.js", "<anonymous>", 2)]


def test_frames_are_shown_as_they_were_written(uploader: Uploader, project: Project) -> None:
    answer = uploader.form(**NAMED)
    assert (answer.status_code, answer.json()["replaced"], answer.json()["warnings"]) == (200, False, [])
    found = resolve(project.pk, FRAMES, "shop@1")
    assert places(found)[:2] == WRITTEN[:2]
    assert (found[2].file, found[2].line) == ("checkout.js", 2)
    assert found[1].source == "    const total = totalOf(basket);"
    assert found[1].before[-1] == "  pay(basket) {"
    assert found[1].after[0] == "    return `paid ${total}`;"
    assert (found[1].mapped_from, found[1].in_app) == (f"{URL}:1:103", True)
    assert resolve(project.pk, found, "shop@1") == found


def test_another_release_file_or_project_keeps_its_frames(uploader: Uploader, project: Project) -> None:
    uploader.form(**NAMED)
    elsewhere = Project.objects.create(slug="nowhere", name="x")
    other = (Frame("https://shop.example/other.js", "s", 1, 172),)
    for project_id, frames, release in (
        (project.pk, FRAMES, "shop@2"), (project.pk, FRAMES, ""), (project.pk, other, "shop@1"),
        (elsewhere.pk, FRAMES, "shop@1"),
    ):  # fmt: skip
        assert resolve(project_id, frames, release) == frames


def test_a_place_that_the_map_does_not_know_keeps_its_frame(uploader: Uploader, project: Project) -> None:
    uploader.form(**NAMED)
    odd = (Frame(URL, "f", 99, 1), Frame(URL, "f", 1, None), Frame(URL, "f"), Frame(URL, "f", 2**31 - 1, 2**31 - 1))
    assert resolve(project.pk, odd, "shop@1") == odd


@pytest.mark.parametrize("url", ["~/static/shop.min.js", f"{URL}?v=1#x"])
def test_a_file_is_known_by_its_path_on_any_host(uploader: Uploader, project: Project, url: str) -> None:
    uploader.form(release="shop@1", url=url)
    assert places(resolve(project.pk, FRAMES, "shop@1"))[:2] == WRITTEN[:2]


def test_a_debug_id_needs_no_release_and_goes_before_it(uploader: Uploader, project: Project) -> None:
    wrong = json.dumps({**json.loads(MAP), "sources": ["wrong.js", "wrong.js"]}).encode()
    uploader.form(wrong, **NAMED)
    uploader.form(debug_id=DEBUG_ID)
    ids = dict.fromkeys((URL, f"{URL}?v=3"), DEBUG_ID.lower())
    assert places(resolve(project.pk, FRAMES, "", ids))[:2] == WRITTEN[:2]
    assert places(resolve(project.pk, FRAMES, "shop@1", ids))[:2] == WRITTEN[:2]
    assert resolve(project.pk, FRAMES, "shop@1")[0].file == "wrong.js"


def test_a_debug_id_is_read_from_the_map_or_the_file(uploader: Uploader) -> None:
    plain = DEBUG_ID.replace("-", "").lower()
    assert uploader.form(json.dumps({**json.loads(MAP), "debugId": DEBUG_ID}).encode()).json()["debug_id"] == plain
    assert uploader.form(minified=MINIFIED + f"\n//# debugId={DEBUG_ID}\n".encode()).json()["debug_id"] == plain
    assert SourceMap.objects.count() == 1


def test_json_does_as_well_as_a_form_and_functions_need_the_minified_file(uploader: Uploader, project: Project) -> None:
    answer = uploader.json(source_map=MAP.decode(), minified=MINIFIED.decode(), **NAMED)
    assert answer.json()["warnings"] == []
    assert places(resolve(project.pk, FRAMES, "shop@1"))[:2] == WRITTEN[:2]
    answer = uploader.json(source_map=MAP.decode(), **NAMED)
    assert "functions" in answer.json()["warnings"][0]
    assert answer.json()["replaced"] is True
    assert places(resolve(project.pk, FRAMES, "shop@1"))[1] == ("checkout.js", "t.pay", 7)


def test_a_new_upload_replaces_the_old_one_at_once(uploader: Uploader, project: Project) -> None:
    uploader.form(**NAMED)
    resolve(project.pk, FRAMES, "shop@1")
    renamed = json.dumps(
        {**json.loads(MAP), "sources": ["webpack:///./src/checkout.js", "webpack://shop/./src/main.js"]}
    )
    assert uploader.form(renamed.encode(), **NAMED).json()["replaced"] is True
    found = resolve(project.pk, FRAMES, "shop@1")
    assert [frame.file for frame in found] == ["src/main.js", "src/checkout.js", "src/checkout.js"]
    assert SourceMap.objects.count() == 1


def test_code_of_libraries_is_not_the_senders_own(uploader: Uploader, project: Project) -> None:
    library = json.dumps({**json.loads(MAP), "sources": ["webpack:///./node_modules/x/checkout.js", "src/main.js"]})
    uploader.form(library.encode(), **NAMED)
    assert [frame.in_app for frame in resolve(project.pk, FRAMES, "shop@1")] == [True, False, False]


def test_an_index_map_is_a_map(uploader: Uploader, project: Project) -> None:
    index = {"version": 3, "sections": [{"offset": {"line": 0, "column": 0}, "map": json.loads(MAP)}]}
    assert uploader.form(json.dumps(index).encode(), **NAMED).status_code == 200
    assert places(resolve(project.pk, FRAMES, "shop@1"))[0] == WRITTEN[0]


def test_secrets_are_covered_before_it_is_stored_and_nothing_moves(uploader: Uploader, project: Project) -> None:
    import zstandard

    uploader.form(**NAMED)
    row = SourceMap.objects.get()
    kept = zstandard.decompress(bytes(row.source_map)) + zstandard.decompress(bytes(row.minified))
    assert b"shop.owner@example.org" not in kept
    assert b'const password = \\"correct-horse-battery-7' not in kept
    assert row.redacted_count >= 3
    (shown,) = resolve(project.pk, (FRAMES[0],), "shop@1")
    assert (shown.line, shown.source) == (6, "  return new Checkout().pay({ items: [{ price: null }], password });")
    assert "SECRET·" in "".join(shown.before)


@pytest.mark.parametrize(
    "text",
    [
        "a@example.org",
        "x a@example.org y a@example.org",
        "api_key = 'k3J9xQ2mZ8vR4tY7wB1n'\nnext",
        "nothing",
        "",
        "·[EMAIL·000000]",
        'f({pass:"hunter2",other:1});g("\\u00e9: a@example.org")',
        "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----\n",
        "/* unclosed a@example.org",
        "'a@example.org",
    ],
)
def test_a_covered_text_is_as_long_as_it_was(text: str) -> None:
    masked = mask(text, Redactor(b"k" * 32))
    assert masked is not None
    assert len(masked.text) == len(text)
    assert masked.text.count("\n") == text.count("\n")
    assert "example.org" not in masked.text
    assert "k3J9" not in masked.text
    assert "hunter2" not in masked.text
    assert "MIIEvQ" not in masked.text


@pytest.mark.parametrize(
    "code",
    [
        "let{host:i,pass:n,port:a}=e;return`${i}:${n}`", "v({pass:e.pass||'',host:e.host})",
        'if(t.password="%filtered%",t.username)return t', "const token=f(a),b=1",
    ],
)  # fmt: skip
def test_code_stays_code(code: str, tmp_path: Path) -> None:
    masked = mask(code, Redactor(b"k" * 32))
    assert masked is not None
    assert [part for part in code if not part.isalnum()] == [part for part in masked.text if not part.isalnum()]
    for word in ("return", "const", "let", "host"):
        assert (word in code) == (word in masked.text)


@pytest.mark.parametrize(
    ("source_map", "fields"),
    [
        (b"no json", NAMED), (b"[]", NAMED), (b"{}", NAMED), (b'{"version":2,"mappings":""}', NAMED),
        (b'{"version":3,"mappings":"!!!","sources":[]}', NAMED), (b'{"version":3,"mappings":5}', NAMED),
        (b'{"version":3,"sections":5}', NAMED), (b'{"version":3,"sections":[{"map":{"sections":[]}}]}', NAMED),
        (b"[" * 100_000, NAMED), (MAP, {}), (MAP, {"release": "shop@1"}), (MAP, {"url": URL}),
        (MAP, {"debug_id": "xyz"}), (MAP, {"release": "x" * 2_000, "url": URL}), (MAP, {"release": "a\0b", "url": URL}),
    ],
)  # fmt: skip
def test_what_is_no_source_map_is_refused_in_words(
    uploader: Uploader, source_map: bytes, fields: dict[str, str]
) -> None:
    answer = uploader.form(source_map, **fields)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"]
    assert not SourceMap.objects.exists()


@pytest.mark.parametrize("value", [None, 5, [1], {"a": 1}])
def test_fields_of_another_type_are_refused(uploader: Uploader, value: Any) -> None:
    assert uploader.json(source_map=value, **NAMED).status_code == 400
    if value is not None:
        assert uploader.json(source_map=MAP.decode(), release=value, url=URL).status_code == 400
    assert uploader.client.post(PATH, "[1]", content_type="application/json").status_code == 400


def test_what_is_too_large_is_refused(uploader: Uploader) -> None:
    answer = uploader.form(MAP + b" " * MAX_SOURCE_MAP_BYTES, **NAMED)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_only_owners_and_keys_that_administer_change_them(
    uploader: Uploader, project: Project, as_alice: Client, as_bob: Client, as_charlie: Client
) -> None:
    for scopes in (("read",), ("ingest", "read", "errors")):
        assert Uploader(create_api_key(project, "x", scopes).key).form(**NAMED).status_code == 403
    assert Client().post(PATH, {}).status_code == 401
    body = json.dumps({"source_map": MAP.decode(), **NAMED})
    statuses = [
        browser.post(f"{PATH}?project={project.slug}", body, content_type="application/json").status_code
        for browser in (as_charlie, as_bob, as_alice)
    ]
    assert statuses == [404, 403, 200]
    listed = [browser.get(f"{PATH}?project={project.slug}").status_code for browser in (as_charlie, as_bob, as_alice)]
    assert listed == [404, 200, 200]
    removed = [browser.delete(f"{PATH}?project={project.slug}&release=shop%401") for browser in (as_bob, as_alice)]
    assert ([answer.status_code for answer in removed], removed[1].json()) == ([403, 200], {"removed": 1})
    assert not SourceMap.objects.exists()
    actions = AuditEvent.objects.filter(action__startswith="source_map").order_by("pk")
    assert [(each.action, each.user.username) for each in actions] == [
        ("source_map.kept", "alice"), ("source_map.removed", "alice"),
    ]  # fmt: skip


def test_a_list_of_what_was_uploaded(uploader: Uploader) -> None:
    for release in ("shop@1", "shop@2", "shop@3"):
        uploader.form(release=release, url=URL)
    page = uploader.client.get(PATH, {"limit": 2}).json()
    assert [row["release"] for row in page["results"]] == ["shop@3", "shop@2"]
    assert [row["release"] for row in uploader.client.get(page["next"]).json()["results"]] == ["shop@1"]
    assert len(uploader.client.get(PATH, {"release": "shop@2"}).json()["results"]) == 1
    assert page["results"][0]["has_minified"] is True


def report(project_id: int, told: dict[str, Any]) -> None:
    data = write_envelope(write_item("event", told))
    whole = {"project_id": project_id, "redactor": REDACTOR, "door": "sentry_envelope", "encoding": "json"}
    store_prepared([prepare(**whole, data=data, received_ns=1_767_323_045_678_901_000)])


def browser_event(*, debug_id: bool, release: str) -> dict[str, Any]:
    frames = [{"filename": URL, "function": "s", "lineno": 1, "colno": 172, "in_app": True},
              {"filename": URL, "function": "t.pay", "lineno": 1, "colno": 103, "in_app": True}]  # fmt: skip
    thrown = {"type": "TypeError", "value": "null has no amount", "stacktrace": {"frames": frames}}
    images = [{"type": "sourcemap", "code_file": URL, "debug_id": DEBUG_ID}] if debug_id else []
    return event(
        platform="javascript", release=release, exception={"values": [thrown]}, debug_meta={"images": images},
        timestamp=None, event_id=release,
    )  # fmt: skip


@pytest.mark.parametrize("debug_id", [True, False])
def test_errors_are_grouped_by_the_code_as_it_was_written(uploader: Uploader, project: Project, debug_id: bool) -> None:
    fields = {"debug_id": DEBUG_ID} if debug_id else NAMED
    uploader.form(**fields)
    told = browser_event(debug_id=debug_id, release="" if debug_id else "shop@1")
    report(project.pk, told)
    collect_pending()
    group = Group.objects.get(project_id=project.pk)
    assert "checkout.js" in group.culprit
    assert "Checkout.pay" in group.culprit
