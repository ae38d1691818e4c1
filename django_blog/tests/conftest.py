"""Somebody who is signed in, what they write, and how a refusal looks."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest
from django.db import connections
from rest_framework.test import APIClient

from accounts.models import User
from common import mail, rate_limits
from common.mail import Mail

T = TypeVar("T")

PASSWORD = "a long quiet walk"


class Person(APIClient):
    """A client that sends JSON and its token, and sees faults as everybody does."""

    def __init__(self, username: str = "", **credentials: str) -> None:
        super().__init__(raise_request_exception=False)
        self.default_format = "json"
        self.username = username
        self.email = f"{username}@example.org"
        self.tokens: dict[str, Any] = {}
        self.credentials(**credentials)

    def use(self, tokens: dict[str, Any]) -> None:
        self.tokens = tokens
        self.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens['access_token']}")

    @property
    def user(self) -> User:
        return User.objects.get(username=self.username)


SignUp = Callable[..., Person]


@pytest.fixture(autouse=True)
def no_attempts_yet() -> None:
    rate_limits._windows.storage.reset()


@pytest.fixture
def anybody() -> Person:
    return Person()


@pytest.fixture
def sign_up(request: pytest.FixtureRequest) -> SignUp:
    def register_and_login(username: str = "ada", role: str = "member") -> Person:
        person = Person(username)
        registration = {"username": username, "email": person.email}
        answer = person.post(
            "/api/v1/auth/register", {**registration, "password": PASSWORD}
        )
        assert answer.status_code == 201, answer.content
        User.objects.filter(username=username).update(role=role)
        person.use(login(person, username))
        return person

    if "django_db" not in request.keywords:
        request.getfixturevalue("db")
    return register_and_login


@pytest.fixture
def mails(monkeypatch: pytest.MonkeyPatch) -> list[Mail]:
    """What would have been sent."""
    sent: list[Mail] = []
    monkeypatch.setattr(mail, "send", sent.append)
    return sent


def login(client: Person, name: str, password: str = PASSWORD) -> dict[str, Any]:
    credentials = {"username": name, "password": password}
    answer = client.post("/api/v1/auth/login", credentials)
    assert answer.status_code == 200, answer.content
    tokens: dict[str, Any] = answer.json()
    return tokens


def write_post(author: Person, **members: object) -> dict[str, Any]:
    new = {"title": "A title", "body": "A body.", "status": "published", **members}
    answer = author.post("/api/v1/posts", new)
    assert answer.status_code == 201, answer.content
    post: dict[str, Any] = answer.json()
    return post


def together(number: int, call: Callable[[int], T]) -> list[T]:
    """Runs calls at once, each on a connection of its own."""

    def call_and_close(n: int) -> T:
        try:
            return call(n)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(number) as threads:
        return list(threads.map(call_and_close, range(number)))


def assert_problem(
    answer: Any, status: int, code: str, *errors: tuple[str, str]
) -> None:
    """The whole of a refusal: status, media type, code, and the members at fault."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Cache-Control"] == "no-store"
    problem = answer.json()
    assert (problem["status"], problem["code"]) == (status, code)
    found = [(error["field"], error["code"]) for error in problem.get("errors", [])]
    assert found == list(errors)
