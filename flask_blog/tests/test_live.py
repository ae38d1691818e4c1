"""Comments as they come and go: over real sockets, on a server in this process."""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from threading import Thread
from time import sleep
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from werkzeug.serving import make_server
from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Event,
    Request,
    TextMessage,
)

from app import create_app, live
from app.accounts.schemas import Author
from app.blog.live import is_allowed_origin
from app.blog.schemas import Comment, CommentCreated, CommentDeleted, PostGone
from app.config import Settings
from app.database import utc_now
from app.extensions import db
from app.live import MOST_SOCKETS, QUEUE_FRAMES, Live, Subscriber, announce
from tests.conftest import (
    PASSWORD,
    SignUp,
    assert_problem,
    close,
    fill_in,
    sign_in,
    write_post,
)
from tests.fake_redis import FakeRedis

SECONDS = 5
PING, PONG = '{"type": "ping"}', {"type": "pong"}
BAD_MESSAGE = {"type": "error", "code": "bad_message"}
HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
}
POST_ID = 7

Follow = Callable[..., "Follower"]


@contextmanager
def served(app: APIFlask) -> Iterator[int]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    serving = Thread(target=server.serve_forever, args=(0.01,))
    serving.start()
    yield server.port
    app.extensions["live"].close()
    server.shutdown()
    serving.join()
    server.server_close()


@pytest.fixture
def port(app: APIFlask) -> Iterator[int]:
    with served(app) as port:
        yield port


class Follower:
    """The socket of a post, opened by somebody who reads when asked to."""

    def __init__(self, port: int, slug: str, **headers: str) -> None:
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.settimeout(SECONDS)
        self.socket.connect(("127.0.0.1", port))
        self._protocol = WSConnection(ConnectionType.CLIENT)
        given = [(name.encode(), value.encode()) for name, value in headers.items()]
        host, path = f"127.0.0.1:{port}", f"/ws/posts/{slug}"
        self._tell(Request(host=host, target=path, extra_headers=given))
        assert isinstance(self._hear(), AcceptConnection)

    def _tell(self, event: Event) -> None:
        self.socket.sendall(self._protocol.send(event))

    def _hear(self) -> Event:
        while True:
            for event in self._protocol.events():
                return event
            self._protocol.receive_data(self.socket.recv(65536) or None)

    def send(self, message: str | bytes) -> None:
        if isinstance(message, str):
            self._tell(TextMessage(message))
        else:
            self._tell(BytesMessage(message))

    def next_event(self) -> Any:
        text = ""
        while True:
            part = self._hear()
            assert isinstance(part, TextMessage)
            text += part.data
            if part.message_finished:
                return json.loads(text)

    def close_code(self) -> int:
        """Nothing else comes before, and then the server goes first."""
        closing = self._hear()
        assert isinstance(closing, CloseConnection)
        self._tell(closing.response())
        assert self.socket.recv(1) == b""
        self.socket.close()
        return closing.code


@pytest.fixture
def follow(port: int) -> Iterator[Follow]:
    followers = []

    def connect(slug: str, **headers: str) -> Follower:
        followers.append(Follower(port, slug, **headers))
        return followers[-1]

    yield connect
    for follower in followers:
        follower.socket.close()


@pytest.fixture
def comment(client: FlaskClient) -> Callable[..., Any]:
    def create_comment(author: Any, post: Any, body: str = "Hello") -> Any:
        answer = client.post(
            f"/api/v1/posts/{post['slug']}/comments",
            json={"body": body},
            headers=author.headers,
        )
        assert answer.status_code == 201, answer.text
        return answer.json

    return create_comment


