"""How long the page of logs takes to answer: its list, its histogram, and a span's lines."""

import statistics
import time
from collections.abc import Callable
from typing import Any

from bench.logs.filling import DAYS, EVERYWHERE, LINES_OF_A_SPAN, SELDOM, SOMEWHERE, chance_id

ROUNDS = 5
PAGE = 201


def measure(project_id: int) -> dict[str, Any]:
    """Each question some times: in ms the middle and the longest, and what was found."""
    from search.log_lines import find_lines
    from traces.log_histogram import count_logs_by_time
    from traces.project_logs import LogQuery, list_project_logs

    def worded(word: str) -> Callable[[], LogQuery]:
        return lambda: LogQuery(match=find_lines(project_id, word))

    now_ns, day_ns = time.time_ns(), 86_400 * 10**9
    questions: dict[str, Callable[[], LogQuery]] = {
        "everything": LogQuery,
        "the last day": lambda: LogQuery(since_ns=now_ns - day_ns, until_ns=now_ns),
        "all days": lambda: LogQuery(since_ns=now_ns - DAYS * day_ns, until_ns=now_ns),
        "errors": lambda: LogQuery(least_severity=17),
        "a service": lambda: LogQuery(service_name="brain"),
        "a word in every line": worded(EVERYWHERE),
        "two words in every line": worded(f"request {EVERYWHERE}"),
        "a word in one of 20 lines": worded(SOMEWHERE),
        "a word in one of 10,000 lines": worded(SELDOM),
        "a word nowhere": worded("wombat"),
        "errors with a word in every line": lambda: worded(EVERYWHERE)()._replace(least_severity=17),
        "nobody's errors with a word in every line": lambda: worded(EVERYWHERE)()._replace(agent_name="nobody"),
        "a span without its trace": lambda: LogQuery(span_id=chance_id(LINES_OF_A_SPAN * 100, 8).hex()),
    }
    found: dict[str, Any] = {}
    for name, ask in questions.items():
        found[name] = {
            "list": time_it(lambda ask=ask: len(list_project_logs(project_id, ask(), limit=PAGE))),
            "histogram": time_it(lambda ask=ask: count_logs_by_time(project_id, ask()).total),
        }
    return found


def time_it(ask: Callable[[], int]) -> dict[str, Any]:
    """The middle and the longest of some rounds, in ms."""
    took_ms = []
    answer = 0
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        answer = ask()
        took_ms.append((time.perf_counter() - begun) * 1000)
    return {"p50_ms": round(statistics.median(took_ms), 1), "most_ms": round(max(took_ms), 1), "found": answer}
