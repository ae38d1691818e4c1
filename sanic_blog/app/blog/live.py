"""/ws: whoever has a post open sees its comments come and go."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NoReturn

from sanic import Blueprint
from sanic.server.websockets.impl import WebsocketImplProtocol as WebSocket

from app.blog.queries import ONE_ID, viewer
from app.config import Settings
from app.database import Database
from app.errors import Forbidden, NotFound
from app.live import Live, Subscription
from app.paths import read_slug
from app.request import Request

GOING_AWAY = 1001
TRY_AGAIN_LATER = 1013
POST_IS_GONE = 4404
PING = {"type": "ping"}
PONG = json.dumps({"type": "pong"})
BAD_MESSAGE = json.dumps({"type": "error", "code": "bad_message"})

sockets = Blueprint("sockets")


# Idiom: Sanic shakes hands before it calls the handler. What may refuse a socket with
# a status, or has to be known before the client knows that it is connected, is
# middleware.
@sockets.on_request
async def prepare(request: Request) -> None:
    """Raises Forbidden for the handshake of a foreign page."""
    headers, settings = request.headers, request.app.ctx.settings
    if not is_allowed_origin(headers.get("origin"), headers.get("host", ""), settings):
        raise Forbidden
    slug = request.match_info["slug"]
    request.ctx.post_id = await _find_published_post(request, slug)


def is_allowed_origin(origin: str | None, host: str, settings: Settings) -> bool:
    """Browsers tell whose page opens a socket; programs, which may, tell nothing."""
    if origin is None:
        return True
    origin = origin.lower()
    return origin.endswith(f"://{host.lower()}") or origin in settings.origins


# Idiom: sanic-ext makes a HEAD of whatever has a GET, so that one could shake hands by
# it, past the middleware.
@sockets.head("/ws/posts/<slug>")
async def refuse_head(_request: Request, **_parts: str) -> NoReturn:
    raise NotFound


@sockets.websocket("/ws/posts/<slug>")  # type: ignore[untyped-decorator]  # Sanic's
async def live_comments(
    request: Request, socket: WebSocket, slug: str, live: Live
) -> None:
    code = GOING_AWAY  # when the server stops, and cancels this
    try:
        async with _subscribe(live, request, slug) as subscription:
            code = await _converse(socket, subscription)
    finally:
        # Idiom: `close` waits until the client has taken all that was sent before.
        socket.end_connection(code)


@asynccontextmanager
async def _subscribe(
    live: Live, request: Request, slug: str
) -> AsyncIterator[Subscription]:
    """Where there is no published post, the subscription begins with its end."""
    post_id = request.ctx.post_id
    with live.subscribe(post_id) as subscription:
        # Looked up again: it may have gone while nobody here was told of it.
        if post_id is None or await _find_published_post(request, slug) != post_id:
            subscription.put(None)
        yield subscription


async def _find_published_post(request: Request, slug: str) -> int | None:
    try:
        slug = read_slug(slug)
    except ValueError:
        return None
    context = request.app.ctx
    # Not to be cancelled when the client goes away, see routing.py.
    return await context.background.finish(_find_id(context.database, slug))


async def _find_id(database: Database, slug: str) -> int | None:
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
    """Ends with CancelledError when the client closes."""
    while True:
        message = await socket.recv()
        await socket.send(PONG if _is_ping(message) else BAD_MESSAGE)


def _is_ping(message: object) -> bool:
    try:
        return isinstance(message, str) and json.loads(message) == PING
    except (ValueError, RecursionError):
        return False


async def _send(socket: WebSocket, subscription: Subscription) -> int:
    while (frame := await subscription.frames.get()) is not None:
        await socket.send(frame)
    return POST_IS_GONE


async def _fall_behind(subscription: Subscription) -> int:
    await subscription.overflowed.wait()
    return TRY_AGAIN_LATER
