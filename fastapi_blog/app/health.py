"""Probes: whether the process is alive, and whether it can do its work."""

import asyncio

from fastapi import APIRouter, Request
from sqlalchemy import text

from app.errors import Unavailable

router = APIRouter(include_in_schema=False)
PROBE_SECONDS = 2


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(request: Request) -> dict[str, str]:
    """Raises Unavailable while the database or the configured Redis does not answer."""
    state = request.app.state
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            async with state.database.reading() as connection:
                await connection.execute(text("SELECT 1"))
            if not await state.limiter.is_ready():
                raise Unavailable
    except TimeoutError as error:
        raise Unavailable from error
    return {"status": "ok"}
