"""Probes: whether the process is alive, and whether it can do its work."""

import asyncio

from sqlalchemy import text
from tornado.routing import URLSpec

from app.api import ApiHandler
from app.errors import Unavailable
from app.routing import unlisted

PROBE_SECONDS = 2


class HealthHandler(ApiHandler):
    @unlisted
    async def get(self) -> None:
        self.write({"status": "ok"})


class ReadinessHandler(ApiHandler):
    @unlisted
    async def get(self) -> None:
        """Raises Unavailable while database or configured Redis do not answer."""
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                async with self.database.reading() as connection:
                    await connection.execute(text("SELECT 1"))
                if not await self.limiter.is_ready():
                    raise Unavailable
        except TimeoutError as error:
            raise Unavailable from error
        self.write({"status": "ok"})


routes = [
    URLSpec("/healthz", HealthHandler, name="healthz"),
    URLSpec("/readyz", ReadinessHandler, name="readyz"),
]
