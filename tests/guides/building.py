"""What is made of a guide's programs before they run: types are checked, services compiled, the page bundled."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.guides.programs import RUN_S, write_programs

PAGE = '<!doctype html><html lang="en"><title>Page</title><div id="root"></div><script src="/app.js"></script></html>'
_STRICT = {"strict": True, "target": "es2022", "skipLibCheck": True}


def compile_services(folder: Path, node_packages: Path) -> None:
    """The programs of typescript.md, as CommonJS."""
    names = write_programs("typescript.md", folder)
    assert names == ["telemetry.ts", "logging.ts", "errors.ts", "api.ts", "worker.ts"]
    options = {
        "module": "commonjs", "moduleResolution": "node10", "esModuleInterop": True, "types": ["node"],
        "noUnusedLocals": True,
    }  # fmt: skip
    _check_types(folder, node_packages, names, options)


def check_page(folder: Path, node_packages: Path) -> None:
    """The programs of react.md, whose types are right."""
    names = write_programs("react.md", folder)
    assert names == ["telemetry.ts", "socket.ts", "Boundary.tsx", "App.tsx"]
    options = {
        "module": "esnext", "moduleResolution": "bundler", "jsx": "react-jsx", "types": [],
        "lib": ["es2022", "dom", "dom.iterable"], "noEmit": True,
    }  # fmt: skip
    _check_types(folder, node_packages, names, options)


def bundle_page(folder: Path, config: Mapping[str, str]) -> None:
    """`app.js` and its source map."""
    _run(
        folder, "esbuild", "App.tsx", "--bundle", "--minify", "--sourcemap=external", "--jsx=automatic",
        "--alias:react-dom/client=react-dom/profiling", "--outfile=app.js", f"--define:CONFIG={json.dumps(config)}",
    )  # fmt: skip


def _check_types(folder: Path, node_packages: Path, names: list[str], options: dict[str, Any]) -> None:
    (folder / "node_modules").symlink_to(node_packages / "node_modules")
    (folder / "tsconfig.json").write_text(json.dumps({"compilerOptions": _STRICT | options, "files": names}))
    _run(folder, "tsc")


def _run(folder: Path, program: str, *arguments: str) -> None:
    command = [f"node_modules/.bin/{program}", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=RUN_S, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
