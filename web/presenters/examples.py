"""Made-up rows for the patterns page: every status, long names, names in other scripts, hostile text."""

from decimal import Decimal

from accounts.records import ApiKeyRow, ProjectAccess
from search.selectors import SearchHit
from traces.overview import HOUR_NS, Activity, Bucket
from traces.records import MissionRow
from web.presenters.formats import S

STALLED = "Stalled for 14 min: 6 steps wait for a step that was never created"
HOSTILE = "<b>not bold</b>: the text of a tool's error, shown as it came"
JAPANESE = "調査：半導体サプライチェーンの現状と見通しについての包括的な報告書を作成する"
PROJECT = ProjectAccess(project_pk=1, slug="default", name="Default", role="owner")


def example_missions(now_ns: int) -> list[MissionRow]:
    """One mission of each kind worth a look."""
    minute = 60 * S
    return [
        _mission(
            now_ns, "waiting", "Compare three vendors", "3f2a71c8a7e94d0b8c07e1d2590bd90bd", age_ns=14 * minute,
            took_ns=19 * minute, spans=412, errors=16, calls=131, tokens=(380_112, 32_004), cost="0.6200",
            agents=("coordinator", "researcher"), verdict=STALLED, steps=(9, 15),
        ),
        _mission(
            now_ns, "failed", "Plan a product launch", "91d2b7cc18f84b25a10cf07aa", age_ns=120 * minute, took_ns=70 * S,
            spans=164, errors=25, calls=27, tokens=(80_400, 7_640), cost="0.1114",
            agents=("planner", "critic", "writer"), steps=(25, 64),
            verdict="The planner repeats itself: 4 equal plans in a row",
        ),
        _mission(
            now_ns, "active", "Triage support inbox", "5c0e0000111122223333e1f9", age_ns=S, took_ns=41 * S, spans=36,
            calls=9, tokens=(20_110, 1_208), cost="0.0212", agents=("triage",),
            verdict="Working: chat mistral-small since 4 s",
        ),
        _mission(
            now_ns, "ok", "Weekly report", "77aac0de", age_ns=300 * minute, took_ns=3 * minute, spans=120, calls=31,
            tokens=(112_000, 8_120), cost="0.1934", agents=("reporter",),
        ),
        _mission(
            now_ns, "gone", "Crawl documentation", "0a1b2c3d4e5f60718293a4b5c6d7e8f9", age_ns=3 * 1440 * minute,
            took_ns=9 * minute, spans=88_412, errors=3, calls=1_204, tokens=(12_400_000, 401_000), cost="41.8",
            agents=("crawler", "indexer"), verdict="Cancelled by the caller",
        ),
        _mission(
            now_ns, "ok", JAPANESE, "ミッション-7", age_ns=26 * 60 * minute,
            took_ns=850_000_000, spans=4, calls=1, tokens=(812, 96), agents=("調査員",),
        ),
        _mission(
            now_ns, "failed", "<script>alert('name')</script> & \"quotes\"", "../../etc/passwd", age_ns=44 * minute,
            took_ns=12_000_000, spans=1, errors=1, verdict=HOSTILE,
        ),
    ]  # fmt: skip


def example_activity(now_ns: int) -> Activity:
    """A day with a quiet night and a bad hour."""
    counts = (2, 5, 8, 3, 1, 0, 0, 0, 0, 1, 4, 9, 14, 11, 8, 12, 17, 9, 6, 7, 11, 5, 3, 4)
    failed = (0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 1, 11, 2, 0, 0, 1, 0, 0, 1)
    start = now_ns // HOUR_NS - len(counts) + 1
    hours = enumerate(zip(counts, failed, strict=True))
    return Activity(HOUR_NS, [Bucket((start + index) * HOUR_NS, *pair) for index, pair in hours])


def example_keys(now_ns: int) -> list[ApiKeyRow]:
    """A used, an unused and a revoked key."""
    day = 24 * HOUR_NS
    return [
        ApiKeyRow(3, "staging collector", "ms_Xk2p9QwA", ("ingest",), now_ns - 9 * day, "alice", now_ns - 40 * S, None),
        ApiKeyRow(2, "nightly scripts", "ms_b81LmP0s", ("read", "admin"), now_ns - 30 * day, "alice", None, None),
        ApiKeyRow(
            1, "laptop", "ms_77aZ0Kx1", ("ingest", "read"), now_ns - 90 * day, "bob", now_ns - 60 * day, now_ns - day
        ),
    ]


def example_hits() -> list[SearchHit]:
    """Two missions, one of them with hostile text."""
    excerpt = (
        "…the price_table of step_4 is missing, so MERGE cannot start; ask the planner to create it before the merge…"
    )
    hostile = '{"html": "<img src=x onerror=alert(1)> price_table"}'
    first = ("3f2a71c8a7e94d0b8c07e1d2590bd90bd", "Compare three vendors", "span")
    return [
        SearchHit(*first, "a" * 32 + "." + "b" * 16, "chat mistral-small", "prompt", excerpt, ((5, 16), (38, 43))),
        SearchHit(*first, "a" * 32 + "." + "c" * 16, "web_search", "result", hostile, ((42, 53),)),
        SearchHit(
            "91d2b7cc18f84b25a10cf07aa", "Plan a product launch", "log", "12", "ERROR", "error", excerpt, ((5, 16),)
        ),
    ]


def _mission(
    now_ns: int, status: str, name: str, key: str, *, age_ns: int, took_ns: int, spans: int, errors: int = 0,
    calls: int = 0, tokens: tuple[int, int] | None = None, cost: str | None = None, agents: tuple[str, ...] = (),
    verdict: str = "", steps: tuple[int, int] = (0, 0),
) -> MissionRow:  # fmt: skip
    last_ns = now_ns - age_ns
    return MissionRow(
        pk=0, id=key, name=name, status=status, reported_status="", is_inferred=False, start_ns=last_ns - took_ns,
        end_ns=last_ns, last_activity_ns=last_ns, duration_ns=took_ns, span_count=spans, error_count=errors,
        llm_call_count=calls, tool_call_count=calls // 3, log_count=0, snapshot_count=0,
        input_tokens=tokens[0] if tokens else None, output_tokens=tokens[1] if tokens else None,
        cost_usd=None if cost is None else str(Decimal(cost)), agents=agents, services=("stage",), models=(), tools=(),
        verdict=verdict,
        change_seq=1, list_seq=1, step_done_count=steps[0], step_count=steps[1],
    )  # fmt: skip
