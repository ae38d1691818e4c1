"""An application of its own for each test, served to a client on a port of its own."""

import socket
import threading
from asyncio import sleep
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
from sqlalchemy import update
from tornado.escape import json_decode, json_encode
from tornado.httpclient import AsyncHTTPClient
from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPHeaders
from tornado.iostream import IOStream
from tornado.testing import AsyncHTTPTestCase, bind_unused_port

from app.accounts.models import Role, User
from app.application import Blog
from app.config import Settings
from app.mail import Mail
from app.main import create_app

PASSWORD = "a long quiet walk"
PATIENCE = 60.0  # seconds; Tornado's 20 are few on a busy machine
Headers = Mapping[str, str] | HTTPHeaders


@dataclass(frozen=True)
class Answer:
    code: int
    headers: HTTPHeaders
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json_decode(self.body)


class Client:
    """Sends JSON, and takes every status for an answer."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.http = AsyncHTTPClient()
        self.timeouts = dict.fromkeys(("connect_timeout", "request_timeout"), PATIENCE)

    async def request(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        headers: Headers | None = None,
        **options: Any,
    ) -> Answer:
        fields = HTTPHeaders(headers or {})
        if json is not None:
            fields["Content-Type"] = "application/json"
            options["body"] = json_encode(json)
        answer = await self.http.fetch(
            self.url + path,
            method=method,
            headers=fields,
            raise_error=False,
            follow_redirects=False,
            allow_nonstandard_methods=True,
            **self.timeouts,
            **options,
        )
        return Answer(answer.code, answer.headers, answer.body)

    async def get(self, path: str, **options: Any) -> Answer:
        return await self.request("GET", path, **options)

    async def head(self, path: str, **options: Any) -> Answer:
        return await self.request("HEAD", path, **options)

    async def options(self, path: str, **options: Any) -> Answer:
        return await self.request("OPTIONS", path, **options)

    async def post(self, path: str, **options: Any) -> Answer:
        return await self.request("POST", path, **options)

    async def put(self, path: str, **options: Any) -> Answer:
        return await self.request("PUT", path, **options)

    async def patch(self, path: str, **options: Any) -> Answer:
        return await self.request("PATCH", path, **options)

    async def delete(self, path: str, **options: Any) -> Answer:
        return await self.request("DELETE", path, **options)


@dataclass(frozen=True)
class Person:
    """Somebody who is signed in."""

    username: str
    email: str
    headers: dict[str, str]
    tokens: dict[str, Any]


class BlogTestCase(AsyncHTTPTestCase):
    changed_settings: ClassVar[Mapping[str, object]] = {}

    @pytest.fixture(autouse=True)
    def _given(
        self,
        settings: Settings,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        self.settings = settings.model_copy(update=dict(self.changed_settings))
        self.monkeypatch = monkeypatch
        self.caplog = caplog

    def get_app(self) -> Blog:
        self.app = create_app(self.settings, 0)
        return self.app

    def setUp(self) -> None:
        super().setUp()
        self.client = Client(self.get_http_port())
        self.mails: list[Mail] = []  # what would have been sent
        self.monkeypatch.setattr(self.app.mailer, "send", self._keep)

    async def _keep(self, mail: Mail) -> None:
        self.mails.append(mail)

    def tearDown(self) -> None:
        self.io_loop.run_sync(self._close)
        super().tearDown()

    async def _close(self) -> None:
        await self.app.__aexit__()
        await connections_end()

    @asynccontextmanager
    async def serving(self, **changes: object) -> AsyncIterator[Client]:
        """Another application, with other settings, over the same database."""
        settings = self.settings.model_copy(update=changes)
        async with create_app(settings, 0) as app:
            server = HTTPServer(app)
            listener, port = bind_unused_port()
            server.add_sockets([listener])
            yield Client(port)
            server.stop()
            await server.close_all_connections()

    async def connect(self) -> IOStream:
        """For what no client would send."""
        stream = IOStream(socket.socket())
        await stream.connect(("127.0.0.1", self.get_http_port()))
        return stream

    async def sign_up(self, name: str = "ada", role: Role = "member") -> Person:
        email = f"{name}@example.org"
        registration = {"username": name, "email": email, "password": PASSWORD}
        answer = await self.client.post("/api/v1/auth/register", json=registration)
        assert answer.code == 201, answer.text
        async with self.app.database.writing() as session:
            named = update(User).where(User.username == name)
            await session.execute(named.values(role=role))
        tokens = await login(self.client, name)
        return Person(name, email, bearer(tokens), tokens)


async def connections_end() -> None:
    """A cancelled connection is closed by its thread, which tells the loop of it."""
    for _ in range(200):
        threads = [thread.name for thread in threading.enumerate()]
        if not any("_connection_worker_thread" in name for name in threads):
            return
        await sleep(0.01)


async def login(client: Client, name: str, password: str = PASSWORD) -> dict[str, Any]:
    credentials = {"username": name, "password": password}
    answer = await client.post("/api/v1/auth/login", json=credentials)
    assert answer.code == 200, answer.text
    tokens: dict[str, Any] = answer.json()
    return tokens


def bearer(tokens: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}"}


async def write_post(
    client: Client, author: Person, **members: object
) -> dict[str, Any]:
    new = {"title": "A title", "body": "A body.", "status": "published", **members}
    answer = await client.post("/api/v1/posts", json=new, headers=author.headers)
    assert answer.code == 201, answer.text
    post: dict[str, Any] = answer.json()
    return post


def assert_problem(
    answer: Answer, status: int, code: str, *errors: tuple[str, str]
) -> None:
    """The whole of a refusal: status, media type, code, and the members at fault."""
    assert answer.code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    problem = answer.json()
    assert (problem["type"], problem["status"]) == ("about:blank", status)
    assert problem["code"] == code
    assert problem["detail"]
    found = [(error["field"], error["code"]) for error in problem.get("errors", [])]
    assert found == list(errors)
