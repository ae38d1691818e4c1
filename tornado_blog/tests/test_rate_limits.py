"""How often somebody may try, per address and per name."""

import asyncio
from collections.abc import Mapping
from ipaddress import ip_network
from typing import ClassVar

from limits import parse
from tornado.testing import gen_test

from tests.cases import PASSWORD, Answer, BlogTestCase, Client, assert_problem

LOGIN = "/api/v1/auth/login"


async def attempt(
    client: Client, name: str, address: str, password: str = "wrong"
) -> Answer:
    credentials = {"username": name, "password": password}
    headers = {"X-Forwarded-For": address}
    return await client.post(LOGIN, json=credentials, headers=headers)


class TestRateLimits(BlogTestCase):
    changed_settings: ClassVar[Mapping[str, object]] = {
        "trusted_proxies": (ip_network("127.0.0.1"),),
        "login_rate_limit": parse("3/2seconds"),
        "login_address_rate_limit": parse("6/hour"),
        "login_name_rate_limit": parse("8/hour"),
        "auth_rate_limit": parse("4/hour"),
    }

    @gen_test
    async def test_parallel_attempts_are_counted_before_the_hash(self) -> None:
        answers = await asyncio.gather(
            *(
                attempt(self.client, "Ada" if n % 2 else " ada", "10.0.0.1")
                for n in range(9)
            )
        )
        assert sorted(answer.code for answer in answers) == 3 * [401] + 6 * [429]
        refused = next(answer for answer in answers if answer.code == 429)
        assert_problem(refused, 429, "rate_limited")
        assert int(refused.headers["retry-after"]) in {1, 2}

    @gen_test
    async def test_other_address_and_other_name_count_apart(self) -> None:
        await self.sign_up("ada")
        for _ in range(3):
            await attempt(self.client, "ada", "10.0.0.1")
        assert (await attempt(self.client, "ada", "10.0.0.1", PASSWORD)).code == 429
        assert (await attempt(self.client, "ada", "10.0.0.2", PASSWORD)).code == 200
        assert (await attempt(self.client, "bob", "10.0.0.1")).code == 401
        await asyncio.sleep(2.1)
        assert (await attempt(self.client, "ada", "10.0.0.1", PASSWORD)).code == 200

    @gen_test
    async def test_success_clears_the_pair(self) -> None:
        await self.sign_up("ada")
        statuses = [
            (await attempt(self.client, "ada", "10.0.0.1", password)).code
            for password in ("wrong", "wrong", PASSWORD, "wrong", "wrong", PASSWORD)
        ]
        assert statuses == [401, 401, 200, 401, 401, 200]

    @gen_test
    async def test_all_attempts_of_an_address_count(self) -> None:
        statuses = [
            (await attempt(self.client, f"user{n}", f"2001:db8::{n:x}")).code
            for n in range(7)
        ]
        assert statuses == 6 * [401] + [429]

    @gen_test
    async def test_all_attempts_for_a_name_count_until_a_reset(self) -> None:
        ada = await self.sign_up("ada")
        statuses = [
            (await attempt(self.client, "ada", f"10.0.0.{n}")).code for n in range(8)
        ]
        assert statuses == 7 * [401] + [429]  # one attempt was the sign-in above
        await self.client.post("/api/v1/auth/password-reset", json={"email": ada.email})
        link = next(line for line in self.mails[0].text.splitlines() if "://" in line)
        body = {"token": link.rpartition("/")[2], "new_password": "another quiet walk"}
        answer = await self.client.post(
            "/api/v1/auth/password-reset/confirm", json=body
        )
        assert answer.code == 204
        again = await attempt(self.client, "ada", "10.0.1.1", "another quiet walk")
        assert again.code == 200

    @gen_test
    async def test_current_password_counts_as_an_attempt(self) -> None:
        ada = await self.sign_up("ada")
        headers = ada.headers | {"X-Forwarded-For": "10.0.0.1"}
        body = {"current_password": "wrong wrong wrong"}
        statuses = [
            (
                await self.client.post("/api/v1/me/delete", json=body, headers=headers)
            ).code
            for _ in range(4)
        ]
        assert statuses == [422, 422, 422, 429]
        assert (await attempt(self.client, "ADA", "10.0.0.1", PASSWORD)).code == 429

    @gen_test
    async def test_register_and_reset_share_a_limit(self) -> None:
        headers = {"X-Forwarded-For": "10.0.0.1"}
        reset = {"email": "a@example.org"}
        registration = {**reset, "username": "ada", "password": PASSWORD}
        requests = [("register", registration)] * 2 + [("password-reset", reset)] * 3
        statuses = [
            (
                await self.client.post(
                    f"/api/v1/auth/{path}", json=body, headers=headers
                )
            ).code
            for path, body in requests
        ]
        assert statuses == [201, 409, 202, 202, 429]

    @gen_test
    async def test_forwarded_address_of_a_stranger_is_ignored(self) -> None:
        async with self.serving(trusted_proxies=()) as client:
            statuses = [
                (await attempt(client, "ada", f"10.0.0.{n}")).code for n in range(4)
            ]
        assert statuses == [401, 401, 401, 429]
