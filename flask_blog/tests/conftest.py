"""An application of its own for each test, on a fresh copy of a migrated database."""

import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from time import sleep
from typing import Any, TypeVar
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from apiflask import APIFlask
from argon2 import PasswordHasher
from click.testing import Result as CliResult
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import Connection, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app import create_app, security
from app.accounts.models import Role, User
from app.config import Settings, load_settings
from app.extensions import db, mailer
from app.mail import Mail

PROJECT = Path(__file__).parent.parent
PASSWORD = "a long quiet walk"
POSTGRES_URL = os.environ.get("TEST_POSTGRES_URL")  # without it: SQLite


@dataclass(frozen=True)
class Person:
    """Somebody who is signed in."""

    username: str
    email: str
    headers: dict[str, str]
    tokens: dict[str, Any]


SignUp = Callable[..., Person]
Result = TypeVar("Result")


@pytest.fixture(autouse=True)
def quick_hasher(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hash that takes no time; what it costs is the subject of a test of its own."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(security, "hasher", hasher)


def on_postgres(statement: str) -> None:
    with psycopg.connect(str(POSTGRES_URL), autocommit=True) as connection:
        connection.execute(statement.encode())


def settings_for(database_url: str) -> Settings:
    return load_settings(
        _env_file=None,
        DATABASE_URL=database_url,
        PUBLIC_URL="http://blog.test",
        SECRET_KEY="for the tests alone, of 32 bytes or more",
    )


def close(app: APIFlask) -> None:
    app.extensions["mailer"].shutdown()
    app.extensions["live"].close()
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture(scope="session")
def template_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database that is migrated once, for the tests to copy."""
    name = f"template_{uuid4().hex}"
    if POSTGRES_URL is None:
        url = f"sqlite:///{tmp_path_factory.mktemp('database') / name}"
    else:
        on_postgres(f"CREATE DATABASE {name}")
        url = urlsplit(POSTGRES_URL)._replace(path=f"/{name}").geturl()
    app = create_app(settings_for(url))
    with app.app_context():
        upgrade(str(PROJECT / "migrations"))
    close(app)
    yield url
    if POSTGRES_URL is not None:
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
    return settings_for(database_url)


@pytest.fixture
def app(settings: Settings) -> Iterator[APIFlask]:
    app = create_app(settings)
    yield app
    close(app)


@pytest.fixture
def client(app: APIFlask) -> FlaskClient:
    return app.test_client()


@contextmanager
def writing(app: APIFlask) -> Iterator[Session]:
    """For what no request does: a transaction, committed at the end."""
    with app.app_context():
        yield db.session()
        db.session.commit()


@contextmanager
def reading(app: APIFlask) -> Iterator[Connection]:
    with app.app_context(), db.reading() as reader:
        yield reader


def run_command(app: APIFlask, *arguments: str, **environment: str) -> CliResult:
    return app.test_cli_runner().invoke(args=arguments, env=environment)


@pytest.fixture
def mails(monkeypatch: pytest.MonkeyPatch) -> list[Mail]:
    """What would have been sent."""
    sent: list[Mail] = []
    monkeypatch.setattr(mailer, "send", sent.append)
    return sent


@pytest.fixture
def sign_up(app: APIFlask, client: FlaskClient) -> SignUp:
    def register_and_login(name: str = "ada", role: Role = "member") -> Person:
        email = f"{name}@example.org"
        registration = {"username": name, "email": email, "password": PASSWORD}
        answer = client.post("/api/v1/auth/register", json=registration)
        assert answer.status_code == 201, answer.text
        with writing(app) as session:
            named = update(User).where(User.username == name)
            session.execute(named.values(role=role))
        tokens = login(client, name)
        return Person(name, email, bearer(tokens), tokens)

    return register_and_login


def login(client: FlaskClient, name: str, password: str = PASSWORD) -> dict[str, Any]:
    credentials = {"username": name, "password": password}
    answer = client.post("/api/v1/auth/login", json=credentials)
    assert answer.status_code == 200, answer.text
    tokens: dict[str, Any] = answer.json
    return tokens


def bearer(tokens: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}"}


def write_post(client: FlaskClient, author: Person, **members: object) -> Any:
    new = {"title": "A title", "body": "A body.", "status": "published", **members}
    answer = client.post("/api/v1/posts", json=new, headers=author.headers)
    assert answer.status_code == 201, answer.text
    return answer.json


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


def fill_in(
    client: FlaskClient, page: str, action: str | None = None, **fields: str
) -> TestResponse:
    """Opens a page and sends its form with that action, hidden fields included."""
    forms = _Forms(client.get(page).text).forms
    action = action or page
    return client.post(action, data=forms[action] | fields)


def csrf_token(client: FlaskClient, page: str) -> str:
    return _Forms(client.get(page).text).forms[page]["csrf_token"]


def sign_in(client: FlaskClient, name: str = "ada", password: str = PASSWORD) -> None:
    answer = fill_in(client, "/login", username=name, password=password)
    assert answer.status_code == 303, answer.text


def at_once(*calls: Callable[[], Result]) -> list[Result]:
    """Each in a thread of its own, as the server would."""
    with ThreadPoolExecutor(len(calls)) as threads:
        return [done.result() for done in [threads.submit(call) for call in calls]]


def wait_for(condition: Callable[[], bool]) -> None:
    for _ in range(500):
        if condition():
            return
        sleep(0.01)
    raise AssertionError("It did not come to that.")


def assert_problem(
    answer: TestResponse, status: int, code: str, *errors: tuple[str, str]
) -> None:
    """The whole of a refusal: status, media type, code, and the members at fault."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    problem = answer.json
    assert (problem["type"], problem["status"]) == ("about:blank", status)
    assert problem["code"] == code
    assert problem["detail"]
    found = [(error["field"], error["code"]) for error in problem.get("errors", [])]
    assert found == list(errors)


def assert_page(answer: TestResponse, status: int, *texts: str) -> None:
    """A page of the site, with these texts somewhere."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.text.count("<h1") == 1
    for text in texts:
        assert text in answer.text
