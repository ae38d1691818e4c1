"""Events of posts: told after the commit, by every server, to whoever follows them."""

import asyncio
import json
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

Event = dict[str, Any]

QUEUE_FRAMES = 100
CHANNELS = "quintet:posts:"
REDIS_SECONDS = 1
QUIET_SECONDS = 10  # without a message, after which Redis is asked whether it is there
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 2.0  # seconds before Redis is tried again
GONE: Event = {"type": "post.gone"}
POST_IS_GONE, TRY_AGAIN_LATER = 4404, 1013  # codes that close a socket

logger = logging.getLogger(__name__)


def announce(post_id: int, event: Event) -> None:
    """Tells of a change once the transaction is committed, and not if it fails."""
    transaction.on_commit(partial(live.publish, post_id, event))


class Queue(asyncio.Queue[str | int]):
    """What waits to be sent on a socket: frames, and a code to close it with."""

    def __init__(self) -> None:
        super().__init__(QUEUE_FRAMES)

    def add(self, item: str | int) -> None:
        """Lets a reader go who takes too little of it."""
        if self.full():
            while not self.empty():
                self.get_nowait()
            item = TRY_AGAIN_LATER
        self.put_nowait(item)


class Live:
    # Idiom: a channel layer carries what Channels alone can read. These events go over
    # Redis as they are, since other servers tell and hear them, too.
    def __init__(self, redis_url: str | None) -> None:
        self._redis_url = redis_url
        self._redis = _publisher(redis_url) if redis_url else None
        self._redis_is_away = False
        self._queues: dict[str, set[Queue]] = defaultdict(set)
        self._loop: asyncio.AbstractEventLoop | None = None

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """While this process may have sockets."""
        self._loop = asyncio.get_running_loop()
        listener = self._loop.create_task(self._listen())
        try:
            yield
        finally:
            self._loop = None
            listener.cancel()

    @contextmanager
    def subscribe(self, post_id: int | None) -> Iterator[Queue]:
        """The queue of one socket, of no post perhaps."""
        channel, queue = _channel_of(post_id), Queue()
        self._queues[channel].add(queue)
        try:
            yield queue
        finally:
            self._queues[channel].remove(queue)
            if not self._queues[channel]:
                del self._queues[channel]

    def publish(self, post_id: int, event: Event) -> None:
        """Never raises: whoever waits for a request has nothing to do with it."""
        channel = _channel_of(post_id)
        payload = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
        if self._redis:
            with self._outages_told():
                self._redis.publish(channel, payload)
                self._redis_is_away = False
        elif self._loop:
            self._loop.call_soon_threadsafe(self._deliver, channel, payload)

    async def _listen(self) -> None:
        pause = FIRST_PAUSE
        while self._redis_url:
            with self._outages_told():
                async for message in _messages(self._redis_url):
                    pause, self._redis_is_away = FIRST_PAUSE, False
                    self._deliver(message["channel"], message["data"])
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def _deliver(self, channel: str, payload: str) -> None:
        item = _item_of(payload)
        for queue in self._queues.get(channel, ()):
            if item is not None:
                queue.add(item)

    @contextmanager
    def _outages_told(self) -> Iterator[None]:
        try:
            yield
        except (RedisError, OSError) as error:
            if not self._redis_is_away:
                name = type(error).__name__
                logger.warning("Redis is away, events are lost: %s", name)
            self._redis_is_away = True


def _channel_of(post_id: int | None) -> str:
    return f"{CHANNELS}{post_id}"


def _item_of(payload: str) -> str | int | None:
    """What an event puts into queues; nothing if it is none."""
    try:
        event = json.loads(payload)
    except (ValueError, TypeError, RecursionError):
        return None
    match event:
        case {"type": "comment.created", "comment": {"id": int(), "author": dict()}}:
            return payload
        case {"type": "comment.deleted", "id": int()}:
            return payload
        case {"type": "post.gone"}:
            return POST_IS_GONE
    return None


def _publisher(redis_url: str) -> Redis:
    return Redis.from_url(
        redis_url,
        retry=Retry(NoBackoff(), 0),
        socket_connect_timeout=REDIS_SECONDS,
        socket_timeout=REDIS_SECONDS,
    )


async def _messages(redis_url: str) -> AsyncIterator[dict[str, Any]]:
    """All that comes over the channels, from the confirmation that they are open.

    Raises TimeoutError once Redis answers nothing any more.
    """
    redis = AsyncRedis.from_url(
        redis_url,
        retry=AsyncRetry(NoBackoff(), 0),
        socket_connect_timeout=REDIS_SECONDS,
        socket_keepalive=True,
        decode_responses=True,
        encoding_errors="replace",
    )
    async with redis, redis.pubsub() as channels:
        await channels.psubscribe(f"{CHANNELS}*")
        while True:
            message = await channels.get_message(timeout=QUIET_SECONDS)
            if message is None:
                await channels.ping()
                message = await channels.get_message(timeout=REDIS_SECONDS)
            if message is None:
                raise TimeoutError("Redis is silent")
            yield message


live = Live(settings.REDIS_URL)
