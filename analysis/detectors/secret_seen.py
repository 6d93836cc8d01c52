"""Secrets that were sent and taken out before anything was stored."""

from collections import defaultdict
from collections.abc import Iterator

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, Ref, log_ref, make_finding, span_ref, step_ref
from analysis.algorithms.wording import counted
from telemetry.redaction.pseudonyms import TOKEN

NAME = "secret_seen"
PERSONAL = frozenset({"EMAIL", "PHONE", "IP", "IBAN", "CARD"})
"""Tokens of what is personal, not secret."""


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for all that narrow records show: inputs, results, reasons, errors. Whole texts are not read."""
    values: dict[str, set[str]] = defaultdict(set)
    refs: dict[Ref, None] = {}
    for text, ref in _texts(facts):
        for token in TOKEN.findall(text) if "·" in text else ():
            kind = token[1:].partition("·")[0]
            if kind not in PERSONAL:
                values[kind].add(token)
                refs[ref] = None
    if values:
        told = ", ".join(f"{kind.lower().replace('_', ' ')} {len(found)}" for kind, found in sorted(values.items()))
        count = sum(map(len, values.values()))
        title = (
            f"{counted(count, 'secret')} came with the records and {'was' if count == 1 else 'were'} taken out: {told}."
        )
        yield make_finding(NAME, "info", title, refs, opened_ns=None, subject="secrets")


def _texts(facts: MissionFacts) -> Iterator[tuple[str, Ref]]:
    for step in facts.plan.steps:
        ref = step_ref(step)
        yield step.description, ref
        yield step.reason, ref
        for item in step.inputs:
            yield item.value, ref
        for output in step.results:
            yield output.preview, ref
    for log in facts.error_logs:
        yield log.body, log_ref(log)
    for row in facts.tree.rows:
        if row.span is not None and row.span.status_message:
            yield row.span.status_message, span_ref(row.span)
