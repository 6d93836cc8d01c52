"""What the fault tests share: an installation that can be killed, and load for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.load import Workload, write_workload
from tests.faults.machine import Machine, machine_in


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.server)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """An installation of its own, ready."""
    with machine_in(tmp_path) as made:
        made.start()
        yield made


@pytest.fixture(scope="session")
def workload(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Workload:
    """About 12,000 spans in small requests."""
    return write_workload(shared_data, tmp_path_factory.mktemp("load") / "requests.jsonl", copies=3, size=16)


@pytest.fixture(scope="session")
def small_workload(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Workload:
    """About 4,000 spans."""
    return write_workload(shared_data, tmp_path_factory.mktemp("load") / "requests.jsonl", copies=1, size=8)
