"""Events between servers, and what becomes of them while Redis is away."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from app import live as live_module
from app.blog.schemas import CommentDeleted, PostGone
from app.config import Settings
from app.database import Database
from app.live import Live, Subscription, announce
from tests.tiny_redis import TinyRedis

pytestmark = pytest.mark.anyio
POST, OTHER = 1, 2


class Server:
    """What one of several servers has of it all."""

    def __init__(self, settings: Settings) -> None:
        self.live = Live(settings)
        self.database = Database(settings.sqlalchemy_url, self.live.publish)

    async def delete_comments(self, *comment_ids: int, post_id: int = POST) -> None:
        async with self.database.writing() as session:
            for comment_id in comment_ids:
                announce(session, post_id, CommentDeleted(id=comment_id))


@pytest.fixture
async def redis() -> AsyncIterator[TinyRedis]:
    redis = TinyRedis()
    await redis.start()
    yield redis
    await redis.stop()


@pytest.fixture
async def servers(
    settings: Settings, redis: TinyRedis, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[list[Server]]:
    monkeypatch.setattr(live_module, "FIRST_PAUSE", 0.001)
    changed = settings.model_copy(update={"redis_url": redis.url})
    servers = [Server(changed), Server(changed)]
    for server in servers:
        await server.live.open()
    await until(lambda: len(redis.patterns) == 2)
    yield servers
    for server in servers:
        await server.live.close()
        await server.database.close()


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not is_so():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.001)


async def frames(subscription: Subscription, number: int) -> list[str | None]:
    async with asyncio.timeout(5):
        return [await subscription.frames.get() for _ in range(number)]


def deleted(comment_id: int) -> str:
    return f'{{"type":"comment.deleted","id":{comment_id}}}'


async def test_each_server_hears_each_event_once(servers: list[Server]) -> None:
    here, there = servers
    with here.live.subscribe(POST) as own, there.live.subscribe(POST) as others:
        await here.delete_comments(8, post_id=OTHER)
        await here.delete_comments(1, 2)
        await there.delete_comments(3)
        expected = [deleted(1), deleted(2), deleted(3)]
        assert await frames(own, 3) == await frames(others, 3) == expected
        async with there.database.writing() as session:
            announce(session, POST, PostGone())
        assert await frames(own, 1) == [None]


async def test_what_is_no_event_is_ignored(
    servers: list[Server], redis: TinyRedis
) -> None:
    with servers[0].live.subscribe(POST) as subscription:
        for payload in (
            "",
            "rubbish",
            "[]",
            '{"type":"comment.created"}',
            '{"type":"comment.created","comment":{"id":1}}',
            '{"type":"comment.deleted","id":"x"}',
            '{"type":"post.created"}',
        ):
            redis.publish(f"quintet:posts:{POST}", payload)
        redis.publish("quintet:posts:x", deleted(1))
        as_it_came = '{ "id": 2, "type": "comment.deleted" }'
        redis.publish(f"quintet:posts:{POST}", as_it_came)
        assert await frames(subscription, 1) == [as_it_came]


async def test_redis_goes_and_comes_back(
    servers: list[Server], redis: TinyRedis, caplog: pytest.LogCaptureFixture
) -> None:
    here, there = servers
    with there.live.subscribe(POST) as subscription:
        await redis.stop()
        for n in range(3):
            await here.delete_comments(n)
        warnings = [r for r in caplog.records if "Redis is away" in r.message]
        assert len(warnings) <= len(servers)  # one of each
        assert warnings
        await redis.start()
        await until(lambda: len(redis.patterns) == 2)
        await here.delete_comments(7)
        assert await frames(subscription, 1) == [deleted(7)]


async def test_redis_that_says_nothing_delays_a_request_briefly(
    servers: list[Server],
    redis: TinyRedis,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(live_module, "REDIS_SECONDS", 0.05)
    redis.is_silent = True
    async with asyncio.timeout(3):
        for n in range(3):
            await servers[0].delete_comments(n)
    assert caplog.messages == ["Redis is away, events are lost: TimeoutError"]
    redis.is_silent = False
    with servers[1].live.subscribe(POST) as subscription:
        await servers[0].delete_comments(7)
        while await frames(subscription, 1) != [deleted(7)]:
            pass  # What was thought to be lost may come after all.


async def test_redis_that_falls_silent_is_left(
    redis: TinyRedis, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when its machine is gone: nobody ends the connection."""
    monkeypatch.setattr(live_module, "QUIET_SECONDS", 0.01)
    monkeypatch.setattr(live_module, "REDIS_SECONDS", 0.5)
    live = Live(settings.model_copy(update={"redis_url": redis.url}))
    await live.open()
    await until(lambda: bool(redis.patterns))
    (first,) = redis.patterns
    redis.is_silent = True
    await until(lambda: first not in redis.patterns)
    redis.is_silent = False
    await until(lambda: bool(redis.patterns))
    await live.close()
