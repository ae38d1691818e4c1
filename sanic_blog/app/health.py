"""Probes: whether the process is alive, and whether it can do its work."""

import asyncio

from sanic import Blueprint
from sanic.response import HTTPResponse, json
from sqlalchemy import text

from app.database import Database
from app.errors import Unavailable
from app.rate_limits import Limiter
from app.request import Request
from app.routing import Resource

health = Blueprint("health")
PROBE_SECONDS = 2


@health.get("/healthz")
async def healthz(_request: Request) -> HTTPResponse:
    return json({"status": "ok"})


class Readiness(Resource, attach=health, uri="/readyz", name="readyz"):
    async def get(
        self, _request: Request, database: Database, limiter: Limiter
    ) -> HTTPResponse:
        """Raises Unavailable while database or configured Redis does not answer."""
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                async with database.reading() as connection:
                    await connection.execute(text("SELECT 1"))
                if not await limiter.is_ready():
                    raise Unavailable
        except TimeoutError as error:
            raise Unavailable from error
        return json({"status": "ok"})
