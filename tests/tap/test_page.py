"""docs/tap.md tells what is so."""

import re
from pathlib import Path

import pytest
import yaml

from tap import bodies, encoding, sender, watch, websocket
from tap.routes import ROUTES
from tap.settings import read_settings
from tests.docs.reading import read_snippets

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "tap.md"


def test_every_setting_is_described_and_every_described_one_is_read():
    code = (ROOT / "tap" / "settings.py").read_text()
    read = set(re.findall(r"\"(MISSIONSCOPE_[A-Z_]*[A-Z])\"", code))
    read |= {f"MISSIONSCOPE_TAP_{name}" for name in re.findall(r"number\(\"([A-Z_]+)\"", code)}
    assert set(re.findall(r"\bMISSIONSCOPE_[A-Z_]*[A-Z]\b", PAGE.read_text())) == read


@pytest.mark.parametrize("kind", ROUTES)
def test_every_route_is_listed_beside_its_door(kind):
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith(f"| `{kind}` | `")]
    for route in ROUTES[kind]:
        assert any(f"{route.path}" in row and f"`{route.door}`" in row for row in rows), route


def test_every_reason_is_explained():
    code = "".join(Path(str(module.__file__)).read_text() for module in (bodies, encoding, sender, watch, websocket))
    reasons = set(
        re.findall(r"(?:problem=|return |_leave_out\((?:captured|batch), |or |else |_give_up\()\"([a-z_]{3,})\"", code)
    )
    assert {"no_room", "too_large", "not_json", "coding_broken", "undelivered", "unreadable", "failed"} <= reasons
    told = PAGE.read_text().partition("| reason | meaning |")[2].partition("## The end")[0]
    assert {reason for reason in reasons if f"`{reason}`" not in told} == set()


def test_the_file_for_compose_starts_a_tap_for_every_service():
    class Loader(yaml.SafeLoader):
        """Knows compose's own tag."""

    Loader.add_constructor("!reset", lambda loader, node: loader.construct_sequence(node))
    [snippet] = read_snippets(PAGE, "yaml")
    services = yaml.load(snippet.text, Loader)["services"]
    taps = [argument.removeprefix("--tap=") for argument in services["tap"]["command"]]
    environment = {**services["tap"]["environment"], "MISSIONSCOPE_KEY": "ms_key_of_the_tap"}
    tapped = read_settings(taps, environment).tapped
    assert {place.kind for place in tapped} == set(ROUTES)
    for name, service in services.items():
        for variable, address in service.get("environment", {}).items() if name != "tap" else ():
            kind, port = variable.removesuffix("_URL").lower(), int(address.removeprefix("tap:"))
            assert (kind, port) in {(place.kind, place.port) for place in tapped}
