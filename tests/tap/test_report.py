"""What the tap could not record is to be seen in MissionScope."""

import httpx
import pytest

from tests.servers import Server
from tests.tap.missionscope import wait_until
from tests.tap.process import start_tap


@pytest.mark.server
def test_what_was_left_out_is_a_log_record_of_a_mission_of_its_own(tmp_path, service, server: Server):
    logs = f"{server.url}/api/v1/missions/missionscope-tap/logs/"
    headers = {"x-api-key": server.key}
    upstreams = {"librarian": service.port}
    with start_tap(tmp_path, server.url, upstreams, key=server.key, max_body_bytes=10_000) as tap:
        httpx.post(f"{tap.url('librarian')}/storeData", json={"data": "x" * 20_000})
        wait_until(lambda: httpx.get(logs, headers=headers).json().get("results"))
    [record] = httpx.get(logs, headers=headers).json()["results"]
    assert record["event_name"] == "missionscope.tap.left_out"
    assert record["severity_text"] == "WARN"
    assert record["body"] == "The tap did not record 1 × /storeData of librarian (20011 bytes): too_large"
    assert record["attributes"]["tap.count"] in (1, "1")
