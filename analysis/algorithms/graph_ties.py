"""What led from one piece of work to another, each with the records that say so."""

import re
from bisect import bisect_left
from collections.abc import Iterator

import msgspec

from analysis.algorithms.findings import Ref, key_ref, llm_ref, span_ref, tool_ref
from analysis.algorithms.graph_model import Tie, Work
from analysis.algorithms.graph_work import WorkList
from analysis.algorithms.origins import find_asking_call
from analysis.algorithms.outcome import RETRIED
from analysis.algorithms.wording import shorten
from plans.records import NOWHERE

_HAND_OVER = re.compile(r"^(transfer|hand_?off|delegate|route)_(?:back_)?to_(\w+)$", re.IGNORECASE)
_CERTAIN = frozenset({"transfer", "handoff", "hand_off"})
_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")
PREDECESSORS = 8
"""Work that more than this many parallel pieces precede is joined to the last of them to end."""
_NO_TIME = 1 << 80


class Ties:
    """All edges between the work of a mission. May add work: ghosts, and people that were handed over to."""

    def __init__(self, listed: WorkList) -> None:
        self.facts = listed.facts
        self.listed = listed
        self.work = listed.work
        self.known = len(listed.work)

    def find(self) -> list[Tie]:
        """The ties in order of evidence: what records say, then what follows from names and order, then callers."""
        told = _joined([*self._tool_calls(), *self._links()])
        told.extend((*self._hand_overs(), *self._retries()))
        paired = {(tie.source, tie.target) for tie in told}
        told.extend(tie for tie in self._sequences() if (tie.source, tie.target) not in paired)
        return told + list(self._callers(told))

    def _refs(self, *positions: int) -> tuple[Ref, ...]:
        return tuple(self.work[at].refs[0] for at in positions if self.work[at].refs)

    def _links(self) -> Iterator[Tie]:
        tree, owners = self.facts.tree, self.listed.owners
        traces = {row.key[0] for row in tree.rows} if any(row.span and row.span.links for row in tree.rows) else set()
        ghosts: dict[tuple[str, str], int] = {}
        for row in tree.rows:
            for trace_id, span_id in row.span.links if row.span is not None else ():
                target = owners[row.index]
                linked = tree.find(trace_id, span_id)
                source = owners[linked] if linked is not None else -1
                if linked is None and trace_id in traces:
                    source = ghosts.setdefault((trace_id, span_id), len(self.work))
                    if source == len(self.work):
                        self._add_ghost(f"ghost:{key_ref(trace_id, span_id).id}", f"missing span {span_id[:8]}")
                if row.span is not None and source >= 0 and target >= 0 and source != target:
                    evidence = (span_ref(row.span), *self._refs(source))
                    yield Tie(source, target, "link", "link", tuple(dict.fromkeys(evidence)))

    def _tool_calls(self) -> Iterator[Tie]:
        """From the model call whose reply asked for it to the tool run."""
        for call in self.facts.tool_calls:
            asking = find_asking_call(self.facts, call)
            if asking is None:
                continue
            asking_row, run_row = self.facts.row_of(asking), self.facts.row_of(call)
            if asking_row is None or run_row is None:
                continue
            source, target = self.listed.owners[asking_row], self.listed.owners[run_row]
            if source >= 0 and target >= 0 and source != target:
                label = shorten(call.tool_call_id, 40)
                yield Tie(source, target, "tool_call", label, (llm_ref(asking), tool_ref(call)))

    def _hand_overs(self) -> Iterator[Tie]:
        """From a tool whose name says so to the work of that agent that began next."""
        lanes: dict[str, list[tuple[int, int]]] = {}
        for at, each in enumerate(self.work[: self.known]):
            if each.agent_name and each.start_ns is not None:
                lanes.setdefault(_bare(each.agent_name), []).append((each.start_ns, at))
        for lane in lanes.values():
            lane.sort()
        strangers: dict[str, int] = {}
        for at in range(self.known):
            tool = self.work[at]
            match = _HAND_OVER.match(tool.label) if tool.kind == "tool" else None
            if match is None or tool.start_ns is None:
                continue
            wanted = _bare(match[2])
            lane = lanes.get(wanted, [])
            place = bisect_left(lane, (tool.start_ns, at + 1))
            if place < len(lane) and _bare(tool.agent_name) != wanted:
                target = lane[place][1]
            elif match[1].lower() in _CERTAIN and _bare(tool.agent_name) != wanted:
                target = strangers.setdefault(wanted, len(self.work))
                if target == len(self.work):
                    self._add_stranger(match[2])
            else:
                continue
            yield Tie(at, target, "handoff", tool.label, self._refs(at, target))

    def _add_stranger(self, name: str) -> None:
        """Who was handed over to and left no record: a person, or an agent that is a ghost."""
        label = name.replace("_", " ")
        if "human" in label.lower() or "person" in label.lower():
            self.work.append(Work(f"human:{name}", "human", label, "", "", -1, -1, "", "waiting", None, None, []))
        else:
            self._add_ghost(f"ghost:agent:{name}", f"agent {label} (no record)")

    def _add_ghost(self, ghost_id: str, label: str) -> None:
        self.work.append(Work(ghost_id, "ghost", label, "", "", -1, -1, "", "gone", None, None, []))

    def _retries(self) -> Iterator[Tie]:
        outcome = self.facts.outcome
        for at in range(self.known):
            each = self.work[at]
            if each.row >= 0 and outcome.recoveries[each.row] == RETRIED:
                target = self.listed.owners[outcome.recovered_by[each.row]]
                if target >= 0 and target != at:
                    yield Tie(at, target, "retry", "went well later", self._refs(at, target), True)

    def _sequences(self) -> Iterator[Tie]:
        """Inside one caller: each piece of work follows those that had ended and that nothing else followed before."""
        by_caller: dict[int, list[int]] = {}
        for at in range(self.known):
            each = self.work[at]
            if each.kind != "ghost" and each.step == NOWHERE and each.start_ns is not None:
                by_caller.setdefault(self.work[at].caller, []).append(at)
        for siblings in by_caller.values():
            if len(siblings) > 1:
                yield from self._sequence(siblings)

    def _sequence(self, siblings: list[int]) -> Iterator[Tie]:
        siblings.sort(key=lambda at: (self.work[at].start_ns or 0, self._end(at), at))
        ended = sorted(siblings, key=lambda at: (self._end(at), at))
        ends = [self._end(at) for at in ended]
        latest_starts: list[int] = []
        for at in ended:
            start_ns = self.work[at].start_ns or 0
            latest_starts.append(max(start_ns, latest_starts[-1]) if latest_starts else start_ns)
        for target in siblings:
            start_ns = self.work[target].start_ns or 0
            count = bisect_left(ends, start_ns + 1)
            before = [at for at in ended[max(0, count - PREDECESSORS - 1) : count] if at != target]
            if not before:
                continue
            # What ended before the latest of them began was followed by that one.
            since_ns = latest_starts[count - 1]
            direct = [at for at in before if self._end(at) > since_ns or at == before[-1]]
            if len(direct) > PREDECESSORS:
                direct = direct[-1:]
            for source in direct:
                yield Tie(source, target, "sequence", "then", self._refs(source, target), True)

    def _end(self, at: int) -> int:
        end_ns = self.work[at].end_ns
        return _NO_TIME if end_ns is None else end_ns

    def _callers(self, told: list[Tie]) -> Iterator[Tie]:
        """From the caller to where its work begins; to runs of other agents unless a record says what led to them."""
        led = {tie.target for tie in told}
        proven = {tie.target for tie in told if not tie.is_inferred}
        for at in range(self.known):
            each = self.work[at]
            if each.caller < 0 or each.row < 0 or each.step != NOWHERE:
                continue  # what is planned has the ties of its plan
            is_delegated = each.kind == "run" and each.agent_name != self.work[each.caller].agent_name
            if at not in (proven if is_delegated else led):
                yield Tie(each.caller, at, "parent", "calls", self._refs(at, each.caller))


def _joined(ties: list[Tie]) -> list[Tie]:
    """A link beside a tool call of the same two pieces of work is more evidence for it, not another edge."""
    asked = {(tie.source, tie.target): at for at, tie in enumerate(ties) if tie.kind == "tool_call"}
    joined: list[Tie] = []
    for tie in ties:
        at = asked.get((tie.source, tie.target)) if tie.kind == "link" else None
        if at is None:
            joined.append(tie)
        else:
            # Tool calls come first in `ties`, so their places are the same in `joined`.
            joined[at] = msgspec.structs.replace(joined[at], evidence=joined[at].evidence + tie.evidence)
    return joined


def _bare(name: str) -> str:
    """A name as it is compared: `Billing Agent`, `billing_agent` and `billing` are one."""
    bare = _NOT_IN_NAMES.sub("", name.lower())
    for ending in ("agents", "agent", "assistant"):
        if bare.endswith(ending) and len(bare) > len(ending):
            return bare[: -len(ending)]
    return bare
