"""A result as tables: ours against the bar, then everything."""

from typing import Any

from msbench.report import markdown

Row = tuple[str, float | None, str, bool | None]
"""What, figure, bar, whether it is met."""
OPENED = {"open_trace_100": 50, "open_trace_1000": 500, "open_trace_10000": 5_000}
"""Queries of the harness that read every span with its content, and the bar in ms: half a second for 1,000 spans."""
AGGREGATES = ("agg_latency", "agg_tokens")
VISIBLE = ("visible_idle", "visible_under_load")


def make_table(result: dict[str, Any], database: str) -> str:
    """Markdown of one session."""
    parts = [f"# {database}", "", _about(result), ""]
    for label, target in result["targets"].items():
        if "own" in target:
            parts += [f"## {label} against the bar", "", *_lines(_against_bar(target)), ""]
            parts += [f"## {label}, more", "", *_more(target), ""]
    return "\n".join([*parts, markdown(result)])


def _about(result: dict[str, Any]) -> str:
    machine, corpus = result["machine"], result["corpus"]
    return (
        f"{result['when']}, {machine['cpu']}, {machine['cores']} cores, {machine['mem_mib']} MiB,"
        f" Linux {machine['kernel']}, Python {machine['python']};"
        f" {corpus['spans']} spans of {corpus['bytes'] // corpus['spans']} B (protobuf),"
        f" {corpus['traces']} missions, 8 exporters, 512 spans a request."
    )


def _against_bar(target: dict[str, Any]) -> list[Row]:
    own, ingest = target["own"], target["ingest"]
    pages, lists = own["pages"], own["lists"]
    spans = own["spans_in_lists"]
    rows: list[Row] = [
        _least("durable spans/s, median of the rounds", ingest["durable_spans_per_s"]["median"], "≥ 4,000", 4_000),
        _most("bytes a span, without the search index", own["storage"]["bytes_per_span"], "≤ 3,000", 3_000),
        ("bytes a span of the search index", own["storage"]["search_bytes_per_span"], "beside", None),
    ]
    sustained = own["answers_512"].get("4")
    if sustained:
        name = f"spans/s, {sustained['n'] * 512:,} spans without a pause from 4 exporters"
        rows.append(_least(name, sustained["spans_per_s"], "≥ 4,000", 4_000))
    for exporters, answers in own["answers_512"].items():
        # Several exporters without a pause wait for each other: n x 512 spans in flight take what the rate says.
        name = f"answer for 512 spans, exporters without a pause: {exporters}; p95 ms"
        rows.append(_most(name, answers["p95"], "< 400", 400) if exporters == "1" else (name, answers["p95"], "", None))
    for name in ("page of 10000 spans", "data/spans of 10000 spans"):
        if name in pages:
            rows.append(_most(f"{name}, median ms", pages[name]["median"], "< 500", 500))
    rows += [*_openings(target["reads"]), *_aggregates(target)]
    for name, found in lists.items():
        if name.startswith("REST"):
            rows.append(_most(f"{name}, p95 ms at {spans:,} spans", found["p95"], "< 100 (100,000 spans)", 100))
    for name in (name for name in lists if "summary" in name):
        rows.append(
            _most(f"{name.partition(',')[0]}, computed, ms at {spans:,} spans", lists[name]["first"], "< 100", 100)
        )
    for lag in own["lag"]:
        name = f"search behind, at {lag['spans_per_s']:,} spans/s: p95 s"
        rows.append(_most(name, lag["search_lag_s"]["p95"], "< 2", 2.0))
    for name in VISIBLE:
        p95 = own[name]["after_answer_ms"]["p95"]
        rows.append(_most(f"{_words(name)}: p95 ms after the answer", p95, "< 300", 300))
    return rows


def _openings(reads: dict[str, Any]) -> list[Row]:
    found = [(name, bar, reads[name]["ms"]["median"]) for name, bar in OPENED.items() if "ms" in reads.get(name, {})]
    return [_most(f"{name}: every span with its content, median ms", ms, f"≤ {bar}", bar) for name, bar, ms in found]


def _aggregates(target: dict[str, Any]) -> list[Row]:
    """How long they take (the first is computed, others are remembered), and whether they are right."""
    reads, expected = target["reads"], target["expected_aggregates"]
    rows: list[Row] = []
    for name in AGGREGATES:
        if "ms" not in reads.get(name, {}):
            continue
        is_tokens = name == "agg_tokens"
        is_right = reads[name]["got"] == expected["tokens"] if is_tokens else target["own"]["durations_are_right"]
        rows.append(_most(f"{name}, the first, ms", reads[name]["first_ms"], "≤ 100", 100))
        rows.append(_most(f"{name}, p95 ms", reads[name]["p95_ms"], "≤ 100", 100))
        rows.append((f"{name} is right", float(is_right), "1", is_right))
    return rows


def _least(name: str, value: float, bar: str, least: float) -> Row:
    return name, value, bar, value >= least


def _most(name: str, value: float, bar: str, most: float) -> Row:
    return name, value, bar, value <= most


def _lines(rows: list[Row]) -> list[str]:
    marks = {True: "yes", False: "**no**", None: ""}
    lines = ["| measure | figure | bar | met |", "|---|---|---|---|"]
    return [*lines, *(f"| {name} | {value:,} | {bar} | {marks[met]} |" for name, value, bar, met in rows)]


def _more(target: dict[str, Any]) -> list[str]:
    own = target["own"]
    answers = {f"answer for 512 spans, {count} exporters, ms": found for count, found in own["answers_512"].items()}
    visible = {_words(name): own[name] for name in VISIBLE}
    lags = {f"load {number}": lag for number, lag in enumerate(target["settled_after_s"])}
    paced = {f"behind, at {lag['spans_per_s']:,} spans/s": lag for lag in own["lag"]}
    rows = {**paced, **own["pages"], **own["lists"], **answers, **visible, "totals and index caught up after, s": lags}
    rows |= {f"{size} spans in Chromium": found for size, found in own["browser"].items()}
    rows["bytes a span by table"] = own["storage"]["tables"]
    rows["load average after each load"] = {
        f"load {number}": round(value, 1) for number, value in enumerate(own["load_average_ingest"])
    }
    return ["| measure | figures |", "|---|---|", *(f"| {name} | {_flat(found)} |" for name, found in rows.items())]


def _words(name: str) -> str:
    return name.replace("_", " ")


def _flat(found: dict[str, Any]) -> str:
    return "; ".join(f"{name} {_flat(value) if isinstance(value, dict) else value}" for name, value in found.items())
