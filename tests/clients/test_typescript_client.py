"""The TypeScript client, as Node programs use it: against a real server, a slow one, a broken one and none."""

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.blackbox.client import Reader
from tests.clients.conftest import assert_all_types_arrived
from tests.clients.pretended import Pretended, Told
from tests.servers import ROOT, Server, find_free_port

HERE = Path(__file__).parent
FILE = ROOT / "clients" / "missionscope.ts"
INSTALL_S, RUN_S = 180, 60
NO_REGISTRY = ("ENOTFOUND", "ECONNREFUSED", "EAI_AGAIN", "ETIMEDOUT")
TYPES = "--noEmit --strict --target es2020 --lib es2022,dom,dom.iterable --moduleResolution bundler --module es2022"


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pinned compilers."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("Node (node, npm)")
    folder = tmp_path_factory.mktemp("compilers")
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(HERE / "node" / name, folder / name)
    install = ["npm", "ci", "--ignore-scripts"]
    done = subprocess.run(install, cwd=folder, capture_output=True, text=True, timeout=INSTALL_S, check=False)
    if done.returncode and any(word in done.stderr for word in NO_REGISTRY):
        pytest.skip("packages of tests/clients/node (a registry)")
    assert done.returncode == 0, done.stderr[-3000:]
    return folder / "node_modules" / ".bin"


