"""Registration, signing in, tokens, passwords, profiles, administration."""

import asyncio
import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from tornado.httputil import url_concat
from tornado.testing import gen_test

from app import security
from app.accounts.admin import create_admin
from app.accounts.models import PasswordReset, RefreshToken, User
from app.accounts.schemas import Registration
from app.database import utc_now
from app.errors import Conflict
from app.mail import Mail
from tests.cases import (
    PASSWORD,
    Answer,
    BlogTestCase,
    Client,
    Person,
    assert_problem,
    bearer,
    login,
    write_post,
)

NEW_PASSWORD = "another quiet walk"


async def me(client: Client, headers: dict[str, str]) -> int:
    return (await client.get("/api/v1/me", headers=headers)).code


async def refresh(client: Client, token: str) -> Answer:
    body = {"refresh_token": token}
    return await client.post("/api/v1/auth/refresh", json=body)


async def reset_token(client: Client, email: str, mails: list[Mail]) -> str:
    answer = await client.post("/api/v1/auth/password-reset", json={"email": email})
    assert (answer.code, answer.body) == (202, b"")
    lines = mails[-1].text.splitlines()
    (link,) = (line for line in lines if "://" in line)
    found = re.fullmatch(r"http://blog\.test/password-reset/([\w-]{43})", link)
    assert found
    return found[1]


async def change_user(
    client: Client, admin: Person, name: str, **changes: object
) -> Answer:
    url = f"/api/v1/admin/users/{name}"
    return await client.patch(url, json=changes, headers=admin.headers)


