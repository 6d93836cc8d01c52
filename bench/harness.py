"""The peer-neutral harness of the shared material, with MissionScope among its targets."""

import argparse
import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("MISSIONSCOPE_SHARED") or ROOT.parent / "shared").resolve()

if not (SHARED / "bench" / "msbench").is_dir():
    raise SystemExit(f"The shared harness is not at {SHARED / 'bench'}: set MISSIONSCOPE_SHARED.")
sys.path.insert(0, str(SHARED / "bench"))
sys.dont_write_bytecode = True  # the shared folder is read only

from msbench import gen, load, procstat, run  # noqa: E402

__all__ = ["ROOT", "gen", "load", "make_arguments", "make_corpus", "procstat", "register", "run"]


def register() -> None:
    """Let the harness find our target under the name `missionscope`."""
    from bench import missionscope_target

    sys.modules["msbench.adapters.missionscope"] = missionscope_target


def make_corpus(directory: Path, spans: int, seed: int) -> Path:
    """A generated corpus, made once for each size and seed."""
    folder = directory / f"corpus-{spans}-{seed}"
    if not (folder / "manifest.json").exists():
        gen.generate(folder, spans=spans, seed=seed)
    return folder


def make_arguments(**chosen: Any) -> argparse.Namespace:
    """The arguments of the harness's runner, with its own defaults for what is not chosen."""
    defaults: dict[str, Any] = {
        "bin": [], "slices": 4, "limit_batches": 0, "exporters": 8, "procs": 1, "gzip": False, "slice_deadline": 300,
        "drain_cap": 240, "reps": 20, "query_budget": 12, "page": 50, "deep_offset": 3000, "freshness": 15,
        "extra_corpus": "", "load_probe_s": 30, "load_share": 0.5, "probe_seed": 424242, "restarts": 2, "only": "",
        "skip_reads": False, "pg_port": 55432, "max_seconds": 3600, "hold": 0, "nice": 0, "keep": False,
    }  # fmt: skip
    return argparse.Namespace(**{**defaults, **chosen})
