"""Every vendored file is what its manifest says, and the manifest is what the lock file says."""

import hashlib
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "static" / "vendor"
Entry = dict[str, str | None]
MANIFEST = json.loads((VENDOR / "manifest.json").read_text())
LOCK = json.loads((ROOT / "frontend" / "package-lock.json").read_text())


@pytest.mark.parametrize("entry", MANIFEST, ids=lambda entry: entry["file"])
def test_a_vendored_file_has_the_bytes_of_its_manifest(entry: Entry) -> None:
    assert _hash(entry["file"]) == entry["sha256"]
    assert entry["map_file"] is None or _hash(entry["map_file"]) == entry["map_sha256"]
    assert (VENDOR / str(entry["licence_file"])).stat().st_size > 0


def _hash(name: str | None) -> str:
    return hashlib.sha256((VENDOR / str(name)).read_bytes()).hexdigest()


WITH_MAPS = [entry for entry in MANIFEST if entry["map_file"]]


def test_only_what_is_published_without_a_readable_source_has_no_source_map() -> None:
    assert [entry["file"] for entry in MANIFEST if entry not in WITH_MAPS] == ["plotly.js"]


@pytest.mark.parametrize("entry", WITH_MAPS, ids=lambda entry: entry["file"])
def test_a_vendored_file_names_a_source_map_that_holds_its_source(entry: Entry) -> None:
    last = (VENDOR / str(entry["file"])).read_text().splitlines()[-1]
    assert last == f"//# sourceMappingURL={entry['map_file']}"
    held = json.loads((VENDOR / str(entry["map_file"])).read_text())
    assert len(held["sources"]) == len(held["sourcesContent"]) > 0
    assert all(held["sourcesContent"])


@pytest.mark.parametrize("entry", MANIFEST, ids=lambda entry: entry["file"])
def test_the_manifest_agrees_with_the_lock_file(entry: Entry) -> None:
    locked = LOCK["packages"][f"node_modules/{entry['package']}"]
    assert (locked["version"], locked["integrity"]) == (entry["version"], entry["integrity"])


def test_nothing_is_vendored_that_the_manifest_does_not_name() -> None:
    named = {entry[key] for entry in MANIFEST for key in ("file", "map_file", "licence_file") if entry[key]} | {
        "manifest.json"
    }
    assert {path.name for path in VENDOR.iterdir()} == named


def test_the_lock_file_names_no_registry() -> None:
    assert "http" not in (ROOT / "frontend" / "package-lock.json").read_text()
