"""Keys remembered in this process, for doors that see the same key thousands of times a second.

An answer is kept KEPT_S seconds, wrong keys too, so a revoked key ends within that time everywhere. Wrong keys are
counted by the sender's address; over the limit an address is answered 429, except for keys known to be right.
"""

import logging
import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import NamedTuple

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import DatabaseError, close_old_connections
from django.db.models import Q

from accounts.access import find_key, require_scope
from accounts.key_text import hash_key
from accounts.models import ApiKey
from accounts.records import KeyAccess
from core.errors import NotAuthenticated, TooManyRequests

KEPT_S = 15.0
MOST_KEYS = 4096
MOST_ADDRESSES = 8192
WINDOW_S = 60.0
USED_EVERY_NS = 60 * 10**9


class _Answer(NamedTuple):
    until_s: float
    access: KeyAccess | None


class _Window(NamedTuple):
    ends_s: float
    wrong_count: int


_answers: OrderedDict[str, _Answer] = OrderedDict()
_wrong: OrderedDict[str, _Window] = OrderedDict()
_lock = Lock()
_notes = ThreadPoolExecutor(max_workers=1, thread_name_prefix="key-notes")
logger = logging.getLogger(__name__)


async def authenticate(raw_key: str, *, scope: str, address: str) -> KeyAccess:
    """What the key opens; asks the database, in a thread, only when the key is not remembered.

    Raises NotAuthenticated, AccessDenied (the key lacks the scope) or TooManyRequests.
    """
    key_hash = hash_key(raw_key)
    answer = _recall(key_hash)
    if answer is None:
        _refuse_flood(address, key_hash)
        answer = await sync_to_async(_look_up, thread_sensitive=False)(raw_key, key_hash)
        _note_use_soon(answer)
    return _judge(answer, scope=scope, address=address)


def authenticate_now(raw_key: str, *, scope: str, address: str) -> KeyAccess:
    """The same for callers that are not asynchronous."""
    key_hash = hash_key(raw_key)
    answer = _recall(key_hash)
    if answer is None:
        _refuse_flood(address, key_hash)
        answer = _ask_database(raw_key, key_hash)
        _note_use_soon(answer)
    return _judge(answer, scope=scope, address=address)


def flush_notes() -> None:
    """Wait until the uses of keys that were seen are written."""
    _notes.submit(int).result()


def forget_key(key_hash: str) -> None:
    """Ask the database again at the key's next use."""
    with _lock:
        _answers.pop(key_hash, None)


def forget_all() -> None:
    """Empty the memory, of keys and of wrong ones: between tests."""
    with _lock:
        _answers.clear()
        _wrong.clear()


def _recall(key_hash: str) -> _Answer | None:
    answer = _answers.get(key_hash)
    return answer if answer is not None and answer.until_s > time.monotonic() else None


def _look_up(raw_key: str, key_hash: str) -> _Answer:
    # The thread lives on; its database connection must not be kept beyond its age.
    close_old_connections()
    try:
        return _ask_database(raw_key, key_hash)
    finally:
        close_old_connections()


def _ask_database(raw_key: str, key_hash: str) -> _Answer:
    access = find_key(raw_key)
    answer = _Answer(time.monotonic() + KEPT_S, access)
    with _lock:
        _answers[key_hash] = answer
        _answers.move_to_end(key_hash)
        while len(_answers) > MOST_KEYS:
            _answers.popitem(last=False)
    return answer


def _note_use_soon(answer: _Answer) -> None:
    """Not in the way of the answer: on SQLite it would wait for whoever is writing."""
    if answer.access is not None:
        _notes.submit(_note_use_apart, answer.access.key_pk)


def _note_use(key_pk: int) -> None:
    now_ns = time.time_ns()
    is_due = Q(last_used_ns=None) | Q(last_used_ns__lt=now_ns - USED_EVERY_NS)
    due = ApiKey.objects.filter(is_due, pk=key_pk)
    if due.exists():
        due.update(last_used_ns=now_ns)


def _note_use_apart(key_pk: int) -> None:
    """The same from a thread of its own; that a key was used is not worth failing for."""
    close_old_connections()
    try:
        _note_use(key_pk)
    except DatabaseError:
        logger.warning("the use of an API key was not noted")
    finally:
        close_old_connections()


def _judge(answer: _Answer, *, scope: str, address: str) -> KeyAccess:
    if answer.access is None:
        count_wrong(address)
        raise NotAuthenticated
    return require_scope(answer.access, scope)


def _refuse_flood(address: str, key_hash: str) -> None:
    known = _answers.get(key_hash)
    if known is not None and known.access is not None:
        return
    window = _wrong.get(address)
    now_s = time.monotonic()
    if (
        window is not None
        and window.ends_s > now_s
        and window.wrong_count >= settings.MISSIONSCOPE_WRONG_KEYS_PER_MINUTE
    ):
        raise _too_many(window, now_s)


def count_wrong(address: str) -> None:
    """Remember a wrong key or token from this address. Raises TooManyRequests beyond the limit."""
    now_s = time.monotonic()
    with _lock:
        window = _wrong.pop(address, None)
        if window is None or window.ends_s <= now_s:
            window = _Window(now_s + WINDOW_S, 0)
        _wrong[address] = window = _Window(window.ends_s, window.wrong_count + 1)
        while len(_wrong) > MOST_ADDRESSES:
            _wrong.popitem(last=False)
    if window.wrong_count > settings.MISSIONSCOPE_WRONG_KEYS_PER_MINUTE:
        raise _too_many(window, now_s)


def _too_many(window: _Window, now_s: float) -> TooManyRequests:
    return TooManyRequests("Too many wrong keys from this address.", retry_after_s=max(1, round(window.ends_s - now_s)))
