"""The way of an event: from a transaction, through Redis, into a queue."""

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from apiflask import APIFlask

from app import create_app, live
from app.blog.schemas import CommentDeleted, PostGone
from app.config import Settings
from app.extensions import db
from app.live import QUEUE_FRAMES, Live, Subscriber, announce
from tests.conftest import close, wait_for
from tests.fake_redis import FakeRedis

SECONDS = 5
POST_ID = 7


def test_nothing_is_published_before_the_commit(app: APIFlask) -> None:
    near, far = socket.socketpair()
    with closing(near), closing(far), app.app_context():
        subscriber = live.current_live().subscribe(POST_ID, near)
        announce(db.session(), POST_ID, CommentDeleted(id=1))
        db.session.rollback()
        db.session.commit()
        announce(db.session(), POST_ID, CommentDeleted(id=2))
        with db.session.begin_nested():
            pass
        assert list(subscriber.take()) == []
        db.session.commit()
        db.session.commit()
        assert list(subscriber.take()) == ['{"type":"comment.deleted","id":2}']
        live.current_live().unsubscribe(subscriber)


def test_full_queue_ends_that_socket_alone() -> None:
    sockets = Live(None)
    near, far = socket.socketpair()
    other, other_far = socket.socketpair()
    with closing(near), closing(far), closing(other), closing(other_far):
        slow = sockets.subscribe(POST_ID, near)
        quick = sockets.subscribe(POST_ID, other)
        for number in range(QUEUE_FRAMES + 1):
            sockets.publish(POST_ID, CommentDeleted(id=number))
            assert len(list(quick.take())) == 1
        assert far.recv(1) == b""
        assert len(list(slow.take())) == QUEUE_FRAMES
        other.setblocking(False)
        with pytest.raises(BlockingIOError):
            other.recv(1)


@pytest.fixture
def redis() -> Iterator[FakeRedis]:
    with FakeRedis() as redis:
        yield redis


@contextmanager
def subscribed(sockets: Live) -> Iterator[Subscriber]:
    near, far = socket.socketpair()
    with closing(near), closing(far):
        yield sockets.subscribe(POST_ID, near)
        sockets.close()


def next_item(subscriber: Subscriber) -> str | int:
    assert subscriber.ready.wait(SECONDS)
    subscriber.ready.clear()
    (item,) = subscriber.take()
    return item


def test_redis_carries_events_between_servers(redis: FakeRedis) -> None:
    here, there = Live(redis.url), Live(redis.url)
    with subscribed(here) as mine, subscribed(there) as theirs:
        here.publish(POST_ID + 1, CommentDeleted(id=1))
        here.publish(POST_ID, CommentDeleted(id=2))
        for subscriber in (mine, theirs):
            assert next_item(subscriber) == '{"type":"comment.deleted","id":2}'
        there.publish(POST_ID, PostGone())
        assert [next_item(mine), next_item(theirs)] == [4404, 4404]


def test_foreign_payloads(redis: FakeRedis) -> None:
    sockets = Live(redis.url)
    created = (
        b'{"comment": {"id": 1, "body": "\xc3\xa4", "created_at": '
        b'"2026-01-02T03:04:05.000006Z", "author": {"username": "ada", "bio": ""}}, '
        b'"type": "comment.created"}'
    )
    with subscribed(sockets) as subscriber:
        for payload in (
            b"",
            b"\xff",
            b"[]",
            b'{"type":"comment.created"}',
            b'{"type":"comment.deleted","id":"1"}',
            b'{"type":"other"}',
        ):
            redis.publish(b"quintet:posts:7", payload)
        redis.publish(b"quintet:posts:x", created)
        redis.publish(b"quintet:posts:7", created)
        assert next_item(subscriber) == created.decode()


def test_redis_goes_and_comes(
    redis: FakeRedis, caplog: pytest.LogCaptureFixture
) -> None:
    sockets = Live(redis.url)
    with subscribed(sockets) as subscriber:
        redis.stop()
        for number in range(3):
            sockets.publish(POST_ID, CommentDeleted(id=number))
        assert caplog.text.count("Redis is away") == 1
        redis.start()
        wait_for(lambda: bool(redis.listeners))
        sockets.publish(POST_ID, CommentDeleted(id=9))
        assert next_item(subscriber) == '{"type":"comment.deleted","id":9}'
    assert caplog.text.count("Redis is away") == 1


def test_redis_that_falls_silent_is_left(
    redis: FakeRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "QUIET_SECONDS", 0.05)
    monkeypatch.setattr(live, "REDIS_SECONDS", 0.2)
    sockets = Live(redis.url)
    with subscribed(sockets):
        (first,) = redis.listeners
        redis.is_silent = True
        wait_for(lambda: first not in redis.listeners)
        redis.is_silent = False
        wait_for(lambda: bool(redis.listeners))


def test_without_redis_nothing_fails(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    away = {"REDIS_URL": "redis://127.0.0.1:9"}
    app = create_app(settings.model_copy(update=away))
    for number in range(2):
        with app.app_context():
            announce(db.session(), POST_ID, CommentDeleted(id=number))
            db.session.commit()
    close(app)
    assert caplog.text.count("Redis is away") == 1
