"""Comments as they come and go: over real sockets, on a server in this process."""

import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from threading import Thread
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from app import create_app
from app.accounts.schemas import Author
from app.blog.live import is_allowed_origin
from app.blog.schemas import Comment, CommentCreated
from app.config import Settings
from app.database import utc_now
from app.live import MOST_SOCKETS, QUEUE_FRAMES, Live
from tests.conftest import (
    PASSWORD,
    SignUp,
    assert_problem,
    close,
    fill_in,
    sign_in,
    wait_for,
    write_post,
)
from tests.follower import HANDSHAKE, SECONDS, Follower

PING, PONG = '{"type": "ping"}', {"type": "pong"}
BAD_MESSAGE = {"type": "error", "code": "bad_message"}
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
