"""/ws: whoever has a post open sees its comments come and go."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from tornado.routing import URLSpec
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from app.api import ApiHandler
from app.blog.queries import ONE_ID, viewer
from app.config import Settings
from app.errors import Forbidden, NotFound
from app.live import Subscription
from app.paths import SLUG_PART
from app.validation import SLUG

MESSAGE_BYTES = 4096
PING_SECONDS = 20  # Proxies give up a connection on which nothing moves for a minute.
POST_IS_GONE = 4404
PING = {"type": "ping"}
PONG = {"type": "pong"}
BAD_MESSAGE = {"type": "error", "code": "bad_message"}


class LiveCommentsHandler(WebSocketHandler, ApiHandler):
    # Idiom: Tornado compares the Origin with the Host by itself, but it takes the word
    # of Sec-Fetch-Site first, and 500 is its answer to an Origin that is no address.
    async def prepare(self) -> None:
        """Raises NotFound for what is no handshake, Forbidden for a foreign page's."""
        headers = self.request.headers
        if self.request.method != "GET" or "Upgrade" not in headers:
            raise NotFound
        origin = headers.get("Origin")
        if not is_allowed_origin(origin, self.request.host, self.config):
            raise Forbidden

    def check_origin(self, origin: str) -> bool:  # noqa: ARG002 - as in Tornado
        return True

    # Idiom: `get` lasts as long as the socket, and calls `open` and `on_message`. The
    # task that writes is told of the end, not cancelled: Tornado logs a traceback for
    # a `write_message` that is.
    async def get(self, slug: str) -> None:
        async with self._subscribe(slug) as self.subscription:
            await super().get()
            self.subscription.put(None)

    @asynccontextmanager
    async def _subscribe(self, slug: str) -> AsyncIterator[Subscription]:
        """Where there is no published post, the subscription begins with its end."""
        post_id = await self._find_published_post(slug)
        with self.application.live.subscribe(post_id, self.close) as subscription:
            # Looked up again: it may have gone while nobody here was told of it.
            if post_id is None or await self._find_published_post(slug) != post_id:
                subscription.put(None)
            yield subscription

    async def _find_published_post(self, slug: str) -> int | None:
        if not re.fullmatch(SLUG, slug):
            return None
        async with self.database.reading() as reader:
            post_id: int | None = await reader.scalar(
                ONE_ID, {"slug": slug, **viewer(None)}
            )
        return post_id

    def open(self) -> None:
        self.application.spawn(self._send(self.subscription))

    # Idiom: the next message is not read before this has ended, so that somebody who
    # asks and never listens fills no memory.
    async def on_message(self, message: str | bytes) -> None:
        with suppress(WebSocketClosedError):
            await self.write_message(PONG if _is_ping(message) else BAD_MESSAGE)

    async def _send(self, subscription: Subscription) -> None:
        with suppress(WebSocketClosedError):
            while (frame := await subscription.frames.get()) is not None:
                await self.write_message(frame)
            self.close(POST_IS_GONE)


def is_allowed_origin(origin: str | None, host: str, settings: Settings) -> bool:
    """Browsers tell whose page opens a socket; programs, which may, tell nothing."""
    if origin is None:
        return True
    origin = origin.lower()
    return origin.endswith(f"://{host.lower()}") or origin in settings.origins


def _is_ping(message: str | bytes) -> bool:
    try:
        return isinstance(message, str) and json.loads(message) == PING
    except (ValueError, RecursionError):
        return False


routes = [
    URLSpec(f"/ws/posts/{SLUG_PART}", LiveCommentsHandler, name="live_comments"),
]
