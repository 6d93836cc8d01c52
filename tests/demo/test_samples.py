"""The samples arrive whole: at once, and one by one."""

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from demo import live, samples
from demo.door import Door, DoorClosed
from demo.samples import SCENARIOS
from tests.demo.recorder import Recorder

ROOT = Path(__file__).resolve().parents[2]


class FakeClock:
    """Time that passes only while somebody sleeps."""

    def __init__(self, now_ns: int) -> None:
        self.now_ns = now_ns
        self.slept_s = 0.0

    def __call__(self) -> int:
        return self.now_ns

    def sleep(self, seconds: float) -> None:
        self.slept_s += seconds
        self.now_ns += round(seconds * 1_000_000_000)


def _values(span: Any) -> dict[str, str]:
    return {pair.key: pair.value.string_value for pair in span.attributes}


def test_send_delivers_every_finished_sample_before_it_returns(recorder: Recorder, monkeypatch: pytest.MonkeyPatch):
    moving = threading.Event()
    monkeypatch.setattr(samples, "play_live", lambda *args, **kwargs: moving.set() or "")
    samples.send(recorder.url, "key")
    missions = {_values(span).get("missionscope.mission.id") for span in recorder.spans} - {None}
    assert len(missions) == len(SCENARIOS) - 1
    assert moving.wait(5)
    assert {resource["service.namespace"] for resource in recorder.resources} == {"sample"}
    assert len({resource["service.name"] for resource in recorder.resources}) > 12


def test_send_raises_when_the_key_is_wrong(recorder: Recorder):
    recorder.answers.append((401, {}))
    with pytest.raises(DoorClosed, match="401"):
        samples.send(recorder.url, "wrong")


def test_the_moving_sample_takes_about_a_minute_and_announces_before_it_ends(recorder: Recorder):
    scenario = SCENARIOS["support_inbox"]
    clock = FakeClock(1_900_000_000_000_000_000)
    story = scenario.told_from(seed=3, start_ns=clock.now_ns)
    live.play(story, Door(recorder.url, "key"), clock=clock, sleep=clock.sleep)
    assert 45 <= clock.slept_s <= 100
    final = {span.span_id: span for span in recorder.spans}
    assert set(final) == {span.span_id for span in story.spans}
    assert all(span.end_time_unix_nano for span in final.values())
    assert len(recorder.logs) == len(story.logs)
    announced = [span for span in recorder.spans if not span.end_time_unix_nano]
    assert len(announced) > 10
    assert not any("gen_ai.output.messages" in _values(span) for span in announced)


def test_the_moving_sample_sends_some_children_before_their_parents(recorder: Recorder):
    story = SCENARIOS["support_inbox"].told_from(seed=0, start_ns=1_900_000_000_000_000_000)
    clock = FakeClock(story.start_ns)
    live.play(story, Door(recorder.url, "key"), clock=clock, sleep=clock.sleep)
    seen: set[bytes] = set()
    early = 0
    for span in recorder.spans:
        early += bool(span.parent_span_id) and span.parent_span_id not in seen
        seen.add(span.span_id)
    assert early >= 2


@pytest.mark.parametrize(
    ("options", "missions"), [(["--scenario", "refund_handoff"], 1), (["--seed", "5"], len(SCENARIOS))]
)
def test_the_command_sends_what_it_is_asked_for(recorder: Recorder, tmp_path: Path, options: list[str], missions: int):
    environment = {**os.environ, "MISSIONSCOPE_DATA_DIR": str(tmp_path)}
    command = [sys.executable, "manage.py", "send_demo", "--url", recorder.url, "--key", "k", *options]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr
    assert len(ended.stdout.splitlines()) == missions
    sent = {_values(span).get("missionscope.mission.id") for span in recorder.spans} - {None}
    assert sent == {line.split(": ")[1] for line in ended.stdout.splitlines()}


def test_the_command_says_why_it_stopped(recorder: Recorder, tmp_path: Path):
    recorder.answers.append((401, {}))
    environment = {**os.environ, "MISSIONSCOPE_DATA_DIR": str(tmp_path)}
    command = [sys.executable, "manage.py", "send_demo", "--url", recorder.url, "--key", "k"]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert "HTTP 401" in ended.stderr
