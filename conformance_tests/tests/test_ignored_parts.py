"""Parameters and cookies, which mean nothing where they are not asked for."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from quintet_conformance.helpers import expect, expect_problem
from quintet_conformance.openapi import Operation
from quintet_conformance.operations import Client

Json = Any
Send = Callable[..., httpx.Response]


@pytest.mark.requirement("HTTP-14")
@pytest.mark.parametrize(
    "query",
    [
        "surprise=1",
        "surprise",
        "=1",
        "&&",
        "utm_source=%FF",
        "a=%00&b=%ZZ&c=%",
        "access_token=x.y.z",
        "Limit=0",
        "limit[]=0",
        "_method=DELETE",
        "a=" + "b" * 2_000,
        "&".join(f"a{number}=1" for number in range(300)),
    ],
    ids=lambda query: query[:20],
)
def test_parameters_that_are_not_known_are_ignored(
    anonymous: Client, query: str
) -> None:
    expect(anonymous.list_posts(query=f"tag=no-such-tag-at-all&{query}"), 200)


@pytest.mark.requirement("HTTP-14")
def test_every_operation_ignores_parameters_that_it_does_not_know(
    send: Send, reading_operation: Operation
) -> None:
    expect(send(reading_operation, query="surprise=%00&_method=DELETE&format=api"), 200)


@pytest.mark.requirement("HTTP-14")
def test_a_change_ignores_parameters(send: Send, writing_operation: Operation) -> None:
    response = send(writing_operation, query="title=Walk&surprise=1&limit=0")
    assert response.is_success or writing_operation.id == "confirm_password_reset"


@pytest.mark.requirement("HTTP-25", "TOKEN-13")
@pytest.mark.parametrize("name", ["access_token", "token", "Authorization", "session"])
def test_a_cookie_signs_nobody_in(scene: Any, name: str) -> None:
    token = scene.author.access_token
    for value in (token, f'"Bearer {token}"'):
        client = scene.author.without_token()
        response = client.get_account(headers={"Cookie": f"{name}={value}"})
        expect_problem(response, 401, "not_authenticated")


@pytest.mark.requirement("HTTP-25")
@pytest.mark.parametrize(
    "cookie", ["sessionid=x", "session=e30.aa.bb", "=", ";;;", "a=\xff", "c" * 4_000]
)
def test_a_cookie_does_not_matter(scene: Any, cookie: str) -> None:
    response = scene.author.get_account(headers={"Cookie": cookie.encode("latin-1")})
    assert expect(response, 200)["id"] == scene.author.id


@pytest.mark.requirement("HTTP-25")
def test_no_operation_sets_a_cookie(send: Send, writing_operation: Operation) -> None:
    assert "Set-Cookie" not in send(writing_operation).headers
