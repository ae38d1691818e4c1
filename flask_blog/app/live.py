"""Events: announced by services, published after the commit, queued for sockets."""

import logging
import time
from collections.abc import Iterator
from contextlib import suppress
from queue import Empty, Full, Queue
from socket import SHUT_RDWR, socket
from threading import Event as Flag
from threading import Lock, Thread
from typing import Any, cast

from flask import current_app
from flask_sqlalchemy.session import Session as FlaskSession
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from sqlalchemy.orm import Session

from app.blog.schemas import EVENT, Event, PostGone
from app.errors import Unavailable

QUEUE_FRAMES = 100
MOST_SOCKETS = 96  # of one process, in which each holds a thread
CHANNELS = "quintet:posts:"
REDIS_SECONDS = 1
QUIET_SECONDS = 10  # without a message, after which Redis is asked whether it is there
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 2.0
# A request waits until its event is sent. redis-py would try four times, with pauses.
ONE_SHORT_TRY: dict[str, Any] = {
    "socket_timeout": REDIS_SECONDS,
    "socket_connect_timeout": REDIS_SECONDS,
    "retry": Retry(NoBackoff(), 0),
}

# With which codes sockets are closed.
GOING_AWAY = 1001
POST_IS_GONE = 4404

logger = logging.getLogger(__name__)


def announce(session: Session, post_id: int, event: Event) -> None:
    """Leaves the event with the transaction: it is published if that is committed."""
    session.info.setdefault("announced", []).append((post_id, event))


class UnitOfWork(FlaskSession):
    # Idiom: `db.session.commit()` of whatever view ends here, so that none has to think
    # of events. SQLAlchemy's own `after_commit` also tells of savepoints.
    def commit(self) -> None:
        super().commit()
        for post_id, event in self.info.pop("announced", ()):
            current_live().publish(post_id, event)

    def rollback(self) -> None:
        self.info.pop("announced", None)
        super().rollback()


class Subscriber:
    """What waits for one socket: frames, and perhaps the code it is closed with."""

    def __init__(self, post_id: int | None, connection: socket) -> None:
        self.post_id = post_id
        self.connection = connection
        self.ready = Flag()
        self._waiting: Queue[str | int] = Queue(QUEUE_FRAMES)

    def offer(self, item: str | int) -> None:
        """Never waits; who lets a hundred frames wait is let go."""
        try:
            self._waiting.put_nowait(item)
        except Full:
            # Its thread is stuck in sending, and nobody else may send: no close frame.
            with suppress(OSError):
                self.connection.shutdown(SHUT_RDWR)
        self.ready.set()

    def take(self) -> Iterator[str | int]:
        """All that waits by now."""
        with suppress(Empty):
            while True:
                yield self._waiting.get_nowait()


class Live:
    """The sockets of this process, and what Redis brings for them."""

    def __init__(self, redis_url: str | None) -> None:
        self._redis = Redis.from_url(redis_url, **ONE_SHORT_TRY) if redis_url else None
        self.subscribers: set[Subscriber] = set()
        self._lock = Lock()
        self._listener: Thread | None = None
        self._listens = Flag()
        self._is_closed = False
        self._redis_is_away = False

    def subscribe(self, post_id: int | None, connection: socket) -> Subscriber:
        """Raises Unavailable when there is no thread left for one more socket."""
        subscriber = Subscriber(post_id, connection)
        with self._lock:
            if len(self.subscribers) >= MOST_SOCKETS:
                raise Unavailable("No thread is left for a socket")
            self.subscribers.add(subscriber)
            if self._is_closed:
                subscriber.offer(GOING_AWAY)
            if self._listener is None and self._redis:
                # With the first socket: by then gunicorn has forked its workers.
                self._listener = Thread(target=self._listen, args=(self._redis,))
                self._listener.daemon = True
                self._listener.start()
        if self._listener:
            self._listens.wait(REDIS_SECONDS)  # If Redis is away, no longer than that.
        return subscriber

    def unsubscribe(self, subscriber: Subscriber) -> None:
        with self._lock:
            self.subscribers.discard(subscriber)

    def close(self) -> None:
        """Ends all sockets, and those that are still to come."""
        with self._lock:
            self._is_closed = True
            for subscriber in self.subscribers:
                subscriber.offer(GOING_AWAY)

    def publish(self, post_id: int, event: Event) -> None:
        """With Redis our own sockets hear of it from there, as all others do."""
        frame = event.model_dump_json()
        if self._redis is None:
            self._deliver(post_id, event, frame)
            return
        try:
            self._redis.publish(f"{CHANNELS}{post_id}", frame)
        except (RedisError, OSError) as error:
            self._note_outage(error)
        else:
            self._redis_is_away = False

    def _deliver(self, post_id: int, event: Event, frame: str) -> None:
        item = POST_IS_GONE if isinstance(event, PostGone) else frame
        with self._lock:
            for subscriber in self.subscribers:
                if subscriber.post_id == post_id:
                    subscriber.offer(item)

    def _note_outage(self, error: Exception) -> None:
        with self._lock:
            is_known, self._redis_is_away = self._redis_is_away, True
        if not is_known and not self._is_closed:
            logger.warning("Redis is away, live events are lost: %r", error)

    def _listen(self, redis: Redis) -> None:
        pause = FIRST_PAUSE
        while not self._is_closed:
            try:
                for message in self._messages(redis):
                    pause = FIRST_PAUSE
                    self._take(message)
            except (RedisError, OSError) as error:
                self._note_outage(error)
            self._listens.set()
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def _messages(self, redis: Redis) -> Iterator[dict[str, Any]]:
        """The first of them says that Redis has taken the subscription."""
        with redis.pubsub() as pubsub:  # type: ignore[no-untyped-call]  # the library's
            pubsub.psubscribe(f"{CHANNELS}*")
            while not self._is_closed:
                message = pubsub.get_message(timeout=QUIET_SECONDS)
                if message is None:
                    pubsub.ping()
                    message = pubsub.get_message(timeout=REDIS_SECONDS)
                if message is None:
                    raise TimeoutError("Redis is silent")
                yield message

    def _take(self, message: dict[str, Any]) -> None:
        if message["type"] == "psubscribe":
            self._redis_is_away = False
            self._listens.set()
        elif message["type"] == "pmessage":
            self._pass_on(message["channel"], message["data"])

    def _pass_on(self, channel: bytes, payload: bytes) -> None:
        """Ignores what is no event of a post."""
        try:
            post_id = int(channel.decode().removeprefix(CHANNELS))
            frame = payload.decode()
            event = EVENT.validate_json(frame, strict=True)
        except ValueError:
            return
        self._deliver(post_id, event, frame)


def current_live() -> Live:
    return cast("Live", current_app.extensions["live"])
