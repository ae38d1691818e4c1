"""Events between servers, and what becomes of them while Redis is away."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from asgiref.sync import async_to_sync

from common import live as live_module
from common.live import GONE, POST_IS_GONE, Live, Queue
from tests.tiny_redis import TinyRedis

POST, OTHER = 1, 2

Servers = tuple[Live, Live]


@asynccontextmanager
async def running(redis: TinyRedis) -> AsyncIterator[Servers]:
    await redis.start()
    here, there = Live(redis.url), Live(redis.url)
    async with here.opened(), there.opened():
        await until(lambda: len(redis.patterns) == 2)
        yield here, there
    await redis.stop()


def play(scenario: Callable[[Servers, TinyRedis], Awaitable[None]]) -> None:
    async def started() -> None:
        redis = TinyRedis()
        async with running(redis) as servers:
            await scenario(servers, redis)

    async_to_sync(started)()


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_module, "FIRST_PAUSE", 0.001)


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not is_so():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.001)


async def items(queue: Queue, number: int) -> list[str | int]:
    async with asyncio.timeout(5):
        return [await queue.get() for _ in range(number)]


async def delete_comments(server: Live, *ids: int, post_id: int = POST) -> None:
    for comment_id in ids:
        event = {"type": "comment.deleted", "id": comment_id}
        await asyncio.to_thread(server.publish, post_id, event)


def deleted(comment_id: int) -> str:
    return f'{{"type":"comment.deleted","id":{comment_id}}}'


def test_each_server_hears_each_event_once() -> None:
    async def scenario(servers: Servers, _redis: TinyRedis) -> None:
        here, there = servers
        with here.subscribe(POST) as own, there.subscribe(POST) as others:
            await delete_comments(here, 8, post_id=OTHER)
            await delete_comments(here, 1, 2)
            await delete_comments(there, 3)
            expected = [deleted(1), deleted(2), deleted(3)]
            assert await items(own, 3) == await items(others, 3) == expected
            await asyncio.to_thread(there.publish, POST, GONE)
            assert await items(own, 1) == [POST_IS_GONE]

    play(scenario)


def test_what_is_no_event_is_ignored() -> None:
    async def scenario(servers: Servers, redis: TinyRedis) -> None:
        with servers[0].subscribe(POST) as queue:
            for payload in (
                "",
                "rubbish",
                "[]",
                "[" * 100_000,
                '{"type":"comment.created"}',
                '{"type":"comment.created","comment":{"id":1}}',
                '{"type":"comment.deleted","id":"x"}',
                '{"type":"post.created"}',
            ):
                redis.publish(f"quintet:posts:{POST}", payload)
            redis.publish("quintet:posts:x", deleted(1))
            as_it_came = '{ "id": 2, "type": "comment.deleted" }'
            redis.publish(f"quintet:posts:{POST}", as_it_came)
            assert await items(queue, 1) == [as_it_came]

    play(scenario)


def test_redis_goes_and_comes_back(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(servers: Servers, redis: TinyRedis) -> None:
        here, there = servers
        with there.subscribe(POST) as queue:
            await redis.stop()
            await delete_comments(here, 1, 2, 3)
            warnings = [r for r in caplog.records if "Redis is away" in r.message]
            assert 1 <= len(warnings) <= len(servers)  # one of each
            await redis.start()
            await until(lambda: len(redis.patterns) == 2)
            await delete_comments(here, 7)
            assert await items(queue, 1) == [deleted(7)]

    play(scenario)


def test_redis_that_says_nothing_delays_a_request_briefly(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(live_module, "REDIS_SECONDS", 0.05)

    async def scenario(servers: Servers, redis: TinyRedis) -> None:
        redis.is_silent = True
        async with asyncio.timeout(3):
            await delete_comments(servers[0], 1, 2, 3)
        assert caplog.messages == ["Redis is away, events are lost: TimeoutError"]
        redis.is_silent = False
        with servers[1].subscribe(POST) as queue:
            await delete_comments(servers[0], 7)
            while await items(queue, 1) != [deleted(7)]:
                pass  # What was thought to be lost may come after all.

    play(scenario)


def test_redis_that_falls_silent_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """As when its machine is gone: nobody ends the connection."""
    monkeypatch.setattr(live_module, "QUIET_SECONDS", 0.01)
    monkeypatch.setattr(live_module, "REDIS_SECONDS", 0.5)

    async def scenario(_servers: Servers, redis: TinyRedis) -> None:
        first = set(redis.patterns)
        redis.is_silent = True
        await until(lambda: first.isdisjoint(redis.patterns))
        redis.is_silent = False
        await until(lambda: bool(redis.patterns))

    play(scenario)
