"""Comments as they come and go: who is told what, and when a socket is closed."""

import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.accounts.users import Caller
from app.blog import comments, live
from app.blog.live import is_allowed_origin
from app.blog.schemas import NewComment
from app.config import Settings
from app.database import Database
from app.errors import Unavailable
from app.live import QUEUE_FRAMES
from app.main import create_app
from tests.conftest import (
    PASSWORD,
    Person,
    SignUp,
    assert_page,
    assert_problem,
    fill_in,
    sign_in,
    write_post,
)
from tests.sockets import Socket

pytestmark = pytest.mark.anyio
PATH = "/ws/posts/a-title"
POST = "/api/v1/posts/a-title"


@pytest.fixture
async def ada(client: httpx.AsyncClient, sign_up: SignUp) -> Person:
    """The author of a published post."""
    ada = await sign_up("ada")
    await write_post(client, ada)
    return ada


@pytest.fixture
async def socket(application: FastAPI, ada: Person) -> AsyncIterator[Socket]:
    """Follows ada's post."""
    async with Socket(application, PATH) as socket:
        yield socket


async def comment(
    client: httpx.AsyncClient, person: Person, body: str = "Hi."
) -> dict[str, Any]:
    answer = await client.post(
        f"{POST}/comments", json={"body": body}, headers=person.headers
    )
    assert answer.status_code == 201, answer.text
    created: dict[str, Any] = answer.json()
    return created


async def test_comments_through_the_api(
    application: FastAPI, client: httpx.AsyncClient, ada: Person, socket: Socket
) -> None:
    await write_post(client, ada, title="Other")
    async with Socket(application, "/ws/posts/other") as other:
        created = await comment(client, ada, "Grüße\n")
        url = f"{POST}/comments/{created['id']}"
        anybody = (await client.get(url)).json()
        assert await socket.frame() == {"type": "comment.created", "comment": anybody}
        await client.delete(url, headers=ada.headers)
        assert await socket.frame() == {"type": "comment.deleted", "id": created["id"]}
        assert await other.is_quiet()


async def test_comments_through_the_pages(
    client: httpx.AsyncClient, ada: Person, socket: Socket
) -> None:
    await sign_in(client)
    page = "/posts/a-title"
    await fill_in(client, page, f"{page}/comments", body="Hi.")
    created = (await socket.frame())["comment"]
    assert (created["body"], created["author"]["username"]) == ("Hi.", "ada")
    await fill_in(client, page, f"{page}/comments/{created['id']}/delete")
    assert await socket.frame() == {"type": "comment.deleted", "id": created["id"]}


@pytest.mark.parametrize("slug", ["unknown", "not-yet", "A_b", "a\0", "é", "a" * 9000])
async def test_nothing_to_follow(
    application: FastAPI, client: httpx.AsyncClient, ada: Person, slug: str
) -> None:
    await write_post(client, ada, title="Not yet", status="draft")
    await sign_in(client)
    cookie = f"fastapi_session={client.cookies['fastapi_session']}"
    async with Socket(application, f"/ws/posts/{slug}", cookie=cookie) as socket:
        assert socket.handshake["type"] == "websocket.accept"
        assert await socket.close_code() == 4404


