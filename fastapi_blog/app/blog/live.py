"""/ws: whoever has a post open sees its comments come and go."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from app.blog.queries import ONE_ID, viewer
from app.config import Settings
from app.database import Database
from app.dependencies import DatabaseDep, LiveDep, SettingsDep
from app.live import Live, Subscription
from app.validation import SLUG

POST_IS_GONE = 4404
TRY_AGAIN_LATER = 1013
PING = {"type": "ping"}
PONG = {"type": "pong"}
BAD_MESSAGE = {"type": "error", "code": "bad_message"}

router = APIRouter()


@router.websocket("/ws/posts/{slug}")
async def live_comments(
    socket: WebSocket,
    slug: str,
    settings: SettingsDep,
    database: DatabaseDep,
    live: LiveDep,
) -> None:
    origin, host = socket.headers.get("origin"), socket.headers.get("host", "")
    if not is_allowed_origin(origin, host, settings):
        # Idiom: to close a socket that was not accepted is to refuse it with 403.
        await socket.close()
        return
    async with _subscribe(live, database, slug) as subscription:
        # uvicorn raises RuntimeError when it was the first to close, with 1009 or 1011.
        with suppress(WebSocketDisconnect, RuntimeError):
            await socket.accept()
            await socket.close(await _converse(socket, subscription))


def is_allowed_origin(origin: str | None, host: str, settings: Settings) -> bool:
    """Browsers tell whose page opens a socket; programs, which may, tell nothing."""
    if origin is None:
        return True
    origin = origin.lower()
    return origin.endswith(f"://{host.lower()}") or origin in settings.origins


@asynccontextmanager
async def _subscribe(
    live: Live, database: Database, slug: str
) -> AsyncIterator[Subscription]:
    """Where there is no published post, the subscription begins with its end."""
    post_id = await _find_published_post(database, slug)
    with live.subscribe(post_id) as subscription:
        # Looked up again: it may have gone while nobody here was told of it.
        if post_id is None or await _find_published_post(database, slug) != post_id:
            subscription.put(None)
        yield subscription


async def _find_published_post(database: Database, slug: str) -> int | None:
    if not re.fullmatch(SLUG, slug):
        return None
    async with database.reading() as reader:
        post_id: int | None = await reader.scalar(
            ONE_ID, {"slug": slug, **viewer(None)}
        )
    return post_id


async def _converse(socket: WebSocket, subscription: Subscription) -> int:
    """Reads and writes at once until one ends; tells the code to close with."""
    endings = (
        _answer(socket),
        _send(socket, subscription),
        _fall_behind(subscription),
    )
    tasks = [asyncio.create_task(ending) for ending in endings]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return done.pop().result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _answer(socket: WebSocket) -> int:
    """Ends with WebSocketDisconnect."""
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect
        await socket.send_json(PONG if _is_ping(message.get("text")) else BAD_MESSAGE)


def _is_ping(text: str | None) -> bool:
    try:
        return text is not None and json.loads(text) == PING
    except (ValueError, RecursionError):
        return False


async def _send(socket: WebSocket, subscription: Subscription) -> int:
    while (frame := await subscription.frames.get()) is not None:
        await socket.send_text(frame)
    return POST_IS_GONE


async def _fall_behind(subscription: Subscription) -> int:
    await subscription.overflowed.wait()
    return TRY_AGAIN_LATER
