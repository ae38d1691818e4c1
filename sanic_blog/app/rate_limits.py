"""How often somebody may try. The identifiers are fixed, so that servers can share."""

import math
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage, RedisStorage, Storage
from limits.aio.strategies import FixedWindowRateLimiter
from redis.asyncio import ConnectionPool
from redis.exceptions import RedisError

from app.config import Settings
from app.errors import RateLimited, Unavailable

PASSWORD_RESET_LIMIT = parse("3/hour")
REDIS_SECONDS = 5


class Limiter:
    """Counts in fixed windows, in Redis or in this process; raises RateLimited."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.redis = _redis_pool(settings.redis_url) if settings.redis_url else None
        self.storage = _storage(self.redis)
        self.windows = FixedWindowRateLimiter(self.storage)

    async def close(self) -> None:
        if self.redis:
            await self.redis.aclose()

    async def count_login(self, address: str, name: str) -> None:
        """Counts an attempt before the password is looked at, whoever's it may be."""
        limits = self.settings
        await self._hit(limits.login_rate_limit, "login", address, name)
        await self._hit(limits.login_address_rate_limit, "login-address", address)
        await self._hit(limits.login_name_rate_limit, "login-name", name)

    async def clear_login(self, address: str, name: str) -> None:
        async with _outages_told():
            await self.windows.clear(
                self.settings.login_rate_limit, "login", address, name
            )

    async def clear_names(self, names: Iterable[str]) -> None:
        async with _outages_told():
            for name in names:
                await self.windows.clear(
                    self.settings.login_name_rate_limit, "login-name", name
                )

    async def count_auth(self, address: str) -> None:
        await self._hit(self.settings.auth_rate_limit, "auth", address)

    async def takes_password_reset(self, user_id: int) -> bool:
        async with _outages_told():
            return await self.windows.hit(
                PASSWORD_RESET_LIMIT, "password-reset", str(user_id)
            )

    async def is_ready(self) -> bool:
        async with _outages_told():
            return await self.storage.check()

    async def _hit(self, limit: RateLimitItem, *identifiers: str) -> None:
        async with _outages_told():
            if await self.windows.hit(limit, *identifiers):
                return
            window = await self.windows.get_window_stats(limit, *identifiers)
        raise RateLimited(max(1, math.ceil(window.reset_time - time.time())))


def _redis_pool(url: str) -> ConnectionPool:
    timeouts = {
        "socket_timeout": REDIS_SECONDS,
        "socket_connect_timeout": REDIS_SECONDS,
    }
    return ConnectionPool.from_url(url, **timeouts)


def _storage(pool: ConnectionPool | None) -> Storage:
    if pool is None:
        return MemoryStorage()
    return RedisStorage("redis://", implementation="redispy", connection_pool=pool)  # type: ignore[arg-type]  # its types know text only


@asynccontextmanager
async def _outages_told() -> AsyncIterator[None]:
    try:
        yield
    except (RedisError, OSError) as error:
        raise Unavailable from error