async def test_post_that_goes_during_the_handshake(
    application: FastAPI, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = iter([1, None])

    async def look(_database: Database, _slug: str) -> int | None:
        return next(looks)

    monkeypatch.setattr(live, "_find_published_post", look)
    async with Socket(application, PATH) as socket:
        assert await socket.close_code() == 4404


@pytest.mark.parametrize("how", ["draft", "delete", "delete_account", "page"])
async def test_post_goes(
    application: FastAPI,
    client: httpx.AsyncClient,
    ada: Person,
    socket: Socket,
    how: str,
) -> None:
    await comment(client, ada)
    assert (await socket.frame())["type"] == "comment.created"
    headers = ada.headers
    await write_post(client, ada, title="Kept")
    async with Socket(application, "/ws/posts/kept") as other:
        if how == "draft":
            await client.patch(POST, json={"status": "draft"}, headers=headers)
        elif how == "delete":
            await client.delete(POST, headers=headers)
        elif how == "page":
            await sign_in(client)
            await fill_in(client, "/posts/a-title", "/posts/a-title/delete")
        else:
            body = {"current_password": PASSWORD}
            await client.post("/api/v1/me/delete", json=body, headers=headers)
            assert await other.close_code() == 4404
        assert await socket.close_code() == 4404
        assert other.is_open == (how != "delete_account")


async def test_change_of_a_post_is_not_announced(
    client: httpx.AsyncClient, ada: Person, socket: Socket
) -> None:
    for changes in ({"title": "New"}, {"tags": ["x"]}, {"status": "published"}):
        await client.patch(POST, json=changes, headers=ada.headers)
    assert await socket.is_quiet()


async def test_what_is_refused_or_vanishes_is_not_announced(
    client: httpx.AsyncClient, ada: Person, socket: Socket, sign_up: SignUp
) -> None:
    bob = await sign_up("bob")
    created = await comment(client, ada)
    await comment(client, bob)
    for _ in range(2):
        await socket.frame()
    url = f"{POST}/comments"
    await client.post(url, json={"body": " "}, headers=bob.headers)
    await client.delete(f"{url}/{created['id']}", headers=bob.headers)
    body = {"current_password": PASSWORD}
    gone = await client.post("/api/v1/me/delete", json=body, headers=bob.headers)
    assert gone.status_code == 204
    assert await socket.is_quiet()


async def test_what_is_rolled_back_is_not_announced(
    application: FastAPI, ada: Person, socket: Socket
) -> None:
    caller = Caller(1, ada.username, ada.email, "member", 1)

    async def comment_and_fail() -> None:
        async with application.state.database.writing() as session:
            new = NewComment(body="Hi.")
            await comments.create_comment(session, caller, "a-title", new)
            raise Unavailable

    with pytest.raises(Unavailable):
        await comment_and_fail()
    assert await socket.is_quiet()


async def test_messages_of_the_client(socket: Socket) -> None:
    bad = {"type": "error", "code": "bad_message"}
    for text in ('{"type":"ping"}', ' {"type" : "ping"}\n'):
        assert await socket.ask(text=text) == {"type": "pong"}
    for text in ("", "ping", "[" * 4096, '{"type":"ping","id":1}', '{"type":"x"}', "1"):
        assert await socket.ask(text=text) == bad
    assert await socket.ask(bytes=b'{"type":"ping"}') == bad
    assert socket.is_open


async def test_slow_reader_is_let_go_and_the_others_are_not(
    application: FastAPI, client: httpx.AsyncClient, ada: Person, socket: Socket
) -> None:
    async with Socket(application, PATH) as slow:
        on_their_way = 2  # One has arrived, and one waits to be taken.
        for n in range(on_their_way + QUEUE_FRAMES + 1):
            await comment(client, ada, str(n))
            assert (await socket.frame())["comment"]["body"] == str(n)
        arrived = 0
        while (message := await slow.message())["type"] == "websocket.send":
            arrived += 1
        assert message["code"] == 1013
        assert arrived <= on_their_way
    assert await socket.is_quiet()


@pytest.mark.parametrize(
    ("origin", "is_allowed"),
    [
        (None, True),
        ("http://blog.test", True),
        ("https://BLOG.test", True),
        ("https://quintet.example", True),
        ("https://friend.example:8443", True),
        ("https://friend.example", False),
        ("http://quintet.example", False),
        ("http://blog.test:81", False),
        ("http://notblog.test", False),
        ("http://[", False),
        ("null", False),
    ],
)
def test_origins(settings: Settings, origin: str | None, is_allowed: bool) -> None:
    changes = {
        "public_url": "https://Quintet.example/",
        "cors_origins": ("https://friend.example:8443",),
    }
    changed = settings.model_copy(update=changes)
    assert is_allowed_origin(origin, "blog.test", changed) == is_allowed
    assert not is_allowed_origin("null", "", settings)


async def test_page_of_a_stranger_is_refused(application: FastAPI) -> None:
    async with Socket(application, PATH, origin="http://evil.test") as socket:
        # A close instead of an acceptance: the server makes 403 of it.
        assert socket.handshake["type"] == "websocket.close"


async def test_request_that_is_no_handshake(client: httpx.AsyncClient) -> None:
    assert_problem(await client.get(PATH), 404, "not_found")


async def test_unknown_host_is_refused_in_production(settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"environment": "production"}))
    async with Socket(app, PATH, host="evil.test") as socket:
        assert socket.handshake["status"] == 400
        await socket.message()
    async with app.router.lifespan_context(app), Socket(app, PATH) as socket:
        assert await socket.close_code() == 4404


async def test_database_that_is_away(
    application: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_self: Database) -> None:
        raise Unavailable

    monkeypatch.setattr(Database, "reading", away)
    async with Socket(application, PATH) as socket:
        assert socket.handshake["status"] == 503
        assert b'"unavailable"' in (await socket.message())["body"]


async def test_one_log_line_a_handshake(
    application: FastAPI, ada: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "app.logs")
    for headers, status in (({}, 101), ({"origin": "http://evil.test"}, 403)):
        caplog.clear()
        async with Socket(application, PATH, **headers) as socket:
            pass
        assert not socket.is_open
        (record,) = (r for r in caplog.records if r.name == "app.logs")
        assert record.getMessage().startswith(f"GET /ws/posts/{{slug}} {status} ")


async def test_page_names_its_socket(
    client: httpx.AsyncClient, ada: Person, sign_up: SignUp
) -> None:
    await sign_up("bob")
    page, thread = "/posts/a-title", 'class="thread" role="log"'
    follows = 'data-live="/ws/posts/a-title"'
    anybody = await client.get(page)
    assert_page(anybody, 200, thread, f"{follows}>", '<p class="none">There are none')
    await sign_in(client, "bob")
    assert_page(await client.get(page), 200, f'{follows} data-username="bob">')
    await fill_in(client, "/", "/logout")
    await sign_in(client)
    own = f'{follows} data-username="ada" data-moderates>'
    assert_page(await client.get(page), 200, own)
    await client.patch(POST, json={"status": "draft"}, headers=ada.headers)
    for quiet in (page, f"{page}?before=9"):
        answer = await client.get(quiet)
        assert_page(answer, 200, thread)
        assert "data-" not in answer.text
