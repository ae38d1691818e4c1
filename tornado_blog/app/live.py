"""Which sockets follow which post, and how events reach those of every process."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from sqlalchemy.ext.asyncio import AsyncSession

from app.blog.schemas import EVENT, Event, PostGone
from app.config import Settings

QUEUE_FRAMES = 100
GOING_AWAY, TRY_AGAIN_LATER = 1001, 1013
CHANNEL = "quintet:posts:"
REDIS_SECONDS = 1
QUIET_SECONDS = 10  # without a message, after which Redis is asked whether it is there
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 2.0  # seconds until the listener tries again

Announcement = tuple[int, Event]  # and the id of its post

logger = logging.getLogger(__name__)


def announce(session: AsyncSession, post_id: int, event: Event) -> None:
    """Leaves the event with the transaction: it is published once that is committed."""
    session.info.setdefault("announcements", []).append((post_id, event))


class Subscription:
    """The frames that one socket has still to send; None once the post is gone."""

    # Idiom: to close a socket of Tornado's is a plain call that waits for nothing, so
    # whoever finds a reason can do it.
    def __init__(self, close: Callable[[int], None]) -> None:
        self.frames: asyncio.Queue[str | None] = asyncio.Queue(QUEUE_FRAMES)
        self.close = close

    def put(self, frame: str | None) -> None:
        try:
            self.frames.put_nowait(frame)
        except asyncio.QueueFull:
            self.close(TRY_AGAIN_LATER)


class Live:
    """With Redis, all that sockets are sent has come over its channels."""

    def __init__(self, settings: Settings) -> None:
        self._subscriptions: dict[int | None, set[Subscription]] = defaultdict(set)
        self._redis = _redis_client(settings.redis_url) if settings.redis_url else None
        self._listener: asyncio.Task[None] | None = None
        self._is_away = False

    async def open(self) -> None:
        if self._redis:
            self._listener = asyncio.create_task(self._listen(self._redis))

    async def close(self) -> None:
        if self._listener:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)
        if self._redis:
            await self._redis.aclose()

    def close_sockets(self) -> None:
        """Before the server ends: their readers will come back to the next one."""
        for subscriptions in self._subscriptions.values():
            for subscription in subscriptions:
                subscription.close(GOING_AWAY)

    @contextmanager
    def subscribe(
        self, post_id: int | None, close: Callable[[int], None]
    ) -> Iterator[Subscription]:
        subscription = Subscription(close)
        self._subscriptions[post_id].add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions[post_id].remove(subscription)
            if not self._subscriptions[post_id]:
                del self._subscriptions[post_id]

    async def publish(self, session: AsyncSession) -> None:
        """What a transaction has announced, now that it is committed; never fails."""
        announcements: list[Announcement] = session.info.pop("announcements", [])
        if self._redis is None:
            for post_id, event in announcements:
                self._deliver(post_id, event, event.model_dump_json())
        elif announcements:
            await self._send(self._redis, announcements)

    async def _send(self, redis: Redis, announcements: list[Announcement]) -> None:
        pipeline = redis.pipeline(transaction=False)
        for post_id, event in announcements:
            pipeline.publish(f"{CHANNEL}{post_id}", event.model_dump_json())
        try:
            async with asyncio.timeout(REDIS_SECONDS):
                await pipeline.execute()
        except (RedisError, OSError) as error:
            self._note_outage(error)
        else:
            self._is_away = False

    async def _listen(self, redis: Redis) -> None:
        """Comes back after every outage; what was published meanwhile is lost."""
        pause = FIRST_PAUSE
        while True:
            try:
                async with redis.pubsub() as pubsub:
                    await pubsub.psubscribe(f"{CHANNEL}*")
                    async for message in _messages(pubsub):
                        pause, self._is_away = FIRST_PAUSE, False
                        if message["type"] == "pmessage":
                            self._receive(message["channel"], message["data"])
            except (RedisError, OSError) as error:
                self._note_outage(error)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def _note_outage(self, error: Exception) -> None:
        if not self._is_away:
            logger.warning("Redis is away, events are lost: %s", type(error).__name__)
        self._is_away = True

    def _receive(self, channel: bytes, payload: bytes) -> None:
        """Ignores what is no event: whoever reaches Redis can write to a channel."""
        with suppress(ValueError):
            post_id = int(channel.decode().removeprefix(CHANNEL))
            event = EVENT.validate_json(payload)
            self._deliver(post_id, event, payload.decode())

    def _deliver(self, post_id: int, event: Event, frame: str) -> None:
        for subscription in self._subscriptions.get(post_id, ()):
            subscription.put(None if isinstance(event, PostGone) else frame)


async def _messages(pubsub: PubSub) -> AsyncIterator[dict[str, Any]]:
    """All that comes; raises TimeoutError once Redis answers nothing any more."""
    while True:
        message = await pubsub.get_message(timeout=QUIET_SECONDS)
        if message is None:
            await pubsub.ping()
            message = await pubsub.get_message(timeout=REDIS_SECONDS)
        if message is None:
            raise TimeoutError("Redis is silent")
        yield message


def _redis_client(url: str) -> Redis:
    return Redis.from_url(
        url,
        socket_timeout=REDIS_SECONDS,
        socket_connect_timeout=REDIS_SECONDS,
        retry=Retry(NoBackoff(), 1),  # A connection that lay idle may have been cut.
    )
