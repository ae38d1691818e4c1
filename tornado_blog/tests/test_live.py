"""Sockets: who may open one, what comes out of it, and when it closes."""

import json
import logging
from asyncio import Event
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any
from unittest import mock

import pytest
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.iostream import IOStream
from tornado.testing import gen_test
from tornado.websocket import WebSocketClientConnection, websocket_connect

from app import live
from app.accounts.schemas import Author
from app.blog.live import LiveCommentsHandler, is_allowed_origin
from app.blog.schemas import Comment, CommentCreated, CommentDeleted
from app.config import Settings
from app.database import utc_now
from app.live import announce
from tests.browser import PageTestCase
from tests.cases import PASSWORD, Client, Person, assert_problem, write_post
from tests.redis import Redis

PING = '{"type":"ping"}'
PONG = {"type": "pong"}
BAD_MESSAGE = {"type": "error", "code": "bad_message"}
HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
}
LET_GO = b"\x88\x02\x03\xf5"  # a frame that closes with 1013
ORIGINS = (
    (None, True),
    ("http://127.0.0.1:8004", True),
    ("https://127.0.0.1:8004", True),
    ("HTTP://BLOG.TEST", True),
    ("https://app.test", True),
    ("http://app.test", False),
    ("http://127.0.0.1", False),
    ("http://127.0.0.1:8005", False),
    ("http://evil.test", False),
    ("http://[", False),
    ("null", False),
    ("", False),
)

Socket = WebSocketClientConnection


@pytest.mark.parametrize(("origin", "allowed"), ORIGINS)
def test_origins(settings: Settings, origin: str | None, allowed: bool) -> None:
    changed = settings.model_copy(update={"cors_origins": ("https://app.test",)})
    assert is_allowed_origin(origin, "127.0.0.1:8004", changed) == allowed


@asynccontextmanager
async def follow(
    client: Client, slug: str, headers: Mapping[str, str] | None = None
) -> AsyncIterator[Socket]:
    url = f"{client.url}/ws/posts/{slug}".replace("http", "ws", 1)
    socket = await websocket_connect(HTTPRequest(url, headers=dict(headers or {})))
    try:
        yield socket
    finally:
        if socket.protocol:
            socket.close()
            while await socket.read_message() is not None:
                pass


async def read(socket: Socket) -> Any:
    message = await socket.read_message()
    assert message is not None, socket.close_code
    return json.loads(message)


async def close_code(socket: Socket) -> int | None:
    """Of what the server has closed."""
    assert await socket.read_message() is None
    socket.close()
    return socket.close_code


async def ask(socket: Socket) -> Any:
    """What comes next; a pong when nothing else does."""
    await socket.write_message(PING)
    return await read(socket)


