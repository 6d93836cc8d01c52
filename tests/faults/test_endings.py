"""Asked to end under load (a deploy): what was acknowledged is stored, the rest is told to come back."""

from collections import Counter

from tests.blackbox.machine import family
from tests.faults.load import Sender, Workload
from tests.faults.machine import Machine, wait_until_gone
from tests.faults.reading import count_by_rest

ENDS = 2
END_S = 30.0


def test_an_orderly_end_under_load_drains(machine: Machine, workload: Workload) -> None:
    sender = Sender(machine, workload, machine.directory / "ledger", "--threads", "4", "--shuffle", "5")
    try:
        for _ in range(ENDS):
            sender.wait_for_answers(60)
            assert machine.process is not None
            processes = family(machine.process.pid)
            assert machine.terminate(END_S) == 0, machine.log.read_text()[-3000:]
            assert not wait_until_gone(processes)
            assert not workload.read_acknowledged(sender.ledger) - set(machine.count_stored())
            machine.start()
        totals = sender.finish()
    finally:
        sender.end()
    assert totals["given_up"] == 0
    once = Counter(dict.fromkeys(workload.spans, 1))
    assert machine.count_stored() == once == count_by_rest(machine)
    assert "Traceback" not in machine.log.read_text()