def test_comments_come_and_go(
    client: FlaskClient, sign_up: SignUp, follow: Follow, comment: Callable[..., Any]
) -> None:
    ada = sign_up("ada")
    post, other = write_post(client, ada), write_post(client, ada)
    followers = [follow(post["slug"]), follow(post["slug"])]
    comment(ada, other)
    first, second = comment(ada, post), comment(ada, post, "<b>häh</b>\n😀")
    path = f"/api/v1/posts/{post['slug']}/comments"
    stored = client.get(f"{path}/{second['id']}").json
    client.delete(f"{path}/{first['id']}", headers=ada.headers)
    for follower in followers:
        assert follower.next_event() == {"type": "comment.created", "comment": first}
        assert follower.next_event() == {"type": "comment.created", "comment": stored}
        assert follower.next_event() == {"type": "comment.deleted", "id": first["id"]}


def test_pages_announce_too(
    client: FlaskClient, sign_up: SignUp, follow: Follow
) -> None:
    post = write_post(client, sign_up("ada"))
    sign_in(client)
    follower = follow(post["slug"])
    path = f"/posts/{post['slug']}"
    fill_in(client, path, f"{path}/comments", body="From a page")
    created = follower.next_event()["comment"]
    assert created["body"] == "From a page"
    fill_in(client, path, f"{path}/comments/{created['id']}/delete")
    assert follower.next_event() == {"type": "comment.deleted", "id": created["id"]}


@pytest.mark.parametrize("slug", ["draft", "nothing", "No_Slug", "a--b", "x" * 91])
def test_what_is_not_published_is_gone(
    client: FlaskClient, sign_up: SignUp, follow: Follow, slug: str
) -> None:
    ada = sign_up("ada")
    write_post(client, ada, title="Draft", status="draft")
    assert follow(slug, **ada.headers).close_code() == 4404


@pytest.mark.parametrize("way", ["edit", "delete", "edit page", "delete page", "me"])
def test_post_goes(
    client: FlaskClient, sign_up: SignUp, follow: Follow, way: str
) -> None:
    ada = sign_up("ada")
    slug, headers = write_post(client, ada)["slug"], ada.headers
    staying = follow(write_post(client, sign_up("bob"))["slug"])
    follower = follow(slug)
    sign_in(client)
    if way == "edit":
        draft = {"status": "draft"}
        client.patch(f"/api/v1/posts/{slug}", json=draft, headers=headers)
    elif way == "delete":
        client.delete(f"/api/v1/posts/{slug}", headers=headers)
    elif way == "edit page":
        form = {"title": "T", "body": "B", "tags": "", "status": "draft"}
        fill_in(client, f"/posts/{slug}/edit", **form)
    elif way == "delete page":
        fill_in(client, f"/posts/{slug}", f"/posts/{slug}/delete")
    else:
        password = {"current_password": PASSWORD}
        client.post("/api/v1/me/delete", json=password, headers=headers)
    assert follower.close_code() == 4404
    staying.send(PING)
    assert staying.next_event() == PONG


def test_what_is_not_announced(
    client: FlaskClient, sign_up: SignUp, follow: Follow, comment: Callable[..., Any]
) -> None:
    ada, bob, eve = sign_up("ada"), sign_up("bob"), sign_up("eve")
    post = write_post(client, ada)
    theirs = comment(bob, post)
    follower = follow(post["slug"])
    path = f"/api/v1/posts/{post['slug']}"
    for body in ({"title": "Changed"}, {"status": "published"}, {"tags": ["x"]}):
        assert client.patch(path, json=body, headers=ada.headers).status_code == 200
    comments = f"{path}/comments"
    assert client.post(comments, json={"body": " "}, headers=ada.headers).json["code"]
    refused = client.delete(f"{comments}/{theirs['id']}", headers=eve.headers)
    assert refused.status_code == 403
    leaving = {"current_password": PASSWORD}
    client.post("/api/v1/me/delete", json=leaving, headers=bob.headers)
    last = comment(ada, post)
    assert follower.next_event()["comment"] == last


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


