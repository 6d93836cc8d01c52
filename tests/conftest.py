"""What every test may ask for: people, a project, shared data, a started server; and the list of what was left out."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.left_out import LeftOut
from tests.servers import Server, start_server
from tests.settings import REDIS_URL_FOR_SERVERS
from tests.tokens import Signer

ROOT = Path(__file__).resolve().parent.parent
BROWSER_PATIENCE_MS = 60_000
"""What a page is given to show something, on a machine that has much else to do."""
MOST_PROCESSES = 8
"""Each starts a server of its own."""
CHROMIUM = os.environ.get("MISSIONSCOPE_TEST_CHROMIUM", "/usr/bin/chromium")


class MadeKey(NamedTuple):
    """An API key of the project `project`, with all scopes."""

    key: str
    row: Any


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database-only",
        action="store_true",
        help="only tests that touch a database or a server: for a second run on the other database",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    wanted = [item for item in items if _is_of_this_database(item)]
    if config.getoption("--database-only"):
        wanted = [item for item in wanted if _touches_database(item)]
    if len(wanted) < len(items):
        config.hook.pytest_deselected(items=[item for item in items if item not in set(wanted)])
        items[:] = wanted


def _is_of_this_database(item: pytest.Item) -> bool:
    """A test of one database's own behaviour belongs to the run on that database alone."""
    mark = item.get_closest_marker("only_on")
    here = "postgresql" if os.environ.get("DATABASE_URL") else "sqlite"
    return mark is None or here in mark.args


def _touches_database(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    marks = item.get_closest_marker("django_db") or item.get_closest_marker("server")
    return bool(marks or fixtures & {"db", "transactional_db", "server"})


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Processes of `-n auto`: half as many again as there are processors, for much of the time is waiting."""
    return min(MOST_PROCESSES, (3 * (os.cpu_count() or 1) + 1) // 2)


def pytest_configure(config: pytest.Config) -> None:
    # A failed test's output is to say what failed, not every request that the test made.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    must_be_empty = os.environ.get("MISSIONSCOPE_TEST_REQUIRE") == "all"
    file = os.environ.get("MISSIONSCOPE_TEST_LEFT_OUT")
    config.pluginmanager.register(LeftOut(must_be_empty=must_be_empty, file=Path(file) if file else None))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of shared material (real runs as OTLP, labels, recorded stage7 runs)."""
    path = Path(os.environ.get("MISSIONSCOPE_SHARED") or ROOT.parent / "shared").resolve()
    if not (path / "data").is_dir():
        pytest.skip("shared data (MISSIONSCOPE_SHARED)")
    return path


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The test database, at the end freed of connections that other threads left open on PostgreSQL."""
    yield
    from django.db import connection

    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture(autouse=True)
def _forget_between_tests() -> Iterator[None]:
    """No key, lockout or waker of one test reaches the next."""
    yield
    import structlog
    from django.core.cache import cache

    from accounts import keys, tokens
    from analysis import attribution, summary
    from core import jobs
    from metrics.derive import job as derive
    from missionscope.exposition import door
    from plans.kept import forget_plans

    keys.forget_all()
    tokens.forget_all()
    summary.forget_all()
    attribution.forget_rests()
    forget_plans()
    derive.forget_rests()
    door.forget_kept()
    cache.clear()
    jobs.set_waker(None)
    structlog.contextvars.clear_contextvars()


@pytest.fixture
def alice(db: None) -> Any:
    """Owns `project`."""
    return _user("alice")


@pytest.fixture
def bob(db: None, project: Any) -> Any:
    """Is a member of `project`."""
    from accounts.actions import add_member

    user = _user("bob")
    add_member(project, user, "member")
    return user


@pytest.fixture
def charlie(db: None) -> Any:
    """Owns another project and must see nothing of `project`."""
    from accounts.actions import create_project

    user = _user("charlie")
    create_project("elsewhere", "Elsewhere", owner=user)
    return user


@pytest.fixture
def project(alice: Any) -> Any:
    """Alice's project."""
    from accounts.actions import create_project

    return create_project("apollo", "Apollo", owner=alice)


@pytest.fixture
def api_key(project: Any) -> MadeKey:
    """A key of `project` with all scopes: `.key` is the text, `.row` the stored row."""
    from accounts.actions import create_api_key

    return MadeKey(*create_api_key(project, "tests", ("ingest", "read", "admin")))


@pytest.fixture(scope="session")
def signer() -> Signer:
    """Signs tokens as stage7's SecurityManager does."""
    return Signer()


@pytest.fixture
def take_tokens(settings: Any, signer: Signer, tmp_path: Path) -> Path:
    """Let the signer's tokens read `project`; gives the file of the public key."""
    path = tmp_path / "public.pem"
    path.write_bytes(signer.pem)
    settings.MISSIONSCOPE_TOKEN_KEY_FILE = str(path)
    settings.MISSIONSCOPE_TOKEN_PROJECT = "apollo"
    return path


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A started MissionScope of its own on a free port, without sample missions; one for the whole run."""
    with start_server(tmp_path_factory.mktemp("server")) as started:
        yield started


@pytest.fixture(scope="session")
def redis_url() -> str:
    """A Redis that answers: REDIS_URL, else the one on its usual port."""
    import redis

    url = REDIS_URL_FOR_SERVERS or "redis://127.0.0.1:6379/0"
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=2) as client:
            client.ping()
    except redis.RedisError:
        pytest.skip("Redis (REDIS_URL)")
    return url


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Playwright drives the system's Chromium."""
    if not Path(CHROMIUM).exists():
        pytest.skip("Chromium (MISSIONSCOPE_TEST_CHROMIUM)")
    from playwright.sync_api import expect

    expect.set_options(timeout=BROWSER_PATIENCE_MS)
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": ["--no-sandbox"]}


@pytest.fixture(scope="session")
def signed_in(browser: Any, server: Server) -> Any:
    """What a browser keeps once the first administrator of `server` has logged in by the form: for new contexts."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{server.url}/login/")
    page.get_by_label("User name").fill(server.user)
    page.get_by_label("Password").fill(server.password)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/missions/")
    state = context.storage_state()
    context.close()
    return state


def _user(username: str) -> Any:
    from accounts.actions import create_user

    return create_user(username, f"{username}-password")
