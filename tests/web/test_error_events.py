"""One event of a browser: its code as it was built or written, and what was sent along with it."""

from typing import Any

import pytest

from faults.collecting import collect_pending
from faults.models import Group
from ingest.commit import store_prepared
from ingest.prepare import prepare
from tests.errors.test_source_maps import MAP, MINIFIED, NAMED, Uploader, browser_event, report
from tests.errors.test_source_maps import uploader as uploader
from tests.ingest.delivery import REDACTOR
from tests.telemetry.sentry.making import event, write_envelope, write_item

pytestmark = pytest.mark.django_db
WITHOUT_A_MAP = (
    "This is the code as it was built. With the source map of the release shop@1 it is shown as it was written."
)
HOSTILE = "<img src=x onerror=alert(1)>"


def show(client: Any, project: Any) -> str:
    """The page of the project's one error."""
    collect_pending()
    group = Group.objects.get(project_id=project.pk)
    return str(client.get(f"/errors/{group.pk}/").content.decode())


def test_built_code_says_its_column_and_what_would_show_it_as_written(as_alice: Any, project: Any) -> None:
    report(project.pk, browser_event(debug_id=False, release="shop@1"))
    text = show(as_alice, project)
    assert WITHOUT_A_MAP in text
    assert "static/shop.min.js:1:103" in text


def test_code_as_it_was_written_says_where_it_was_built(as_alice: Any, project: Any, uploader: Uploader) -> None:
    assert uploader.form(MAP, MINIFIED, **NAMED).status_code == 200
    report(project.pk, browser_event(debug_id=False, release="shop@1"))
    text = show(as_alice, project)
    assert "as it was built" not in text
    assert "built as shop.min.js:1:103" in text
    assert "const total = totalOf(basket);" in text


def test_python_code_needs_no_source_map(as_alice: Any, project: Any) -> None:
    report(project.pk, event(timestamp=None))
    assert "as it was built" not in show(as_alice, project)


def test_code_without_a_name_is_named_by_its_file_alone(as_alice: Any, project: Any) -> None:
    frames = [{"filename": "https://shop.example/static/a.js", "function": "", "lineno": 1, "colno": 5, "in_app": True}]
    thrown = {"type": "TypeError", "value": "null", "stacktrace": {"frames": frames}}
    report(project.pk, event(timestamp=None, platform="javascript", exception={"values": [thrown]}))
    collect_pending()
    assert Group.objects.get().culprit == "static/a.js"


def test_what_was_sent_along_is_shown_as_far_as_it_is_kept(as_alice: Any, project: Any) -> None:
    data = write_envelope(
        write_item("event", event(timestamp=None)),
        write_item("attachment", b"\x89PNG\0", filename=f"{HOSTILE}.png", content_type="image/png"),
        write_item("attachment", f"first {HOSTILE}".encode(), filename="console.log", content_type="text/plain"),
    )
    whole = {"project_id": project.pk, "redactor": REDACTOR, "door": "sentry_envelope", "encoding": "json"}
    store_prepared([prepare(**whole, data=data, received_ns=1_767_323_045_678_901_000)])
    text = show(as_alice, project)
    assert "image/png · 5 B" in text
    assert "It is not kept. Only texts are kept." in text
    assert "first &lt;img" in text
    assert HOSTILE not in text
    assert "sentry.attachments" not in text
