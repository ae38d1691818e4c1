"""Comments as they come and go: who is told what, and when a socket is closed."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from websockets.frames import Frame, Opcode

from app.accounts.schemas import Author
from app.accounts.users import Caller
from app.blog import comments, live
from app.blog.live import is_allowed_origin
from app.blog.schemas import Comment, CommentCreated, NewComment
from app.config import Settings
from app.database import Database
from app.errors import Unavailable
from app.live import QUEUE_FRAMES, announce
from app.main import create_app
from app.request import App, Request
from tests.conftest import (
    PASSWORD,
    Person,
    SignUp,
    assert_page,
    assert_problem,
    connect,
    fill_in,
    running,
    sign_in,
    write_post,
)
from tests.sockets import Socket, until

pytestmark = pytest.mark.anyio
PATH = "/ws/posts/a-title"
POST = "/api/v1/posts/a-title"
HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
}


@pytest.fixture
async def ada(client: httpx.AsyncClient, sign_up: SignUp) -> Person:
    """The author of a published post."""
    ada = await sign_up("ada")
    await write_post(client, ada)
    return ada


@pytest.fixture
async def socket(application: App, ada: Person) -> AsyncIterator[Socket]:
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
    application: App, client: httpx.AsyncClient, ada: Person, socket: Socket
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
    application: App, client: httpx.AsyncClient, ada: Person, slug: str
) -> None:
    await write_post(client, ada, title="Not yet", status="draft")
    await sign_in(client)
    cookie = f"sanic_session={client.cookies['sanic_session']}"
    async with Socket(application, f"/ws/posts/{slug}", cookie=cookie) as socket:
        assert await socket.close_code() == 4404


async def test_post_that_goes_during_the_handshake(
    application: App, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = iter([1, None])

    async def look(_request: Request, _slug: str) -> int | None:
        return next(looks)

    monkeypatch.setattr(live, "_find_published_post", look)
    async with Socket(application, PATH) as socket:
        assert await socket.close_code() == 4404


@pytest.mark.parametrize("how", ["draft", "delete", "delete_account", "page"])
async def test_post_goes(
    application: App,
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
        assert how == "delete_account" or await other.is_quiet()


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
    application: App, ada: Person, socket: Socket
) -> None:
    caller = Caller(1, ada.username, ada.email, "member", 1)

    async def comment_and_fail() -> None:
        async with application.ctx.database.writing() as session:
            new = NewComment(body="Hi.")
            await comments.create_comment(session, caller, "a-title", new)
            raise Unavailable

    with pytest.raises(Unavailable):
        await comment_and_fail()
    assert await socket.is_quiet()


async def test_messages_of_the_client(socket: Socket) -> None:
    bad = {"type": "error", "code": "bad_message"}
    for text in ('{"type":"ping"}', ' {"type" : "ping"}\n'):
        assert await socket.ask(text) == {"type": "pong"}
    for text in ("", "ping", "[" * 4096, '{"type":"ping","id":1}', '{"type":"x"}', "1"):
        assert await socket.ask(text) == bad
    assert await socket.ask(b'{"type":"ping"}') == bad
    assert await socket.is_quiet()


async def test_message_that_is_too_long(socket: Socket) -> None:
    await socket.connection.send("é" * 2048 + "!")
    assert await socket.close_code() == 1009


async def test_text_that_is_no_utf_8(
    socket: Socket, caplog: pytest.LogCaptureFixture
) -> None:
    frame = Frame(Opcode.TEXT, b"\xff").serialize(mask=True)
    socket.transport.write(frame)  # No client would send it.
    assert await socket.close_code() == 1007
    assert not [r for r in caplog.records if r.levelno >= logging.WARNING]


async def test_client_that_asks_and_reads_nothing(
    application: App, ada: Person
) -> None:
    """What it sends is not read either: it has to wait, and leaves nothing behind."""

    async def ask_on(socket: Socket) -> None:
        while True:
            async with asyncio.timeout(0.5):
                await socket.connection.send("x" * 4096)

    before = asyncio.all_tasks()
    async with Socket(application, PATH, is_slow=True) as slow:
        slow.transport.pause_reading()
        with pytest.raises(TimeoutError):
            await ask_on(slow)
        slow.transport.abort()
    await until(lambda: asyncio.all_tasks() <= before)


async def test_slow_reader_is_let_go_and_the_others_are_not(
    application: App, ada: Person, socket: Socket
) -> None:
    on_their_way = 60  # at most, in kernels and programs
    async with Socket(application, PATH, is_slow=True) as slow:
        slow.transport.pause_reading()
        for n in range(on_their_way + QUEUE_FRAMES):
            await announce_long_comment(application.ctx.database, n)
            assert (await socket.frame())["comment"]["id"] == n
        slow.transport.resume_reading()
        frames, code = await slow.rest()
    assert code == 1013
    assert [frame["comment"]["id"] for frame in frames] == list(range(len(frames)))
    assert len(frames) <= on_their_way
    assert await socket.is_quiet()


async def announce_long_comment(database: Database, comment_id: int) -> None:
    comment = Comment(
        id=comment_id,
        body="\N{HONEYBEE}" * 5000,
        author=Author(username="ada", bio=""),
        created_at=datetime.now(UTC),
    )
    async with database.writing() as session:
        announce(session, 1, CommentCreated(comment=comment))


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


async def test_page_of_a_stranger_is_refused(
    application: App, client: httpx.AsyncClient
) -> None:
    headers = HANDSHAKE | {"Origin": "http://evil.test"}
    assert_problem(await client.get(PATH, headers=headers), 403, "forbidden")
    async with Socket(application, PATH, origin="http://blog.test") as socket:
        assert await socket.close_code() == 4404


@pytest.mark.parametrize("without", ["Connection", "Upgrade"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_request_that_is_no_handshake(
    client: httpx.AsyncClient, method: str, without: str
) -> None:
    headers = HANDSHAKE | {without: "close"}
    answer = await client.request(method, PATH, headers=headers)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_nobody_shakes_hands_by_head(client: httpx.AsyncClient) -> None:
    assert (await client.head(PATH, headers=HANDSHAKE)).status_code == 404


async def test_unknown_host_is_refused_in_production(settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"environment": "production"}))
    async with running(app), connect(app) as client:
        answer = await client.get(PATH, headers=HANDSHAKE | {"Host": "evil.test"})
        assert (answer.status_code, answer.text) == (400, "Unknown host.\n")
        async with Socket(app, PATH) as socket:
            assert await socket.close_code() == 4404


async def test_database_that_is_away(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_self: Database) -> None:
        raise Unavailable

    monkeypatch.setattr(Database, "reading", away)
    assert_problem(await client.get(PATH, headers=HANDSHAKE), 503, "unavailable")


async def test_one_log_line_a_handshake(
    application: App,
    client: httpx.AsyncClient,
    ada: Person,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    caplog.clear()
    async with Socket(application, PATH):
        pass
    await client.get(PATH, headers=HANDSHAKE | {"Origin": "http://evil.test"})
    lines = [r.getMessage() for r in caplog.records if r.name == "app.logs"]
    for line, status in zip(lines, (101, 403), strict=True):
        assert line.startswith(f"GET /ws/posts/{{slug}} {status} ")


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