@pytest.fixture(scope="module")
def compiled(tools: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the client as JavaScript."""
    folder = tmp_path_factory.mktemp("client")
    command = [str(tools / "esbuild"), str(FILE), "--format=esm", f"--outfile={folder / 'missionscope.mjs'}"]
    subprocess.run(command, check=True, capture_output=True, timeout=RUN_S)
    shutil.copy(HERE / "node_program.mjs", folder / "program.mjs")
    return folder


def run(
    folder: Path, *arguments: str, code: str = "", **environment: str
) -> tuple[float, "subprocess.CompletedProcess[str]"]:
    """A program beside the client; how long it took, and what it said."""
    if code:
        (folder / "other.mjs").write_text('import * as missionscope from "./missionscope.mjs";\n' + code)
    plain = {name: value for name, value in os.environ.items() if not name.startswith("MISSIONSCOPE_")}
    command = ["node", "other.mjs" if code else "program.mjs", *arguments]
    begun = time.monotonic()
    done = subprocess.run(
        command, cwd=folder, env=plain | environment, capture_output=True, text=True, timeout=RUN_S, check=False
    )
    return time.monotonic() - begun, done


def to(pretended: Pretended) -> dict[str, str]:
    return {"MISSIONSCOPE_URL": pretended.url, "MISSIONSCOPE_KEY": "a-key"}


def test_its_types_are_right(tools: Path) -> None:
    command = [str(tools / "tsc"), *TYPES.split(), str(FILE)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_S, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_a_program_s_records_arrive_though_it_ends_at_once(
    compiled: Path, server: Server, stored: Reader, mission: str
) -> None:
    environment = {"MISSIONSCOPE_URL": server.url + "/", "MISSIONSCOPE_KEY": server.key, "MISSIONSCOPE_SERVICE": "desk"}
    _, done = run(compiled, mission, **environment)
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")
    assert_all_types_arrived(stored, mission)


def test_without_an_address_or_with_a_dead_one_a_program_runs_as_ever(compiled: Path, mission: str) -> None:
    took_s, done = run(compiled, mission)
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")
    assert took_s < RUN_S / 4
    dead = f"http://127.0.0.1:{find_free_port()}"
    took_s, done = run(compiled, mission, MISSIONSCOPE_URL=dead, MISSIONSCOPE_KEY="a-key")
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")
    assert took_s < RUN_S / 4


def test_a_slow_server_holds_nobody_up(compiled: Path, pretended: Pretended) -> None:
    pretended.answers = [Told(delay_s=3.0)] * 20
    code = """
    const client = missionscope.configure({ timeoutMs: 300, exitTimeoutMs: 500 });
    const begun = Date.now();
    for (let number = 0; number < 1000; number++) missionscope.log(number);
    console.log(Date.now() - begun < 2000, await missionscope.flush(200));
    """
    took_s, done = run(compiled, code=code, **to(pretended))
    assert (done.returncode, done.stdout) == (0, "true false\n")
    assert took_s < RUN_S / 4


def test_what_was_refused_for_now_is_sent_again_until_it_is_taken(compiled: Path, pretended: Pretended) -> None:
    pretended.answers = [Told(503, headers=(("Retry-After", "1"),)), Told(429), Told(500)]
    code = """
    missionscope.log("once");
    setTimeout(async () => console.log(await missionscope.close(30000)), 4500);
    """
    _, done = run(compiled, code=code, **to(pretended))
    assert (done.returncode, done.stdout) == (0, "true\n")
    assert [status for _, status, _, _ in pretended.requests] == [503, 429, 500, 200]
    assert [record["body"] for record in pretended.taken] == ["once"]
    assert pretended.requests[1][0] - pretended.requests[0][0] >= 1.0


def test_a_full_queue_leaves_out_counts_and_tells(compiled: Path, pretended: Pretended) -> None:
    code = """
    const client = missionscope.configure({ mostRecords: 10, mostCharacters: 100000 });
    for (let number = 0; number < 100; number++) missionscope.log(number);
    missionscope.log("x".repeat(200000));
    await missionscope.flush();
    console.log(client.droppedCount);
    """
    _, done = run(compiled, code=code, **to(pretended))
    assert (done.returncode, done.stdout) == (0, "91\n")
    bodies = [record["body"] for record in pretended.taken]
    assert bodies[:10] == list(range(10))
    assert "left out 91 record" in bodies[10]


def test_a_batch_that_is_too_large_is_sent_in_halves_and_refusals_are_told(
    compiled: Path, pretended: Pretended
) -> None:
    refused = b'{"accepted": 0, "rejected": [{"index": 0, "detail": "type is \'poem\'"}]}'
    pretended.answers = [Told(413), Told(body=refused), Told(), Told(401)]
    code = """
    const client = missionscope.configure();
    for (let number = 0; number < 8; number++) missionscope.log(number);
    await missionscope.flush();
    missionscope.log("unwanted");
    await missionscope.flush();
    console.log(client.droppedCount, client.rejectedCount);
    """
    _, done = run(compiled, code=code, **to(pretended))
    assert (done.returncode, done.stdout) == (0, "1 1\n")
    assert "type is 'poem'" in done.stderr
    assert "status 401" in done.stderr
    assert sorted(record["body"] for record in pretended.taken) == list(range(8))


def test_nothing_a_program_hands_over_makes_it_fail(compiled: Path, pretended: Pretended) -> None:
    code = """
    const circle = { a: 1 }; circle.me = circle;
    let deep = "x"; for (let level = 0; level < 100000; level++) deep = [deep];
    const angry = { toJSON() { throw new Error("no"); } };
    const odd = [circle, 10n, NaN, "\\ud800", () => 1, Symbol("s"), new Error("e"), new Uint8Array(9), deep, angry,
                 undefined, null, new Map([[{}, 1]])];
    for (const value of odd) { missionscope.log(value); missionscope.stage7("messages", value); }
    missionscope.error(undefined); missionscope.error("text");
    console.log(await missionscope.flush(30000));
    """
    _, done = run(compiled, code=code, **to(pretended))
    assert (done.returncode, done.stdout, done.stderr) == (0, "true\n", "")
    texts = json.dumps(pretended.taken)
    assert "[seen before]" in texts
    assert len(pretended.taken) >= 20


def test_where_opentelemetry_is_each_record_tells_the_trace_it_was_told_in(
    compiled: Path, pretended: Pretended
) -> None:
    code = """
    const place = Symbol.for("opentelemetry.js.api.1");
    let active = "trace-1";
    const inject = (context, into, setter) => setter.set(into, "traceparent", context);
    globalThis[place] = { context: { active: () => active }, propagation: { inject } };
    missionscope.log("one", { mission_id: "m" });
    active = "trace-2";
    missionscope.stage7("messages", { type: "say" });
    missionscope.stage7("messages", { type: "own", traceparent: "its own" });
    active = undefined;
    missionscope.log("outside");
    globalThis[place] = { context: { active() { throw new Error("broken"); } }, propagation: { inject } };
    missionscope.log("broken");
    console.log(await missionscope.flush(30000));
    """
    _, done = run(compiled, code=code, **to(pretended))
    assert (done.returncode, done.stdout, done.stderr) == (0, "true\n", "")
    told = {str(record.get("body") or record["type"]): record.get("traceparent") for record in pretended.taken}
    assert told == {"one": "trace-1", "say": "trace-2", "own": "its own", "outside": None, "broken": None}


def test_its_compressed_bodies_are_read_by_the_real_door(
    compiled: Path, server: Server, stored: Reader, mission: str
) -> None:
    code = """
    for (let number = 0; number < 1200; number++)
      missionscope.log(`line ${number} ${"lorem ipsum ".repeat(20)}`, { mission_id: process.argv[2] });
    console.log(await missionscope.flush(30000));
    """
    _, done = run(compiled, mission, code=code, MISSIONSCOPE_URL=server.url, MISSIONSCOPE_KEY=server.key)
    assert (done.returncode, done.stdout, done.stderr) == (0, "true\n", "")
    assert len(stored.logs(mission)) == 1_200
