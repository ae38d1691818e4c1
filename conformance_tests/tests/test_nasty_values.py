"""Values that break careless programs, in bodies and parameters: none is a fault."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.operations import Client
from quintet_conformance.site import Member

Json = Any

JSON = ("Content-Type", "application/json")


pytestmark = [pytest.mark.requirement("HTTP-15"), pytest.mark.usefixtures("served")]


VALUES = {
    "NUL": "a\u0000b",
    "lone surrogate": "a\ud800b",
    "100,000 characters": "a" * 100_000,
    "noncharacter": "\ufffe",
    "format": "%s%s%n{0}{0.__class__}",
    "SQL": "'; DROP TABLE users; --",
    "100 digits": 10**100,
    "huge float": 1e308,
    "deep list": json.loads("[" * 90 + "]" * 90),
    "wide object": {str(number): number for number in range(2_000)},
}
MEMBERS = [
    ("register", "email"),
    ("login", "username"),
    ("confirm_password_reset", "token"),
    ("create_post", "title"),
    ("create_post", "tags"),
    ("create_todo", "due_on"),
    ("create_todo", "position"),
]


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
@pytest.mark.parametrize(("operation", "name"), MEMBERS)
def test_a_strange_value(scene: Any, operation: str, name: str, value: Json) -> None:
    found = scene.site.connection.contract.document.operations[operation]
    spoilt = {**scene.body(found), name: [value] if name == "tags" else value}
    response = scene.send(found, json=spoilt)
    assert response.status_code in {200, 201, 202, 204, 400, 401, 422}


QUERIES = {
    "limit of 100 digits": "limit=" + "9" * 100,
    "limit of 5,000 digits": "limit=" + "9" * 5_000,
    "negative limit": "limit=-1",
    "limit in Arabic": "limit=%D9%A1",
    "limit with NUL": "limit=1%00",
    "limit with bytes": "limit=%FF",
    "infinite limit": "limit=Infinity",
    "cursor of bytes": "cursor=%FF%00",
    "cursor of padding": "cursor====",
    "long cursor": "cursor=" + "A" * 7_000,
    "cursor of deep lists": "cursor=" + "W1tb" * 1_500,
    "cursor of NaN": "cursor=W05hTl0",
    "empty cursor": "cursor=",
    "cursor twice": "cursor=a&cursor=b",
    "limit as a list": "limit=1&limit=a&limit[]=2",
}
LISTS = ["posts", "todos"]


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
@pytest.mark.parametrize("path", LISTS)
def test_a_strange_parameter(scene: Any, path: str, query: str) -> None:
    response = scene.author.request("GET", f"/api/v1/{path}", query=query)
    assert response.status_code in {200, 400, 422}


def test_many_strange_requests_at_once(
    member: Member, together: Callable[..., list[Any]]
) -> None:
    """Refusals at the same time disturb neither each other nor those who behave."""

    def ask(number: int) -> int:
        if number % 5 == 0:
            return member.get_account().status_code
        options: dict[str, Json] = [
            {"title": "a\u0000b"},
            {"json": json.loads("[" * 90 + "]" * 90)},
            {"content": b"[" * 100_000, "headers": dict([JSON])},
            {"content": b" " * 1_048_577, "headers": dict([JSON])},
        ][number % 5 - 1]
        return member.create_todo(**options).status_code

    statuses = together(25, ask)
    assert statuses[::5] == [200] * 5
    assert statuses[1::5] == [422] * 5
    assert statuses[2::5] == [422] * 5
    assert set(statuses[3::5]) <= {400, 422}
    assert statuses[4::5] == [413] * 5


def test_registering_strangers_at_once(
    anonymous: Client, together: Callable[..., list[Any]]
) -> None:
    """Strange names at the same time make no account and no fault."""

    def ask(number: int) -> int:
        username = ["a\u0000b", "\ud800aa", "x" * 100_000, "é" * 10, ""][number % 5]
        details = {"email": names.email(), "password": names.PASSWORD}
        return anonymous.register(username=username, **details).status_code

    assert set(together(25, ask)) <= {400, 422}
