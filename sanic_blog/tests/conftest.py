"""An application of its own for each test, on a fresh copy of a migrated database."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import httpx
import pytest
from argon2 import PasswordHasher
from sanic import Sanic
from sqlalchemy import update

from app import security
from app.accounts.models import Role, User
from app.config import Settings, load_settings
from app.mail import Mail
from app.main import create_app
from app.request import App
from app.sockets import SocketProtocol

PROJECT = Path(__file__).parent.parent
PASSWORD = "a long quiet walk"
Sanic.test_mode = True  # several applications of one name
POSTGRES_URL = os.environ.get("TEST_POSTGRES_URL")  # without it: SQLite


@dataclass(frozen=True)
class Person:
    """Somebody who is signed in."""

    username: str
    email: str
    headers: dict[str, str]
    tokens: dict[str, Any]


SignUp = Callable[..., Awaitable[Person]]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def quick_hasher(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hash that takes no time; what it costs is the subject of a test of its own."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(security, "hasher", hasher)


def run_module(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=PROJECT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def migrate(database_url: str, *command: str) -> None:
    done = run_module("alembic", *command, DATABASE_URL=database_url)
    assert done.returncode == 0, done.stderr


def on_postgres(statement: str) -> None:
    """In a thread of its own, since a test may have an event loop already."""

    async def execute() -> None:
        connection = await asyncpg.connect(POSTGRES_URL)
        await connection.execute(statement)
        await connection.close()

    with asyncio.Runner() as runner:
        runner.run(execute())


@pytest.fixture(scope="session")
def template_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database that is migrated once, for the tests to copy."""
    name = f"template_{uuid4().hex}"
    if POSTGRES_URL is None:
        url = f"sqlite:///{tmp_path_factory.mktemp('database') / name}"
        migrate(url, "upgrade", "head")
        yield url
    else:
        on_postgres(f"CREATE DATABASE {name}")
        url = urlsplit(POSTGRES_URL)._replace(path=f"/{name}").geturl()
        migrate(url, "upgrade", "head")
        yield url
        on_postgres(f"DROP DATABASE {name}")


@pytest.fixture
def database_url(template_url: str, tmp_path: Path) -> Iterator[str]:
    name = f"test_{uuid4().hex}"
    if POSTGRES_URL is None:
        shutil.copy(template_url.removeprefix("sqlite:///"), tmp_path / name)
        yield f"sqlite:///{tmp_path / name}"
    else:
        template = urlsplit(template_url).path[1:]
        on_postgres(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield urlsplit(template_url)._replace(path=f"/{name}").geturl()
        on_postgres(f"DROP DATABASE {name}")


@pytest.fixture
def settings(database_url: str) -> Settings:
    return load_settings(
        _env_file=None,
        database_url=database_url,
        public_url="http://blog.test",
        secret_key="for the tests alone, of 32 bytes or more",
    )


@pytest.fixture
async def application(settings: Settings) -> AsyncIterator[App]:
    app = create_app(settings)
    async with running(app):
        yield app


@asynccontextmanager
async def running(app: App) -> AsyncIterator[None]:
    """Sanic's own server, on a free port and in the event loop of the test."""
    # Idiom: of the clients of sanic-testing one starts the application anew for each
    # request, which parallel ones do not survive, and one has an event loop of its own.
    sock = socket.create_server(("127.0.0.1", 0))
    server: Any = await app.create_server(  # without types
        sock=sock, protocol=SocketProtocol
    )
    await server.startup()
    await server.before_start()
    await server.start_serving()
    yield
    closed = server.close()
    for connection in list(server.connections):
        connection.close()
    await closed
    await server.after_stop()
    await connections_end()


async def connections_end() -> None:
    """A cancelled connection is closed by its thread, which tells the loop of it."""
    for _ in range(1000):
        threads = [thread.name for thread in threading.enumerate()]
        if not any("_connection_worker_thread" in name for name in threads):
            return
        await asyncio.sleep(0.01)


@pytest.fixture
async def client(application: App) -> AsyncIterator[httpx.AsyncClient]:
    async with connect(application) as client:
        yield client


def connect(application: App) -> httpx.AsyncClient:
    assert application.state.sock
    host, port = application.state.sock.getsockname()
    return httpx.AsyncClient(
        base_url=f"http://{host}:{port}",
        headers={"Host": "blog.test"},
        trust_env=False,
    )


@pytest.fixture
def mails(application: App, monkeypatch: pytest.MonkeyPatch) -> list[Mail]:
    """What would have been sent."""
    sent: list[Mail] = []

    async def keep(mail: Mail) -> None:
        sent.append(mail)

    monkeypatch.setattr(application.ctx.mailer, "send", keep)
    return sent


@pytest.fixture
def sign_up(application: App, client: httpx.AsyncClient) -> SignUp:
    async def register_and_login(name: str = "ada", role: Role = "member") -> Person:
        email = f"{name}@example.org"
        registration = {"username": name, "email": email, "password": PASSWORD}
        answer = await client.post("/api/v1/auth/register", json=registration)
        assert answer.status_code == 201, answer.text
        async with application.ctx.database.writing() as session:
            named = update(User).where(User.username == name)
            await session.execute(named.values(role=role))
        tokens = await login(client, name)
        return Person(name, email, bearer(tokens), tokens)

    return register_and_login


async def login(
    client: httpx.AsyncClient, name: str, password: str = PASSWORD
) -> dict[str, Any]:
    credentials = {"username": name, "password": password}
    answer = await client.post("/api/v1/auth/login", json=credentials)
    assert answer.status_code == 200, answer.text
    tokens: dict[str, Any] = answer.json()
    return tokens


def bearer(tokens: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}"}


async def write_post(
    client: httpx.AsyncClient, author: Person, **members: object
) -> dict[str, Any]:
    new = {"title": "A title", "body": "A body.", "status": "published", **members}
    answer = await client.post("/api/v1/posts", json=new, headers=author.headers)
    assert answer.status_code == 201, answer.text
    post: dict[str, Any] = answer.json()
    return post


class _Forms(HTMLParser):
    """The forms of a page: their actions, and the fields that are filled already."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: dict[str, dict[str, str]] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.fields = self.forms.setdefault(values["action"], {})
        elif tag == "input":
            self.fields[values["name"]] = values["value"]


async def fill_in(
    client: httpx.AsyncClient, page: str, action: str | None = None, **fields: str
) -> httpx.Response:
    """Opens a page and sends its form with that action, hidden fields included."""
    forms = _Forms((await client.get(page)).text).forms
    action = action or page
    return await client.post(action, data=forms[action] | fields)


async def csrf_token(client: httpx.AsyncClient, page: str) -> str:
    return _Forms((await client.get(page)).text).forms[page]["csrf_token"]


async def sign_in(
    client: httpx.AsyncClient, name: str = "ada", password: str = PASSWORD
) -> None:
    answer = await fill_in(client, "/login", username=name, password=password)
    assert answer.status_code == 303, answer.text


def assert_page(answer: httpx.Response, status: int, *texts: str) -> None:
    """A page of the site, with these texts somewhere."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.text.count("<h1") == 1
    for text in texts:
        assert text in answer.text


def assert_problem(
    answer: httpx.Response, status: int, code: str, *errors: tuple[str, str]
) -> None:
    """The whole of a refusal: status, media type, code, and the members at fault."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    problem = answer.json()
    assert (problem["type"], problem["status"]) == ("about:blank", status)
    assert problem["code"] == code
    assert problem["detail"]
    found = [(error["field"], error["code"]) for error in problem.get("errors", [])]
    assert found == list(errors)
