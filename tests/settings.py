"""The settings under test: the real ones, with a data directory of this run and a cheap password hash."""

import atexit
import os
import shutil
import tempfile

# pytest's workers read this again after the process that started them has taken REDIS_URL away.
REDIS_URL_FOR_SERVERS = os.environ.pop("REDIS_URL", "") or os.environ.get("MISSIONSCOPE_TEST_REDIS_URL", "")
"""Servers started by tests get it; the tests' own process keeps everything in memory."""
os.environ["MISSIONSCOPE_TEST_REDIS_URL"] = REDIS_URL_FOR_SERVERS

_directory = tempfile.mkdtemp(prefix="missionscope-tests-")
atexit.register(shutil.rmtree, _directory, ignore_errors=True)
for _name in [name for name in os.environ if name.startswith("MISSIONSCOPE_")]:
    if not _name.startswith(("MISSIONSCOPE_TEST", "MISSIONSCOPE_SHARED")):
        del os.environ[_name]
os.environ["MISSIONSCOPE_DATA_DIR"] = _directory

from missionscope.settings import *  # noqa: F403
from missionscope.settings import DATABASES, IS_SQLITE

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
# A file and a name of its own: several runs at the same time do not meet, and threads see one database.
DATABASES["default"]["TEST"] = {
    "NAME": f"{_directory}/test.sqlite3" if IS_SQLITE else f"test_missionscope_{os.getpid()}"
}
if not IS_SQLITE:
    DATABASES["default"]["OPTIONS"]["options"] = "-c synchronous_commit=off"