class LiveTestCase(PageTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.monkeypatch.setattr(live, "FIRST_PAUSE", 0.01)
        self.monkeypatch.setattr(live, "LONGEST_PAUSE", 0.02)

    async def comment(
        self, slug: str, person: Person, body: str = "Hi.", client: Client | None = None
    ) -> dict[str, Any]:
        answer = await (client or self.client).post(
            f"/api/v1/posts/{slug}/comments",
            json={"body": body},
            headers=person.headers,
        )
        assert answer.code == 201, answer.text
        comment: dict[str, Any] = answer.json()
        return comment

    async def status(self, slug: str, headers: Mapping[str, str]) -> int:
        """Of the answer to a handshake."""
        try:
            async with follow(self.client, slug, headers):
                return 101
        except HTTPClientError as error:
            return error.code


class TestHandshake(LiveTestCase):
    @gen_test
    async def test_is_one_line_of_the_log(self) -> None:
        post = await write_post(self.client, await self.sign_up("ada"))
        self.caplog.set_level(logging.INFO, "app.logs")
        self.caplog.clear()
        async with follow(self.client, post["slug"]) as socket:
            assert await ask(socket) == PONG
        (line,) = self.caplog.messages
        assert line.startswith("GET /ws/posts/{slug} 101 ")
        text = (await self.client.get("/metrics")).text
        assert 'method="GET",route="/ws/posts/{slug}",status="101"' in text

    @gen_test
    async def test_what_is_not_published_closes(self) -> None:
        ada = await self.sign_up("ada")
        draft = (await write_post(self.client, ada, status="draft"))["slug"]
        for slug in (draft, "nothing", "No-Slug", "%00", "%ff", "x" * 300):
            async with follow(self.client, slug, ada.headers) as socket:
                assert await close_code(socket) == 4404, slug

    @gen_test
    async def test_foreign_pages_are_refused(self) -> None:
        slug = (await write_post(self.client, await self.sign_up("ada")))["slug"]
        for origin, allowed in (
            (self.client.url, True),
            ("http://blog.test", True),
            ("http://evil.test", False),
            ("http://[", False),
            ("null", False),
        ):
            status = await self.status(slug, {"Origin": origin})
            assert status == (101 if allowed else 403), origin

    @gen_test
    async def test_browsers_say_more_than_the_origin(self) -> None:
        slug = (await write_post(self.client, await self.sign_up("ada")))["slug"]
        for site, origin, status in (
            ("same-origin", self.client.url, 101),
            ("cross-site", "http://blog.test", 101),
            ("same-origin", "http://evil.test", 403),
        ):
            headers = {"Sec-Fetch-Site": site, "Origin": origin}
            assert await self.status(slug, headers) == status

    @gen_test
    async def test_other_requests_find_nothing(self) -> None:
        slug = (await write_post(self.client, await self.sign_up("ada")))["slug"]
        for method in ("GET", "POST", "OPTIONS", "PURGE"):
            answer = await self.client.request(method, f"/ws/posts/{slug}")
            assert_problem(answer, 404, "not_found")
        for method, fields, status in (
            ("HEAD", HANDSHAKE, 404),
            ("POST", HANDSHAKE, 404),
            ("GET", HANDSHAKE | {"Upgrade": "h2c"}, 400),
            ("GET", HANDSHAKE | {"Sec-WebSocket-Key": ""}, 400),
            ("GET", HANDSHAKE | {"Sec-WebSocket-Version": "8"}, 426),
        ):
            answer = await self.client.request(
                method, f"/ws/posts/{slug}", headers=fields
            )
            assert answer.code == status
        assert_problem(await self.client.get("/ws/nothing"), 404, "not_found")

    @gen_test
    async def test_production_knows_its_names(self) -> None:
        slug = (await write_post(self.client, await self.sign_up("ada")))["slug"]
        async with self.serving(environment="production") as client:
            async with follow(client, slug, {"Host": "blog.test"}) as socket:
                assert await ask(socket) == PONG
            with pytest.raises(HTTPClientError) as refused:
                async with follow(client, slug):
                    pass
            assert refused.value.code == 400


class TestMessages(LiveTestCase):
    @gen_test
    async def test_answers(self) -> None:
        slug = (await write_post(self.client, await self.sign_up("ada")))["slug"]
        async with follow(self.client, slug) as socket:
            for text in (PING, ' { "type" : "ping" } '):
                await socket.write_message(text)
                assert await read(socket) == PONG
            for text in ("", "ping", "{}", '{"type":"ping","id":1}', "[" * 4096):
                await socket.write_message(text)
                assert await read(socket) == BAD_MESSAGE
            await socket.write_message(PING.encode(), binary=True)
            assert await read(socket) == BAD_MESSAGE
            assert await ask(socket) == PONG

    @gen_test
    async def test_longest_message(self) -> None:
        slug = (await write_post(self.client, await self.sign_up("ada")))["slug"]
        async with follow(self.client, slug) as socket:
            await socket.write_message(PING.ljust(4096))
            assert await read(socket) == PONG
            await socket.write_message(PING.ljust(4097))
            assert await close_code(socket) == 1009

    @gen_test
    async def test_server_sends_pings(self) -> None:
        assert self.app.settings["websocket_ping_interval"] <= 30
        self.app.settings["websocket_ping_interval"] = 0.01
        slug = (await write_post(self.client, await self.sign_up("ada")))["slug"]
        stream = await self.shake_hands(slug)
        assert await stream.read_bytes(2) == b"\x89\x00"
        stream.close()

    async def reach_out(self, slug: str) -> IOStream:
        stream = await self.connect()
        fields = "".join(f"{name}: {value}\r\n" for name, value in HANDSHAKE.items())
        request = f"GET /ws/posts/{slug} HTTP/1.1\r\nHost: x\r\n{fields}\r\n"
        await stream.write(request.encode())
        return stream

    async def shake_hands(self, slug: str) -> IOStream:
        """And no more: what comes is not read, unless a test does."""
        stream = await self.reach_out(slug)
        answer = await stream.read_until(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 101 ")
        return stream

    @gen_test
    async def test_whoever_reads_nothing_is_let_go(self) -> None:
        slug = (await write_post(self.client, await self.sign_up("ada")))["slug"]
        author = Author(username="ada", bio="")
        body = "x" * 200_000  # Sockets of the system hold some megabytes.
        stream = await self.shake_hands(slug)
        async with follow(self.client, slug) as socket:
            for n in range(200):
                comment = Comment(id=n, body=body, author=author, created_at=utc_now())
                async with self.app.database.writing() as session:
                    announce(session, 1, CommentCreated(comment=comment))
                assert (await read(socket))["comment"]["id"] == n
            sent = await stream.read_until(LET_GO)
            stream.close()
            assert sent.count(b'"comment.created"') < 100
            assert await ask(socket) == PONG
        await self.app.pending.wait_for_nothing()
        assert "Traceback" not in self.caplog.text

    @gen_test
    async def test_whoever_vanishes_before_the_answer_leaves_nothing(self) -> None:
        asked, left = Event(), Event()

        async def find(_handler: LiveCommentsHandler, _slug: str) -> int:
            asked.set()
            await left.wait()
            return 1

        self.monkeypatch.setattr(LiveCommentsHandler, "_find_published_post", find)
        self.monkeypatch.setattr(LiveCommentsHandler, "on_close", lambda _: left.set())
        stream = await self.reach_out("a-title")
        await asked.wait()
        stream.close()
        await left.wait()
        await self.app.pending.wait_for_nothing()
        assert "Traceback" not in self.caplog.text

    @gen_test
    async def test_whoever_vanishes_later_leaves_nothing(self) -> None:
        ada = await self.sign_up("ada")
        slug = (await write_post(self.client, ada))["slug"]
        stream = await self.shake_hands(slug)
        stream.close()
        await self.comment(slug, ada)
        await self.app.pending.wait_for_nothing()
        assert "Traceback" not in self.caplog.text


class TestEvents(LiveTestCase):
    @gen_test
    async def test_comments_of_one_post_in_order(self) -> None:
        ada = await self.sign_up("ada")
        one, other = [(await write_post(self.client, ada))["slug"] for _ in range(2)]
        path = f"/api/v1/posts/{one}/comments"
        await self.comment(one, ada, "Before anybody listened.")
        async with follow(self.client, one) as socket, follow(self.client, one) as same:
            first = await self.comment(one, ada, "Grüße <b>")
            await self.comment(other, ada)
            second = await self.comment(one, ada)
            await self.client.delete(f"{path}/{first['id']}", headers=ada.headers)
            for each in (socket, same):
                created = {"type": "comment.created", "comment": first}
                assert await read(each) == created
                assert (await read(each))["comment"] == second
                gone = {"type": "comment.deleted", "id": first["id"]}
                assert await read(each) == gone
                assert await ask(each) == PONG
        answer = await self.client.get(f"{path}/{second['id']}")
        assert answer.json() == second

    @gen_test
    async def test_pages_tell_the_same(self) -> None:
        await self.sign_up("ada")
        await self.browser.sign_in()
        fields = {"title": "T", "body": "B", "tags": "", "status": "published"}
        answer = await self.browser.fill_in("/new", **fields)
        slug = answer.headers["Location"].removeprefix("/posts/")
        comments = f"/posts/{slug}/comments"
        async with follow(self.client, slug) as socket:
            await self.browser.fill_in(f"/posts/{slug}", comments, body="Hi.")
            comment = (await read(socket))["comment"]
            answer = await self.client.get(f"/api/v1{comments}/{comment['id']}")
            assert answer.json() == comment
            deletion = f"{comments}/{comment['id']}/delete"
            await self.browser.fill_in(f"/posts/{slug}", deletion)
            assert (await read(socket))["id"] == comment["id"]
            fields["status"] = "draft"
            await self.browser.fill_in(f"/posts/{slug}/edit", **fields)
            assert await close_code(socket) == 4404

    @gen_test
    async def test_what_is_refused_or_vanishes_is_no_news(self) -> None:
        ada, bob = await self.sign_up("ada"), await self.sign_up("bob")
        slug = (await write_post(self.client, ada))["slug"]
        url = f"/api/v1/posts/{slug}"
        comment = await self.comment(slug, ada)
        await self.comment(slug, bob)
        async with follow(self.client, slug) as socket:
            for method, path, body in (
                ("POST", "/comments", {"body": ""}),
                ("DELETE", f"/comments/{comment['id']}", None),
                ("PATCH", "", {"status": "draft"}),
                ("DELETE", "", None),
            ):
                await self.client.request(
                    method, url + path, json=body, headers=bob.headers
                )
            changes = {"title": "New", "body": "New", "tags": ["new"], "version": 1}
            await self.client.patch(url, json=changes, headers=ada.headers)
            await self._delete_account(bob)
            assert await ask(socket) == PONG

    async def _delete_account(self, person: Person) -> None:
        proof = {"current_password": PASSWORD}
        answer = await self.client.post(
            "/api/v1/me/delete", json=proof, headers=person.headers
        )
        assert answer.code == 204, answer.text

    @gen_test
    async def test_post_that_goes_closes(self) -> None:
        ada, bob = await self.sign_up("ada"), await self.sign_up("bob")
        first, second, third = [
            (await write_post(self.client, ada))["slug"] for _ in range(3)
        ]
        await write_post(self.client, ada, status="draft")
        others = (await write_post(self.client, bob))["slug"]
        async with (
            follow(self.client, first) as one,
            follow(self.client, second) as two,
            follow(self.client, third) as three,
            follow(self.client, others) as four,
        ):
            url = "/api/v1/posts/"
            draft = {"status": "draft"}
            await self.client.patch(url + first, json=draft, headers=ada.headers)
            assert await close_code(one) == 4404
            await self.client.delete(url + second, headers=ada.headers)
            assert await close_code(two) == 4404
            assert await ask(three) == PONG
            await self._delete_account(ada)
            assert await close_code(three) == 4404
            assert await ask(four) == PONG

    @gen_test
    async def test_what_is_rolled_back_never_happened(self) -> None:
        slug = (await write_post(self.client, await self.sign_up("ada")))["slug"]
        async with follow(self.client, slug) as socket:
            with suppress(RuntimeError):
                async with self.app.database.writing() as session:
                    announce(session, 1, CommentDeleted(id=1))
                    raise RuntimeError
            assert await ask(socket) == PONG


class TestRedis(LiveTestCase):
    @gen_test
    async def test_servers_tell_each_other(self) -> None:
        ada = await self.sign_up("ada")
        slug = (await write_post(self.client, ada))["slug"]
        redis = Redis()
        shared = {"redis_url": redis.url}
        async with self.serving(**shared) as one, self.serving(**shared) as other:
            await redis.wait_for_listeners(2)
            async with follow(one, slug) as here, follow(other, slug) as there:
                comment = await self.comment(slug, ada, client=one)
                for socket in (here, there):
                    assert (await read(socket))["comment"] == comment
                    assert await ask(socket) == PONG
        redis.end()

    @gen_test
    async def test_what_is_no_event_is_ignored(self) -> None:
        slug = (await write_post(self.client, await self.sign_up("ada")))["slug"]
        redis = Redis()
        async with self.serving(redis_url=redis.url) as client:
            await redis.wait_for_listeners(1)
            async with follow(client, slug) as socket:
                good = b'{"type":"comment.deleted","id":7}'
                for channel, payload in (
                    (b"1", b"\xff"),
                    (b"1", b"[" * 10_000),
                    (b"1", b'{"type":"comment.created","comment":{}}'),
                    (b"1", b'{"type":"pong"}'),
                    (b"x", good),
                    (b"2", good),
                    (b"1", good),
                ):
                    redis.publish(b"quintet:posts:" + channel, payload)
                assert await read(socket) == json.loads(good)
        redis.end()

    @gen_test
    async def test_redis_that_falls_silent_is_left(self) -> None:
        """As when its machine is gone: nobody ends the connection."""
        redis = Redis()
        with mock.patch.multiple(live, QUIET_SECONDS=0.01, REDIS_SECONDS=0.5):
            async with self.serving(redis_url=redis.url):
                await redis.wait_for_listeners(1)
                redis.is_silent = True
                await redis.wait_for_listeners(0)
                redis.is_silent = False
                await redis.wait_for_listeners(1)
        redis.end()

    @gen_test
    async def test_nothing_fails_without_redis(self) -> None:
        ada = await self.sign_up("ada")
        slug = (await write_post(self.client, ada))["slug"]
        redis = Redis()
        async with self.serving(redis_url=redis.url) as client:
            await redis.wait_for_listeners(1)
            async with follow(client, slug) as socket:
                redis.end()
                for _ in range(3):
                    await self.comment(slug, ada, client=client)
                redis = Redis(redis.port)
                await redis.wait_for_listeners(1)
                comment = await self.comment(slug, ada, client=client)
                assert (await read(socket))["comment"] == comment
        redis.end()
        warnings = [r for r in self.caplog.records if r.levelno >= logging.WARNING]
        (warning,) = warnings
        assert warning.getMessage().startswith("Redis is away, events are lost: ")


class TestThread(LiveTestCase):
    async def thread(self, path: str) -> str:
        """The opening tag of what holds the comments."""
        text = (await self.browser.get(path)).text
        assert text.count('class="thread"') == 1
        tag = text.partition('<div class="thread"')[2].partition(">")[0]
        return " ".join(tag.split())

    @gen_test
    async def test_tells_the_script_what_it_needs(self) -> None:
        ada = await self.sign_up("ada")
        await self.sign_up("bob")
        await self.sign_up("edith", role="editor")
        slug = (await write_post(self.client, ada))["slug"]
        page = f"/posts/{slug}"
        plain = 'role="log" aria-labelledby="comments-heading"'
        path = f'{plain} data-live="/ws/posts/{slug}"'
        assert await self.thread(page) == path
        assert await self.thread(f"{page}?before=9") == plain
        for name, tag in (
            ("ada", f'{path} data-username="ada" data-moderates'),
            ("bob", f'{path} data-username="bob"'),
            ("edith", f'{path} data-username="edith" data-moderates'),
        ):
            self.browser = self.another_browser()
            await self.browser.sign_in(name)
            assert await self.thread(page) == tag

    @gen_test
    async def test_draft_has_no_socket(self) -> None:
        ada = await self.sign_up("ada")
        slug = (await write_post(self.client, ada, status="draft"))["slug"]
        await self.browser.sign_in()
        assert "data-live" not in await self.thread(f"/posts/{slug}")
