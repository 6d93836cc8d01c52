"""Which traces are in their mission only because of what their requests delivered (docs/adr/0013)."""

from collections.abc import Iterable

from traces.membership import SEVERAL
from traces.models import TraceBinding

BY_DELIVERY = "concluded: a request of this trace delivered a record that names the mission"
AT_ONCE = 1_000


def find_delivering(project_id: int, trace_ids: Iterable[str]) -> set[str]:
    """Those of the traces (hex) whose spans name no mission, while what they delivered names one."""
    wanted = [bytes.fromhex(trace_id) for trace_id in sorted(set(trace_ids))]
    silent = TraceBinding.objects.filter(
        project_id=project_id, strong_key=None, weak_key=None, delivered_key__gt=SEVERAL
    )
    return {
        bytes(trace_id).hex()
        for start in range(0, len(wanted), AT_ONCE)
        for trace_id in silent.filter(trace_id__in=wanted[start : start + AT_ONCE]).values_list("trace_id", flat=True)
    }