@pytest.mark.parametrize(
    "message",
    [
        "",
        "ping",
        "[]",
        '{"type":"pong"}',
        '{"type":"ping","x":1}',
        "[" * 4096,
        "é" * 2048,
        b"",
        b'{"type":"ping"}',
        b"x" * 4096,
    ],
)
def test_messages(
    client: FlaskClient, sign_up: SignUp, follow: Follow, message: str | bytes
) -> None:
    follower = follow(write_post(client, sign_up("ada"))["slug"])
    follower.send(message)
    assert follower.next_event() == BAD_MESSAGE
    follower.send(PING.ljust(4096))
    assert follower.next_event() == PONG


@pytest.mark.parametrize("message", ["x" * 4097, "é" * 2049, b"x" * 1_000_000])
def test_too_big_a_message(
    client: FlaskClient, sign_up: SignUp, follow: Follow, message: str | bytes
) -> None:
    follower = follow(write_post(client, sign_up("ada"))["slug"])
    follower.send(message)
    assert follower.close_code() == 1009


@pytest.mark.parametrize(
    ("origin", "is_allowed"),
    [
        (None, True),
        ("http://127.0.0.1:8002", True),
        ("https://127.0.0.1:8002", True),  # A proxy may have taken the TLS away.
        ("http://127.0.0.1:8003", False),
        ("http://127.0.0.1", False),
        ("https://blog.example.org", True),
        ("https://BLOG.example.org", True),
        ("http://blog.example.org", False),
        ("http://evil.example/127.0.0.1:8002", False),
        ("null", False),
        ("", False),
    ],
)
def test_origins(origin: str | None, is_allowed: bool) -> None:
    known = {"https://blog.example.org"}
    assert is_allowed_origin(origin, "127.0.0.1:8002", known) == is_allowed


def test_handshake_of_another_origin(client: FlaskClient, follow: Follow) -> None:
    for origin in ("null", "http://evil.example"):
        headers = HANDSHAKE | {"Origin": origin}
        answer = client.get("/ws/posts/x", headers=headers)
        assert_problem(answer, 403, "forbidden")
    # PUBLIC_URL is another host than the one that is asked here.
    assert follow("x", Origin="http://blog.test").close_code() == 4404


def test_handshake_of_another_host(settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"ENVIRONMENT": "production"}))
    answer = app.test_client().get("/ws/posts/x", headers=HANDSHAKE)
    close(app)
    assert answer.status_code == 400


def raw_answer(port: int, method: str = "GET", **headers: str) -> str:
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    request = f"{method} /ws/posts/x HTTP/1.1\r\n" + "\r\n".join(lines) + "\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), SECONDS) as connection:
        connection.sendall(request.encode())
        return connection.recv(1000).decode()


def test_what_is_no_handshake(client: FlaskClient, port: int) -> None:
    assert_problem(client.get("/ws/posts/x"), 404, "not_found")
    assert client.post("/ws/posts/x", json={}).status_code in {404, 405}
    assert client.head("/ws/posts/x", headers=HANDSHAKE).status_code == 405
    assert client.options("/ws/posts/x", headers=HANDSHAKE).status_code == 405
    complete = {"Host": "x"} | HANDSHAKE
    for headers in (
        {k: v for k, v in complete.items() if k != "Sec-WebSocket-Key"},
        complete | {"Sec-WebSocket-Version": "12"},
        complete | {"Sec-WebSocket-Protocol": "häh"},
    ):
        answer = raw_answer(port, **headers)
        assert answer.startswith("HTTP/1.1 404"), answer


def test_pages_ignore_the_wish_for_a_socket(client: FlaskClient) -> None:
    assert client.get("/", headers=HANDSHAKE).status_code == 200


