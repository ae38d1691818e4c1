"""How often somebody may try. The identifiers are fixed, so that servers can share."""

import math
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.conf import settings
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage, RedisStorage, Storage
from limits.strategies import FixedWindowRateLimiter
from redis import ConnectionPool
from redis.exceptions import RedisError

from common.errors import RateLimited, Unavailable

PASSWORD_RESET_LIMIT = parse("3/hour")
REDIS_SECONDS = 2


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


def _storage(redis_url: str | None) -> Storage:
    if redis_url is None:
        return MemoryStorage()
    timeouts = {
        "socket_timeout": REDIS_SECONDS,
        "socket_connect_timeout": REDIS_SECONDS,
    }
    pool = ConnectionPool.from_url(redis_url, **timeouts)
    return RedisStorage("redis://", connection_pool=pool)


_windows = FixedWindowRateLimiter(_storage(settings.REDIS_URL))