class TestAccounts(BlogTestCase):
    @gen_test
    async def test_register(self) -> None:
        body = {"username": "Ada", "email": "Ada@example.org", "password": PASSWORD}
        answer = await self.client.post("/api/v1/auth/register", json=body)
        assert answer.code == 201
        assert answer.headers["location"] == "/api/v1/users/Ada"
        account = answer.json()
        assert list(account) == [
            "id",
            "username",
            "email",
            "bio",
            "role",
            "is_active",
            "created_at",
        ]
        assert (account["username"], account["email"]) == ("Ada", "Ada@example.org")
        assert (account["bio"], account["role"], account["is_active"]) == (
            "",
            "member",
            True,
        )
        assert re.fullmatch(
            r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", account["created_at"]
        )

    @gen_test
    async def test_register_names_everything_taken(self) -> None:
        await self.sign_up("ada")
        body = {"username": "ADA", "email": "ADA@example.org", "password": PASSWORD}
        answer = await self.client.post("/api/v1/auth/register", json=body)
        assert_problem(
            answer, 409, "conflict", ("username", "taken"), ("email", "taken")
        )
        answer = await self.client.post(
            "/api/v1/auth/register", json=body | {"username": "bob"}
        )
        assert_problem(answer, 409, "conflict", ("email", "taken"))

    @gen_test
    async def test_register_race_has_one_winner(self) -> None:
        body = {"username": "ada", "email": "ada@example.org", "password": PASSWORD}
        answers = await asyncio.gather(
            *(self.client.post("/api/v1/auth/register", json=body) for _ in range(8))
        )
        assert sorted(answer.code for answer in answers) == [201] + 7 * [409]

    @gen_test
    async def test_obvious_password_is_refused(self) -> None:
        for password in ("Ada.Lovelace@example.org", "ADA_LOVELACE", "ada.lovelace"):
            body = {
                "username": "ada_lovelace",
                "email": "ada.lovelace@example.org",
                "password": password,
            }
            answer = await self.client.post("/api/v1/auth/register", json=body)
            error = ("password", "too_common")
            assert_problem(answer, 422, "validation_error", error)

    @gen_test
    async def test_login(self) -> None:
        await self.sign_up("ada")
        for name in ("ada", "ADA", " ada ", "ada@example.org", "ADA@Example.org"):
            tokens = await login(self.client, name)
            assert list(tokens) == [
                "access_token",
                "token_type",
                "expires_in",
                "refresh_token",
            ]
            assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 900)
            assert await me(self.client, bearer(tokens)) == 200

    @gen_test
    async def test_login_refuses_alike(self) -> None:
        await self.sign_up("ada")
        await self.sign_up("gone")
        async with self.app.database.writing() as session:
            inactive = (
                update(User).where(User.username == "gone").values(is_active=False)
            )
            await session.execute(inactive)
        answers = [
            await self.client.post(
                "/api/v1/auth/login", json={"username": name, "password": password}
            )
            for name, password in (
                ("ada", "wrong wrong wrong"),
                ("nobody", PASSWORD),
                ("gone", PASSWORD),
                ("x", "y"),
            )
        ]
        for answer in answers:
            assert_problem(answer, 401, "invalid_credentials")
            assert answer.headers["www-authenticate"] == "Bearer"
        assert len({answer.body for answer in answers}) == 1

    @gen_test
    async def test_login_rehashes_and_clears_expired_tokens(self) -> None:
        await self.sign_up("ada")
        async with self.app.database.writing() as session:
            before = await session.scalar(select(User.password))
            past = utc_now() - timedelta(seconds=1)
            await session.execute(update(RefreshToken).values(expires_at=past))
        self.monkeypatch.undo()  # the real cost
        await login(self.client, "ada")
        async with self.app.database.reading() as reader:
            after = (await reader.scalars(select(User.password))).one()
            tokens = (await reader.scalars(select(RefreshToken.expires_at))).all()
        assert before != after
        assert not security.needs_rehash(after)
        assert [expires_at > utc_now() for expires_at in tokens] == [True]

    @gen_test
    async def test_refresh_gives_a_new_pair_once(self) -> None:
        ada = await self.sign_up("ada")
        first = ada.tokens["refresh_token"]
        second = (await refresh(self.client, first)).json()
        assert await me(self.client, bearer(second)) == 200
        answer = await refresh(self.client, first)
        assert_problem(answer, 401, "invalid_token")
        assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
        # The family is gone, and with it what the first use had given.
        assert await me(self.client, bearer(second)) == 401
        assert await me(self.client, ada.headers) == 401
        assert (await refresh(self.client, second["refresh_token"])).code == 401

    @gen_test
    async def test_refresh_race_has_one_winner_at_most(self) -> None:
        token = (await self.sign_up("ada")).tokens["refresh_token"]
        answers = await asyncio.gather(*(refresh(self.client, token) for _ in range(8)))
        assert sorted(answer.code for answer in answers) == [200] + 7 * [401]

    @gen_test
    async def test_family_ends_when_its_login_is_too_old(self) -> None:
        ada = await self.sign_up("ada")
        soon = utc_now() + timedelta(minutes=1)
        async with self.app.database.writing() as session:
            await session.execute(update(RefreshToken).values(expires_at=soon))
        second = (await refresh(self.client, ada.tokens["refresh_token"])).json()
        async with self.app.database.writing() as session:
            lifetimes = (await session.scalars(select(RefreshToken.expires_at))).all()
            assert set(lifetimes) == {soon}
            past = utc_now() - timedelta(seconds=1)
            await session.execute(update(RefreshToken).values(expires_at=past))
        assert (await refresh(self.client, second["refresh_token"])).code == 401

    @gen_test
    async def test_logout_ends_its_family_alone(self) -> None:
        ada = await self.sign_up("ada")
        other = await login(self.client, "ada")
        body = {"refresh_token": ada.tokens["refresh_token"]}
        for _ in range(2):
            answer = await self.client.post("/api/v1/auth/logout", json=body)
            assert answer.code == 204
        assert await me(self.client, ada.headers) == 401
        assert (await refresh(self.client, ada.tokens["refresh_token"])).code == 401
        assert await me(self.client, bearer(other)) == 200
        unknown = await self.client.post(
            "/api/v1/auth/logout", json={"refresh_token": "x"}
        )
        assert unknown.code == 204

    @gen_test
    async def test_change_password(self) -> None:
        ada = await self.sign_up("ada")
        other = await login(self.client, "ada")
        body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
        answer = await self.client.post(
            "/api/v1/auth/password", json=body, headers=ada.headers
        )
        assert answer.code == 200
        assert await me(self.client, bearer(answer.json())) == 200
        assert await me(self.client, ada.headers) == 401
        assert (await refresh(self.client, other["refresh_token"])).code == 401
        await login(self.client, "ada", NEW_PASSWORD)
        assert [(mail.to, mail.subject) for mail in self.mails] == [
            (ada.email, "Your password was changed")
        ]

    @gen_test
    async def test_change_password_race_has_one_winner(self) -> None:
        ada = await self.sign_up("ada")

        async def change(number: int) -> int:
            body = {
                "current_password": PASSWORD,
                "new_password": f"{NEW_PASSWORD} {number}",
            }
            url = "/api/v1/auth/password"
            return (await self.client.post(url, json=body, headers=ada.headers)).code

        statuses = await asyncio.gather(*(change(number) for number in range(5)))
        assert statuses.count(200) == 1
        assert set(statuses) <= {200, 401, 422}

    @gen_test
    async def test_wrong_current_password_changes_nothing(self) -> None:
        ada = await self.sign_up("ada")
        before = (await self.client.get("/api/v1/me", headers=ada.headers)).json()
        for method, path, body in (
            ("POST", "/api/v1/auth/password", {"new_password": NEW_PASSWORD}),
            ("PATCH", "/api/v1/me", {"email": "new@example.org"}),
            ("PATCH", "/api/v1/me", {"bio": "new"}),
            ("POST", "/api/v1/me/delete", {}),
        ):
            wrong = {**body, "current_password": "wrong wrong wrong"}
            answer = await self.client.request(
                method, path, json=wrong, headers=ada.headers
            )
            error = ("current_password", "incorrect")
            assert_problem(answer, 422, "validation_error", error)
            account = await self.client.get("/api/v1/me", headers=ada.headers)
            assert account.json() == before

    @gen_test
    async def test_password_reset(self) -> None:
        ada = await self.sign_up("ada")
        token = await reset_token(self.client, "ADA@example.org", self.mails)
        assert self.mails[0].to == "ada@example.org"
        url = "/api/v1/auth/password-reset/confirm"
        short = await self.client.post(
            url, json={"token": token, "new_password": "short"}
        )
        assert_problem(short, 422, "validation_error", ("new_password", "too_short"))
        obvious = {"token": token, "new_password": "Ada@Example.org"}
        answer = await self.client.post(url, json=obvious)
        assert_problem(answer, 422, "validation_error", ("new_password", "too_common"))
        body = {"token": token, "new_password": NEW_PASSWORD}
        answers = await asyncio.gather(
            *(self.client.post(url, json=body) for _ in range(4))
        )
        assert sorted(answer.code for answer in answers) == [204, 422, 422, 422]
        again = await self.client.post(url, json=body)
        assert_problem(again, 422, "validation_error", ("token", "invalid"))
        assert await me(self.client, ada.headers) == 401
        await login(self.client, "ada", NEW_PASSWORD)
        assert self.mails[-1].subject == "Your password was changed"

    @gen_test
    async def test_password_reset_for_nobody_sends_nothing(self) -> None:
        body = {"email": "nobody@example.org"}
        answer = await self.client.post("/api/v1/auth/password-reset", json=body)
        assert (answer.code, answer.body, self.mails) == (202, b"", [])

    @gen_test
    async def test_password_reset_is_mailed_three_times_an_hour(self) -> None:
        ada = await self.sign_up("ada")
        for _ in range(4):
            body = {"email": ada.email}
            answer = await self.client.post("/api/v1/auth/password-reset", json=body)
            assert answer.code == 202
        assert len(self.mails) == 3

    @gen_test
    async def test_old_reset_token_is_refused(self) -> None:
        ada = await self.sign_up("ada")
        token = await reset_token(self.client, ada.email, self.mails)
        async with self.app.database.writing() as session:
            past = utc_now() - timedelta(seconds=1)
            await session.execute(update(PasswordReset).values(expires_at=past))
        body = {"token": token, "new_password": NEW_PASSWORD}
        answer = await self.client.post(
            "/api/v1/auth/password-reset/confirm", json=body
        )
        assert_problem(answer, 422, "validation_error", ("token", "invalid"))

    @gen_test
    async def test_update_account(self) -> None:
        ada = await self.sign_up("ada")
        for changes in ({"bio": " Engines.\r\n"}, {}, {"email": ada.email}):
            answer = await self.client.patch(
                "/api/v1/me", json=changes, headers=ada.headers
            )
            assert (answer.code, answer.json()["bio"]) == (200, "Engines.")

    @gen_test
    async def test_new_address_needs_the_password(self) -> None:
        ada = await self.sign_up("ada")
        token = await reset_token(self.client, ada.email, self.mails)
        changes = {"email": "Countess@example.org"}
        answer = await self.client.patch(
            "/api/v1/me", json=changes, headers=ada.headers
        )
        assert_problem(
            answer, 422, "validation_error", ("current_password", "required")
        )
        changes["current_password"] = PASSWORD
        answer = await self.client.patch(
            "/api/v1/me", json=changes, headers=ada.headers
        )
        assert answer.json()["email"] == "Countess@example.org"
        assert (self.mails[-1].to, self.mails[-1].subject) == (
            ada.email,
            "Your e-mail address was changed",
        )
        await login(self.client, "countess@example.org")
        body = {"token": token, "new_password": NEW_PASSWORD}
        answer = await self.client.post(
            "/api/v1/auth/password-reset/confirm", json=body
        )
        assert_problem(answer, 422, "validation_error", ("token", "invalid"))

    @gen_test
    async def test_taken_address(self) -> None:
        ada, bob = await self.sign_up("ada"), await self.sign_up("bob")
        changes = {"email": bob.email.upper(), "current_password": PASSWORD}
        answer = await self.client.patch(
            "/api/v1/me", json=changes, headers=ada.headers
        )
        assert_problem(answer, 409, "conflict", ("email", "taken"))
        changes["email"] = ada.email.upper()
        answer = await self.client.patch(
            "/api/v1/me", json=changes, headers=ada.headers
        )
        assert answer.json()["email"] == "ADA@EXAMPLE.ORG"

    @gen_test
    async def test_delete_account_takes_everything_with_it(self) -> None:
        ada, bob = await self.sign_up("ada"), await self.sign_up("bob")
        post, other = (
            await write_post(self.client, ada),
            await write_post(self.client, bob),
        )
        for slug in (post["slug"], other["slug"]):
            for person in (ada, bob):
                url = f"/api/v1/posts/{slug}"
                await self.client.put(f"{url}/like", headers=person.headers)
                comment = {"body": "Hm."}
                await self.client.post(
                    f"{url}/comments", json=comment, headers=person.headers
                )
        await self.client.put("/api/v1/users/bob/follow", headers=ada.headers)
        await self.client.put("/api/v1/users/ada/follow", headers=bob.headers)
        await self.client.post(
            "/api/v1/todos", json={"title": "x"}, headers=ada.headers
        )
        await reset_token(self.client, ada.email, self.mails)
        body = {"current_password": PASSWORD}
        answer = await self.client.post(
            "/api/v1/me/delete", json=body, headers=ada.headers
        )
        assert answer.code == 204
        assert await me(self.client, ada.headers) == 401
        assert (await self.client.get(f"/api/v1/posts/{post['slug']}")).code == 404
        left = (await self.client.get(f"/api/v1/posts/{other['slug']}")).json()
        assert (left["likes_count"], left["comments_count"]) == (1, 1)
        profile = (await self.client.get("/api/v1/users/bob")).json()
        assert (profile["followers_count"], profile["following_count"]) == (0, 0)
        assert await me(self.client, (await self.sign_up("ada")).headers) == 200

    @gen_test
    async def test_last_admin_stays(self) -> None:
        boss = await self.sign_up("boss", role="admin")
        body = {"current_password": PASSWORD}
        answer = await self.client.post(
            "/api/v1/me/delete", json=body, headers=boss.headers
        )
        assert_problem(answer, 409, "conflict", ("", "state"))
        await self.sign_up("second", role="admin")
        answer = await self.client.post(
            "/api/v1/me/delete", json=body, headers=boss.headers
        )
        assert answer.code == 204

    @gen_test
    async def test_profile_and_following(self) -> None:
        ada, bob = await self.sign_up("Ada"), await self.sign_up("bob")
        url = "/api/v1/users/ADA"
        for _ in range(2):
            answer = await self.client.put(f"{url}/follow", headers=bob.headers)
            assert answer.code == 204
        profile = (await self.client.get(url, headers=bob.headers)).json()
        assert list(profile) == [
            "username",
            "bio",
            "created_at",
            "followers_count",
            "following_count",
            "is_following",
        ]
        assert (profile["username"], profile["followers_count"]) == ("Ada", 1)
        assert profile["is_following"]
        assert not (await self.client.get(url)).json()["is_following"]
        assert (await self.client.get("/api/v1/users/bob")).json()[
            "following_count"
        ] == 1
        for _ in range(2):
            answer = await self.client.delete(f"{url}/follow", headers=bob.headers)
            assert answer.code == 204
        assert (await self.client.get(url)).json()["followers_count"] == 0
        self_follow = await self.client.put(f"{url}/follow", headers=ada.headers)
        assert_problem(self_follow, 422, "validation_error", ("username", "self"))
        unfollow = await self.client.delete(f"{url}/follow", headers=ada.headers)
        assert unfollow.code == 204
        missing = await self.client.put(
            "/api/v1/users/nobody/follow", headers=ada.headers
        )
        assert_problem(missing, 404, "not_found")

    @gen_test
    async def test_admins_only(self) -> None:
        editor = await self.sign_up("edith", role="editor")
        answer = await self.client.get("/api/v1/admin/users", headers=editor.headers)
        assert_problem(answer, 403, "forbidden")
        assert_problem(
            await change_user(self.client, editor, "edith"), 403, "forbidden"
        )
        assert_problem(
            await self.client.get("/api/v1/admin/users"), 401, "not_authenticated"
        )

    @gen_test
    async def test_list_users(self) -> None:
        boss = await self.sign_up("boss", role="admin")
        await self.sign_up("ada_l")
        await self.sign_up("adaXl", role="editor")

        async def names(**query: str) -> list[str]:
            url = url_concat("/api/v1/admin/users", query)
            answer = await self.client.get(url, headers=boss.headers)
            return [account["username"] for account in answer.json()["items"]]

        assert await names() == ["boss", "ada_l", "adaXl"]
        assert await names(q="ADA_") == ["ada_l"]
        assert await names(q="ada example") == ["ada_l", "adaXl"]
        assert await names(q="/", role="editor") == []
        assert await names(role="editor") == ["adaXl"]
        bad = await self.client.get(
            "/api/v1/admin/users?role=king", headers=boss.headers
        )
        assert_problem(bad, 422, "validation_error", ("role", "choice"))

    @gen_test
    async def test_update_user(self) -> None:
        boss, ada = await self.sign_up("boss", role="admin"), await self.sign_up("ada")
        answer = await change_user(self.client, boss, "ADA", role="editor")
        assert (answer.code, answer.json()["role"]) == (200, "editor")
        assert (await change_user(self.client, boss, "boss", role="admin")).code == 200
        answer = await change_user(
            self.client, boss, "boss", role="member", is_active=False
        )
        assert_problem(answer, 409, "conflict", ("role", "self"), ("is_active", "self"))
        assert_problem(await change_user(self.client, boss, "nobody"), 404, "not_found")
        assert (
            await change_user(self.client, boss, "ada", is_active=False)
        ).code == 200
        assert await me(self.client, ada.headers) == 401
        assert (await self.client.get("/api/v1/users/ada")).code == 404
        await change_user(self.client, boss, "ada", is_active=True)
        assert await me(self.client, ada.headers) == 401
        assert (await refresh(self.client, ada.tokens["refresh_token"])).code == 401
        await login(self.client, "ada")

    @gen_test
    async def test_admins_who_demote_each_other_leave_one(self) -> None:
        admins = [
            await self.sign_up(name, role="admin") for name in ("ann", "ben", "cat")
        ]
        answers = await asyncio.gather(
            *(
                change_user(self.client, admin, other.username, role="member")
                for admin in admins
                for other in admins
                if other is not admin
            )
        )
        assert {answer.code for answer in answers} <= {200, 401, 403}
        accounts = [
            await self.client.get("/api/v1/me", headers=admin.headers)
            for admin in admins
        ]
        assert "admin" in {account.json()["role"] for account in accounts}

    @gen_test
    async def test_create_admin_is_repeatable(self) -> None:
        await self.sign_up("ada")
        boss = Registration(
            username="boss", email="boss@example.org", password=PASSWORD
        )
        taken = boss.model_copy(update={"username": "ada"})
        for _ in range(2):
            async with self.app.database.writing() as session:
                assert (await create_admin(session, boss)).role == "admin"
        with pytest.raises(Conflict):
            async with self.app.database.writing() as session:
                await create_admin(session, taken)
        await login(self.client, "boss")