def test_one_line_in_the_log(
    client: FlaskClient, follow: Follow, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "app.logs")
    assert follow("some-post").close_code() == 4404
    wait_for(lambda: "101" in caplog.text)
    (record,) = (r for r in caplog.records if r.name == "app.logs")
    assert record.getMessage().startswith("GET /ws/posts/{slug} 101 ")
    assert "some-post" not in record.getMessage()
    counted = 'http_requests_total{method="GET",route="/ws/posts/{slug}",status="101"}'
    assert counted in client.get("/metrics").text


def wait_for(condition: Callable[[], bool]) -> None:
    for _ in range(SECONDS * 100):
        if condition():
            return
        sleep(0.01)
    raise AssertionError("It did not come to that.")


def test_client_that_vanishes(
    app: APIFlask,
    client: FlaskClient,
    sign_up: SignUp,
    follow: Follow,
    caplog: pytest.LogCaptureFixture,
) -> None:
    follower = follow(write_post(client, sign_up("ada"))["slug"])
    follower.send(PING)
    assert follower.next_event() == PONG
    follower.socket.close()
    wait_for(lambda: not app.extensions["live"].subscribers)
    assert "Traceback" not in caplog.text


def test_slow_reader_is_let_go(
    app: APIFlask, client: FlaskClient, sign_up: SignUp, follow: Follow
) -> None:
    slug = write_post(client, sign_up("ada"))["slug"]
    follower, slow = follow(slug), follow(slug)
    sockets: Live = app.extensions["live"]
    (post_id,) = {each.post_id for each in sockets.subscribers}
    author, now = Author(username="ada", bio=""), utc_now()
    comment = Comment(id=1, body="x" * 50_000, author=author, created_at=now)
    sent = 0
    while len(sockets.subscribers) == 2:
        sockets.publish(post_id, CommentCreated(comment=comment))
        assert follower.next_event()["type"] == "comment.created"
        sent += 1
    assert sent > QUEUE_FRAMES
    with suppress(ConnectionError):
        while slow.socket.recv(65536):
            pass


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


def test_no_more_sockets_than_threads(client: FlaskClient, app: APIFlask) -> None:
    near, far = socket.socketpair()
    with closing(near), closing(far):
        for _ in range(MOST_SOCKETS):
            app.extensions["live"].subscribe(POST_ID, near)
        environ = {"werkzeug.socket": near}
        answer = client.get("/ws/posts/x", headers=HANDSHAKE, environ_overrides=environ)
        assert_problem(answer, 503, "unavailable")


def test_server_that_ends(
    app: APIFlask, client: FlaskClient, sign_up: SignUp, follow: Follow
) -> None:
    slug = write_post(client, sign_up("ada"))["slug"]
    follower = follow(slug)
    app.extensions["live"].close()
    assert follower.close_code() == 1001
    assert follow(slug).close_code() == 1001


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


def test_page_tells_its_script_what_to_follow(
    app: APIFlask, client: FlaskClient, sign_up: SignUp, comment: Callable[..., Any]
) -> None:
    ada, bob = sign_up("ada"), sign_up("bob")
    post = write_post(client, ada)
    path = f"/posts/{post['slug']}"
    thread = '<div class="thread" role="log" aria-labelledby="comments-heading"'
    socket_path = f' data-live="/ws{path}"'
    assert f"{thread}{socket_path}>" in client.get(path).text
    sign_in(client, "bob")
    assert f'{thread}{socket_path} data-username="bob">' in client.get(path).text
    client = app.test_client()
    sign_in(client, "ada")
    moderating = f'{thread}{socket_path} data-username="ada" data-moderates="">'
    page = client.get(path).text
    assert moderating in page
    assert '<p class="none">There are none yet.</p>\n</div>' in page
    first = comment(bob, post)
    page = client.get(path).text
    assert page.index(thread) < page.index('id="comment-1"') < page.index("</section>")
    assert 'class="none"' not in page
    assert f"{thread}>" in client.get(f"{path}?before={first['id']}").text
    draft = write_post(client, ada, status="draft")
    assert f"{thread}>" in client.get(f"/posts/{draft['slug']}").text
