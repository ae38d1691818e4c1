"""How often somebody may try. The identifiers are fixed, so that servers can share."""

import math
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import Lock

from django.conf import settings
from limits import RateLimitItem, parse
from limits.storage import RedisStorage, Storage
from limits.strategies import FixedWindowRateLimiter
from redis.exceptions import RedisError

from common.errors import RateLimited, Unavailable

PASSWORD_RESET_LIMIT = parse("3/hour")
REDIS_SECONDS = 5


def count_login(address: str, name: str) -> None:
    """Counts an attempt before the password is looked at, whoever's it may be."""
    _hit(settings.LOGIN_RATE_LIMIT, "login", address, name)
    _hit(settings.LOGIN_ADDRESS_RATE_LIMIT, "login-address", address)
    _hit(settings.LOGIN_NAME_RATE_LIMIT, "login-name", name)


def clear_login(address: str, name: str) -> None:
    with _outages_told():
        _windows.clear(settings.LOGIN_RATE_LIMIT, "login", address, name)


def clear_names(names: Iterable[str]) -> None:
    with _outages_told():
        for name in names:
            _windows.clear(settings.LOGIN_NAME_RATE_LIMIT, "login-name", name)


def count_auth(address: str) -> None:
    _hit(settings.AUTH_RATE_LIMIT, "auth", address)


def takes_password_reset(user_id: int) -> bool:
    with _outages_told():
        return _windows.hit(PASSWORD_RESET_LIMIT, "password-reset", str(user_id))


def is_ready() -> bool:
    with _outages_told():
        return _windows.storage.check()


def _hit(limit: RateLimitItem, *identifiers: str) -> None:
    with _outages_told():
        if _windows.hit(limit, *identifiers):
            return
        window = _windows.get_window_stats(limit, *identifiers)
    raise RateLimited(max(1, math.ceil(window.reset_time - time.time())))


@contextmanager
def _outages_told() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError) as error:
        raise Unavailable from error


class ThreadStorage(Storage):
    """Counts in this process."""

    # Idiom: the memory storage of `limits` tidies up in a thread of its own and gives a
    # count that other threads have moved on. gunicorn answers in threads, so one lock.
    STORAGE_SCHEME = None
    base_exceptions = ValueError

    def __init__(self) -> None:
        super().__init__()
        self._lock = Lock()
        self._windows: dict[str, tuple[int, float]] = {}  # counts, and when they end
        self._roomy = 1000

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        with self._lock:
            self._make_room()
            count, ends_at = self._windows.get(key, (0, 0.0))
            if ends_at <= time.time():
                count, ends_at = 0, time.time() + expiry
            self._windows[key] = (count + amount, ends_at)
            return count + amount

    def _make_room(self) -> None:
        """Forgets what is over, seldom enough to cost nothing."""
        if len(self._windows) < self._roomy:
            return
        now = time.time()
        self._windows = {k: w for k, w in self._windows.items() if w[1] > now}
        self._roomy = 2 * len(self._windows) + 1000

    def get(self, key: str) -> int:
        count, ends_at = self._windows.get(key, (0, 0.0))
        return count if ends_at > time.time() else 0

    def get_expiry(self, key: str) -> float:
        return self._windows.get(key, (0, time.time()))[1]

    def check(self) -> bool:
        return True

    def reset(self) -> None:
        with self._lock:
            self._windows.clear()

    def clear(self, key: str) -> None:
        with self._lock:
            self._windows.pop(key, None)


def _storage(redis_url: str | None) -> Storage:
    if redis_url is None:
        return ThreadStorage()
    return RedisStorage(
        redis_url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS
    )


_windows = FixedWindowRateLimiter(_storage(settings.REDIS_URL))
