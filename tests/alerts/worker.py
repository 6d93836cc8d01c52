"""Workers that evaluate and deliver without rest, their windows as fast as they can: started by tests to be killed.

One process that has loaded everything; for each line that it reads it starts a worker and writes its process id.
"""

import os
import signal
import sys

import django


def main() -> None:
    django.setup()
    from alerts import delivery, evaluation, outbox

    outbox.LEASE_S, outbox.FIRST_PAUSE_S = 1, 0
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    parent = os.getpid()
    for _ in sys.stdin:
        pid = os.fork()
        if pid == 0:
            work(parent, int(sys.argv[1]), evaluation, delivery)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


def work(parent: int, now_ns: int, evaluation, delivery) -> None:
    from alerts.models import Rule

    while os.getppid() == parent:
        last_ns = max([now_ns, *Rule.objects.values_list("evaluated_ns", flat=True)])
        evaluation.evaluate_at(last_ns + evaluation.GRID_S * 10**9)
        delivery.deliver_due()
    os._exit(0)


main()
