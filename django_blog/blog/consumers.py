"""Sockets: the comments of a post, as they come and go."""

import asyncio
import json
from contextlib import ExitStack, suppress
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from blog.queries import find_published_post
from common.live import POST_IS_GONE, live

PING = {"type": "ping"}
PONG = '{"type":"pong"}'
BAD_MESSAGE = '{"type":"error","code":"bad_message"}'


class LiveComments(AsyncWebsocketConsumer):  # type: ignore[misc]  # it has no types
    # Idiom: a consumer handles one message after the other. What it sends waits in a
    # queue, so that one whose reader takes nothing still hears that the socket closes.
    async def __call__(self, *args: Any) -> None:
        with ExitStack() as self.ending:
            await super().__call__(*args)

    async def connect(self) -> None:
        await self._follow(self.scope["url_route"]["kwargs"]["slug"])
        await self.accept()
        sending = asyncio.create_task(self._send_waiting())
        self.ending.callback(sending.cancel)

    async def _follow(self, slug: str) -> None:
        """Looks once more as soon as it would be told that the post has gone."""
        post_id = await _find(slug)
        self.queue = self.ending.enter_context(live.subscribe(post_id))
        if post_id is None or await _find(slug) != post_id:
            self.queue.add(POST_IS_GONE)

    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None
    ) -> None:
        self.queue.add(PONG if _is_ping(text_data) else BAD_MESSAGE)

    async def _send_waiting(self) -> None:
        # What the server raises for a socket that is lost, or that it closes itself.
        with suppress(OSError, RuntimeError):
            while isinstance(item := await self.queue.get(), str):
                await self.send(item)
            await self.close(item)


_find = database_sync_to_async(find_published_post)


def _is_ping(text: str | None) -> bool:
    try:
        return text is not None and json.loads(text) == PING
    except (ValueError, RecursionError):
        return False
