"""Killed in the middle of ingest, again and again: what was acknowledged is there, once."""

import random
import time
from collections import Counter
from collections.abc import Iterable

from tests.faults.load import Sender, Workload
from tests.faults.machine import Machine, SpanIdentity, wait_until_gone
from tests.faults.reading import count_by_rest, wait_for_totals

KILLS = 5
KILLING_S = 60.0


def test_nothing_acknowledged_is_lost_or_doubled_by_kills(machine: Machine, workload: Workload) -> None:
    chance = random.Random(20_240_607)
    sender = Sender(machine, workload, machine.directory / "ledger", "--threads", "4", "--shuffle", "3")
    kills = 0
    try:
        until = time.monotonic() + KILLING_S
        while kills < KILLS and time.monotonic() < until:
            sender.wait_for_answers(chance.randrange(1, 150))
            if not sender.is_sending():
                break
            kills += 1
            if kills % 2:
                machine.kill_everything()
            else:
                left = wait_until_gone(machine.kill_first_process())
                assert not left, f"outlived a killed server: {left}"
            stored = machine.count_stored()
            _check_whole_requests(stored, workload)
            assert not workload.read_acknowledged(sender.ledger) - set(stored)
            machine.start()
        totals = sender.finish()
    finally:
        sender.end()

    assert kills >= 3, "the load ended before it could be disturbed"
    assert totals["given_up"] == 0
    assert set(totals["statuses"]) <= {"200", "503", "ConnectionResetError", "ConnectionRefusedError",
                                       "RemoteDisconnected", "BrokenPipeError", "IncompleteRead"}  # fmt: skip
    once = Counter(dict.fromkeys(workload.spans, 1))
    assert machine.count_stored() == once
    assert count_by_rest(machine) == once
    machine.check_database()
    missions = wait_for_totals(machine, len(once))
    calls = machine.query("SELECT count(*) FROM llmlog_llmcall")[0][0]
    assert sum(mission["llm_call_count"] for mission in missions) == calls
    assert "Traceback" not in machine.log.read_text()


def _check_whole_requests(stored: Iterable[SpanIdentity], workload: Workload) -> None:
    there = set(stored)
    halves = [spans for spans in workload.requests.values() if spans & there and spans - there]
    assert not halves, f"{len(halves)} requests are stored in part"
