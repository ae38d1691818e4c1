"""How often somebody may try, per address and per name."""

import asyncio
from collections.abc import AsyncIterator
from ipaddress import ip_network

import httpx
import pytest
from limits import parse

from app.config import Settings
from app.mail import Mail
from tests.conftest import PASSWORD, SignUp, assert_problem, connect, running

pytestmark = pytest.mark.anyio
LOGIN = "/api/v1/auth/login"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    limits = {
        "trusted_proxies": (ip_network("127.0.0.1"),),
        "login_rate_limit": parse("3/2seconds"),
        "login_address_rate_limit": parse("6/hour"),
        "login_name_rate_limit": parse("8/hour"),
        "auth_rate_limit": parse("4/hour"),
    }
    return settings.model_copy(update=limits)


async def attempt(
    client: httpx.AsyncClient, name: str, address: str, password: str = "wrong"
) -> httpx.Response:
    credentials = {"username": name, "password": password}
    headers = {"X-Forwarded-For": address}
    return await client.post(LOGIN, json=credentials, headers=headers)


async def test_parallel_attempts_are_counted_before_the_hash(
    client: httpx.AsyncClient,
) -> None:
    answers = await asyncio.gather(
        *(attempt(client, "Ada" if n % 2 else " ada", "10.0.0.1") for n in range(9))
    )
    assert sorted(answer.status_code for answer in answers) == 3 * [401] + 6 * [429]
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert_problem(refused, 429, "rate_limited")
    assert int(refused.headers["retry-after"]) in {1, 2}


async def test_other_address_and_other_name_count_apart(
    client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    await sign_up("ada")
    for _ in range(3):
        await attempt(client, "ada", "10.0.0.1")
    assert (await attempt(client, "ada", "10.0.0.1", PASSWORD)).status_code == 429
    assert (await attempt(client, "ada", "10.0.0.2", PASSWORD)).status_code == 200
    assert (await attempt(client, "bob", "10.0.0.1")).status_code == 401
    await asyncio.sleep(2.1)
    assert (await attempt(client, "ada", "10.0.0.1", PASSWORD)).status_code == 200


async def test_success_clears_the_pair(
    client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    await sign_up("ada")
    statuses = [
        (await attempt(client, "ada", "10.0.0.1", password)).status_code
        for password in ("wrong", "wrong", PASSWORD, "wrong", "wrong", PASSWORD)
    ]
    assert statuses == [401, 401, 200, 401, 401, 200]


async def test_all_attempts_of_an_address_count(client: httpx.AsyncClient) -> None:
    statuses = [
        (await attempt(client, f"user{n}", f"2001:db8::{n:x}")).status_code
        for n in range(7)
    ]
    assert statuses == 6 * [401] + [429]


async def test_all_attempts_for_a_name_count_until_a_reset(
    client: httpx.AsyncClient, sign_up: SignUp, mails: list[Mail]
) -> None:
    ada = await sign_up("ada")
    statuses = [
        (await attempt(client, "ada", f"10.0.0.{n}")).status_code for n in range(8)
    ]
    assert statuses == 7 * [401] + [429]  # one attempt was the sign-in above
    await client.post("/api/v1/auth/password-reset", json={"email": ada.email})
    link = next(line for line in mails[0].text.splitlines() if "://" in line)
    body = {"token": link.rpartition("/")[2], "new_password": "another quiet walk"}
    answer = await client.post("/api/v1/auth/password-reset/confirm", json=body)
    assert answer.status_code == 204
    again = await attempt(client, "ada", "10.0.1.1", "another quiet walk")
    assert again.status_code == 200


async def test_current_password_counts_as_an_attempt(
    client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    ada = await sign_up("ada")
    headers = ada.headers | {"X-Forwarded-For": "10.0.0.1"}
    body = {"current_password": "wrong wrong wrong"}
    statuses = [
        (await client.post("/api/v1/me/delete", json=body, headers=headers)).status_code
        for _ in range(4)
    ]
    assert statuses == [422, 422, 422, 429]
    assert (await attempt(client, "ADA", "10.0.0.1", PASSWORD)).status_code == 429


async def test_register_and_reset_share_a_limit(client: httpx.AsyncClient) -> None:
    headers = {"X-Forwarded-For": "10.0.0.1"}
    answers = [
        await client.post(
            "/api/v1/auth/register",
            json={"username": "ada", "email": "a@example.org", "password": PASSWORD},
            headers=headers,
        )
        for _ in range(2)
    ] + [
        await client.post(
            "/api/v1/auth/password-reset",
            json={"email": "a@example.org"},
            headers=headers,
        )
        for _ in range(3)
    ]
    statuses = [answer.status_code for answer in answers]
    assert statuses == [201, 409, 202, 202, 429]


@pytest.fixture
async def direct_client(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    untrusting = settings.model_copy(update={"trusted_proxies": ()})
    async with running(untrusting) as app, connect(app) as client:
        yield client


async def test_forwarded_address_of_a_stranger_is_ignored(
    direct_client: httpx.AsyncClient,
) -> None:
    statuses = [
        (await attempt(direct_client, "ada", f"10.0.0.{n}")).status_code
        for n in range(4)
    ]
    assert statuses == [401, 401, 401, 429]
