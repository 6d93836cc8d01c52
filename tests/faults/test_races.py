"""Several senders, and several web processes, with the same spans at the same time."""

from collections import Counter

import pytest

from tests.faults.load import Sender, Workload
from tests.faults.machine import Machine, machine_in
from tests.faults.reading import count_by_rest, wait_for_totals
from tests.settings import REDIS_URL_FOR_SERVERS


def test_two_senders_of_the_same_spans_store_each_once(machine: Machine, small_workload: Workload) -> None:
    _race(machine, small_workload)


@pytest.mark.only_on("postgresql")
def test_two_web_processes_store_each_span_once(
    tmp_path_factory: pytest.TempPathFactory, small_workload: Workload
) -> None:
    with machine_in(tmp_path_factory.mktemp("two"), MISSIONSCOPE_WORKERS="2") as machine:
        if not REDIS_URL_FOR_SERVERS:
            pytest.skip("several web processes (REDIS_URL)")
        machine.start()
        _race(machine, small_workload)


def _race(machine: Machine, workload: Workload) -> None:
    """Two senders of four threads each, in different orders, everything three times."""
    ledgers = [machine.directory / f"ledger-{seed}" for seed in (1, 2)]
    senders = [
        Sender(machine, workload, ledger, "--threads", "4", "--shuffle", str(seed), "--repeat", "3")
        for seed, ledger in enumerate(ledgers)
    ]
    try:
        totals = [sender.finish() for sender in senders]
    finally:
        for sender in senders:
            sender.end()

    for counted in totals:
        assert set(counted["statuses"]) <= {"200", "503"}, counted["statuses"]
        assert counted["given_up"] == counted["rejected"] == 0
    once = Counter(dict.fromkeys(workload.spans, 1))
    assert machine.count_stored() == once
    assert count_by_rest(machine) == once
    assert workload.read_acknowledged(*ledgers) == set(once)
    machine.check_database()
    missions = wait_for_totals(machine, len(once))
    assert len({mission["id"] for mission in missions}) == len(missions)
    assert machine.query("SELECT count(*) FROM traces_spanversion") == [(0,)], "a span that came twice is no other span"
    log = machine.log.read_text()
    assert "Traceback" not in log, log[-3000:]
