"""Registration, signing in, tokens, passwords, profiles, administration."""

import asyncio
import re
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select, update

from app import security
from app.accounts.admin import create_admin
from app.accounts.models import PasswordReset, RefreshToken, User
from app.accounts.schemas import Registration
from app.database import utc_now
from app.errors import Conflict
from app.mail import Mail
from app.request import App
from tests.conftest import (
    PASSWORD,
    Person,
    SignUp,
    assert_problem,
    bearer,
    login,
    write_post,
)

pytestmark = pytest.mark.anyio
NEW_PASSWORD = "another quiet walk"


async def me(client: httpx.AsyncClient, headers: dict[str, str]) -> int:
    return (await client.get("/api/v1/me", headers=headers)).status_code


async def refresh(client: httpx.AsyncClient, token: str) -> httpx.Response:
    body = {"refresh_token": token}
    return await client.post("/api/v1/auth/refresh", json=body)


async def test_register(client: httpx.AsyncClient) -> None:
    body = {"username": "Ada", "email": "Ada@example.org", "password": PASSWORD}
    answer = await client.post("/api/v1/auth/register", json=body)
    assert answer.status_code == 201
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


async def test_register_names_everything_taken(
    client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    await sign_up("ada")
    body = {"username": "ADA", "email": "ADA@example.org", "password": PASSWORD}
    answer = await client.post("/api/v1/auth/register", json=body)
    assert_problem(answer, 409, "conflict", ("username", "taken"), ("email", "taken"))
    answer = await client.post("/api/v1/auth/register", json=body | {"username": "bob"})
    assert_problem(answer, 409, "conflict", ("email", "taken"))


async def test_register_race_has_one_winner(client: httpx.AsyncClient) -> None:
    body = {"username": "ada", "email": "ada@example.org", "password": PASSWORD}
    answers = await asyncio.gather(
        *(client.post("/api/v1/auth/register", json=body) for _ in range(8))
    )
    assert sorted(answer.status_code for answer in answers) == [201] + 7 * [409]


@pytest.mark.parametrize("password", ["Ada.Lovelace@", "ADA_LOVELACE", "ada.lovelace"])
async def test_obvious_password_is_refused(
    client: httpx.AsyncClient, password: str
) -> None:
    body = {
        "username": "ada_lovelace",
        "email": "ada.lovelace@example.org",
        "password": password.replace("@", "@example.org"),
    }
    answer = await client.post("/api/v1/auth/register", json=body)
    assert_problem(answer, 422, "validation_error", ("password", "too_common"))


@pytest.mark.parametrize(
    "name", ["ada", "ADA", " ada ", "ada@example.org", "ADA@Example.org"]
)
async def test_login(client: httpx.AsyncClient, sign_up: SignUp, name: str) -> None:
    await sign_up("ada")
    tokens = await login(client, name)
    assert list(tokens) == ["access_token", "token_type", "expires_in", "refresh_token"]
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 900)
    assert await me(client, bearer(tokens)) == 200


async def test_login_refuses_alike(
    client: httpx.AsyncClient, sign_up: SignUp, application: App
) -> None:
    await sign_up("ada")
    await sign_up("gone")
    async with application.ctx.database.writing() as session:
        inactive = update(User).where(User.username == "gone").values(is_active=False)
        await session.execute(inactive)
    answers = [
        await client.post(
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
    assert len({answer.content for answer in answers}) == 1


async def test_login_rehashes_and_clears_expired_tokens(
    client: httpx.AsyncClient,
    sign_up: SignUp,
    application: App,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await sign_up("ada")
    async with application.ctx.database.writing() as session:
        before = await session.scalar(select(User.password))
        past = utc_now() - timedelta(seconds=1)
        await session.execute(update(RefreshToken).values(expires_at=past))
    monkeypatch.undo()  # the real cost
    await login(client, "ada")
    async with application.ctx.database.reading() as reader:
        after = await reader.scalar(select(User.password))
        tokens = (await reader.scalars(select(RefreshToken.expires_at))).all()
    assert after != before
    assert after
    assert not security.needs_rehash(after)
    assert [expires_at > utc_now() for expires_at in tokens] == [True]


async def test_refresh_gives_a_new_pair_once(
    client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    ada = await sign_up("ada")
    first = ada.tokens["refresh_token"]
    second = (await refresh(client, first)).json()
    assert await me(client, bearer(second)) == 200
    answer = await refresh(client, first)
    assert_problem(answer, 401, "invalid_token")
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    # The family is gone, and with it what the first use had given.
    assert await me(client, bearer(second)) == 401
    assert await me(client, ada.headers) == 401
    assert (await refresh(client, second["refresh_token"])).status_code == 401


async def test_refresh_race_has_one_winner_at_most(
    client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    token = (await sign_up("ada")).tokens["refresh_token"]
    answers = await asyncio.gather(*(refresh(client, token) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + 7 * [401]


async def test_family_ends_when_its_login_is_too_old(
    client: httpx.AsyncClient, sign_up: SignUp, application: App
) -> None:
    ada = await sign_up("ada")
    soon = utc_now() + timedelta(minutes=1)
    async with application.ctx.database.writing() as session:
        await session.execute(update(RefreshToken).values(expires_at=soon))
    second = (await refresh(client, ada.tokens["refresh_token"])).json()
    async with application.ctx.database.writing() as session:
        lifetimes = (await session.scalars(select(RefreshToken.expires_at))).all()
        assert set(lifetimes) == {soon}
        past = utc_now() - timedelta(seconds=1)
        await session.execute(update(RefreshToken).values(expires_at=past))
    assert (await refresh(client, second["refresh_token"])).status_code == 401


async def test_logout_ends_its_family_alone(
    client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    ada = await sign_up("ada")
    other = await login(client, "ada")
    body = {"refresh_token": ada.tokens["refresh_token"]}
    for _ in range(2):
        answer = await client.post("/api/v1/auth/logout", json=body)
        assert answer.status_code == 204
    assert await me(client, ada.headers) == 401
    assert (await refresh(client, ada.tokens["refresh_token"])).status_code == 401
    assert await me(client, bearer(other)) == 200
    unknown = await client.post("/api/v1/auth/logout", json={"refresh_token": "x"})
    assert unknown.status_code == 204


async def test_change_password(
    client: httpx.AsyncClient, sign_up: SignUp, mails: list[Mail]
) -> None:
    ada = await sign_up("ada")
    other = await login(client, "ada")
    body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    answer = await client.post("/api/v1/auth/password", json=body, headers=ada.headers)
    assert answer.status_code == 200
    assert await me(client, bearer(answer.json())) == 200
    assert await me(client, ada.headers) == 401
    assert (await refresh(client, other["refresh_token"])).status_code == 401
    await login(client, "ada", NEW_PASSWORD)
    assert [(mail.to, mail.subject) for mail in mails] == [
        (ada.email, "Your password was changed")
    ]


async def test_change_password_race_has_one_winner(
    client: httpx.AsyncClient, sign_up: SignUp, mails: list[Mail]
) -> None:
    ada = await sign_up("ada")

    async def change(number: int) -> int:
        body = {
            "current_password": PASSWORD,
            "new_password": f"{NEW_PASSWORD} {number}",
        }
        url = "/api/v1/auth/password"
        return (await client.post(url, json=body, headers=ada.headers)).status_code

    statuses = await asyncio.gather(*(change(number) for number in range(5)))
    assert statuses.count(200) == 1
    assert set(statuses) <= {200, 401, 422}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/v1/auth/password", {"new_password": NEW_PASSWORD}),
        ("PATCH", "/api/v1/me", {"email": "new@example.org"}),
        ("PATCH", "/api/v1/me", {"bio": "new"}),
        ("POST", "/api/v1/me/delete", {}),
    ],
)
async def test_wrong_current_password_changes_nothing(
    client: httpx.AsyncClient,
    sign_up: SignUp,
    method: str,
    path: str,
    body: dict[str, str],
) -> None:
    ada = await sign_up("ada")
    before = (await client.get("/api/v1/me", headers=ada.headers)).json()
    wrong = {**body, "current_password": "wrong wrong wrong"}
    answer = await client.request(method, path, json=wrong, headers=ada.headers)
    assert_problem(answer, 422, "validation_error", ("current_password", "incorrect"))
    assert (await client.get("/api/v1/me", headers=ada.headers)).json() == before


async def reset_token(client: httpx.AsyncClient, email: str, mails: list[Mail]) -> str:
    answer = await client.post("/api/v1/auth/password-reset", json={"email": email})
    assert (answer.status_code, answer.content) == (202, b"")
    lines = mails[-1].text.splitlines()
    (link,) = (line for line in lines if "://" in line)
    found = re.fullmatch(r"http://blog\.test/password-reset/([\w-]{43})", link)
    assert found
    return found[1]


async def test_password_reset(
    client: httpx.AsyncClient, sign_up: SignUp, mails: list[Mail]
) -> None:
    ada = await sign_up("ada")
    token = await reset_token(client, "ADA@example.org", mails)
    assert mails[0].to == "ada@example.org"
    url = "/api/v1/auth/password-reset/confirm"
    short = await client.post(url, json={"token": token, "new_password": "short"})
    assert_problem(short, 422, "validation_error", ("new_password", "too_short"))
    obvious = {"token": token, "new_password": "Ada@Example.org"}
    answer = await client.post(url, json=obvious)
    assert_problem(answer, 422, "validation_error", ("new_password", "too_common"))
    body = {"token": token, "new_password": NEW_PASSWORD}
    answers = await asyncio.gather(*(client.post(url, json=body) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [204, 422, 422, 422]
    again = await client.post(url, json=body)
    assert_problem(again, 422, "validation_error", ("token", "invalid"))
    assert await me(client, ada.headers) == 401
    await login(client, "ada", NEW_PASSWORD)
    assert mails[-1].subject == "Your password was changed"


async def test_password_reset_for_nobody_sends_nothing(
    client: httpx.AsyncClient, mails: list[Mail]
) -> None:
    body = {"email": "nobody@example.org"}
    answer = await client.post("/api/v1/auth/password-reset", json=body)
    assert (answer.status_code, answer.content, mails) == (202, b"", [])
    assert "Content-Type" not in answer.headers


async def test_password_reset_is_mailed_three_times_an_hour(
    client: httpx.AsyncClient, sign_up: SignUp, mails: list[Mail]
) -> None:
    ada = await sign_up("ada")
    for _ in range(4):
        body = {"email": ada.email}
        answer = await client.post("/api/v1/auth/password-reset", json=body)
        assert answer.status_code == 202
    assert len(mails) == 3


async def test_old_reset_token_is_refused(
    client: httpx.AsyncClient,
    sign_up: SignUp,
    mails: list[Mail],
    application: App,
) -> None:
    ada = await sign_up("ada")
    token = await reset_token(client, ada.email, mails)
    async with application.ctx.database.writing() as session:
        past = utc_now() - timedelta(seconds=1)
        await session.execute(update(PasswordReset).values(expires_at=past))
    body = {"token": token, "new_password": NEW_PASSWORD}
    answer = await client.post("/api/v1/auth/password-reset/confirm", json=body)
    assert_problem(answer, 422, "validation_error", ("token", "invalid"))


async def test_update_account(client: httpx.AsyncClient, sign_up: SignUp) -> None:
    ada = await sign_up("ada")
    for changes in ({"bio": " Engines.\r\n"}, {}, {"email": ada.email}):
        answer = await client.patch("/api/v1/me", json=changes, headers=ada.headers)
        assert (answer.status_code, answer.json()["bio"]) == (200, "Engines.")


async def test_new_address_needs_the_password(
    client: httpx.AsyncClient, sign_up: SignUp, mails: list[Mail]
) -> None:
    ada = await sign_up("ada")
    token = await reset_token(client, ada.email, mails)
    changes = {"email": "Countess@example.org"}
    answer = await client.patch("/api/v1/me", json=changes, headers=ada.headers)
    assert_problem(answer, 422, "validation_error", ("current_password", "required"))
    changes["current_password"] = PASSWORD
    answer = await client.patch("/api/v1/me", json=changes, headers=ada.headers)
    assert answer.json()["email"] == "Countess@example.org"
    assert (mails[-1].to, mails[-1].subject) == (
        ada.email,
        "Your e-mail address was changed",
    )
    await login(client, "countess@example.org")
    body = {"token": token, "new_password": NEW_PASSWORD}
    answer = await client.post("/api/v1/auth/password-reset/confirm", json=body)
    assert_problem(answer, 422, "validation_error", ("token", "invalid"))


async def test_taken_address(client: httpx.AsyncClient, sign_up: SignUp) -> None:
    ada, bob = await sign_up("ada"), await sign_up("bob")
    changes = {"email": bob.email.upper(), "current_password": PASSWORD}
    answer = await client.patch("/api/v1/me", json=changes, headers=ada.headers)
    assert_problem(answer, 409, "conflict", ("email", "taken"))
    changes["email"] = ada.email.upper()
    answer = await client.patch("/api/v1/me", json=changes, headers=ada.headers)
    assert answer.json()["email"] == "ADA@EXAMPLE.ORG"


async def test_delete_account_takes_everything_with_it(
    client: httpx.AsyncClient, sign_up: SignUp, mails: list[Mail]
) -> None:
    ada, bob = await sign_up("ada"), await sign_up("bob")
    post, other = await write_post(client, ada), await write_post(client, bob)
    for slug in (post["slug"], other["slug"]):
        for person in (ada, bob):
            url = f"/api/v1/posts/{slug}"
            await client.put(f"{url}/like", headers=person.headers)
            comment = {"body": "Hm."}
            await client.post(f"{url}/comments", json=comment, headers=person.headers)
    await client.put("/api/v1/users/bob/follow", headers=ada.headers)
    await client.put("/api/v1/users/ada/follow", headers=bob.headers)
    await client.post("/api/v1/todos", json={"title": "x"}, headers=ada.headers)
    await reset_token(client, ada.email, mails)
    body = {"current_password": PASSWORD}
    answer = await client.post("/api/v1/me/delete", json=body, headers=ada.headers)
    assert answer.status_code == 204
    assert await me(client, ada.headers) == 401
    assert (await client.get(f"/api/v1/posts/{post['slug']}")).status_code == 404
    left = (await client.get(f"/api/v1/posts/{other['slug']}")).json()
    assert (left["likes_count"], left["comments_count"]) == (1, 1)
    profile = (await client.get("/api/v1/users/bob")).json()
    assert (profile["followers_count"], profile["following_count"]) == (0, 0)
    assert await me(client, (await sign_up("ada")).headers) == 200


async def test_last_admin_stays(client: httpx.AsyncClient, sign_up: SignUp) -> None:
    boss = await sign_up("boss", role="admin")
    body = {"current_password": PASSWORD}
    answer = await client.post("/api/v1/me/delete", json=body, headers=boss.headers)
    assert_problem(answer, 409, "conflict", ("", "state"))
    await sign_up("second", role="admin")
    answer = await client.post("/api/v1/me/delete", json=body, headers=boss.headers)
    assert answer.status_code == 204


async def test_profile_and_following(
    client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    ada, bob = await sign_up("Ada"), await sign_up("bob")
    url = "/api/v1/users/ADA"
    for _ in range(2):
        answer = await client.put(f"{url}/follow", headers=bob.headers)
        assert answer.status_code == 204
    profile = (await client.get(url, headers=bob.headers)).json()
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
    assert not (await client.get(url)).json()["is_following"]
    assert (await client.get("/api/v1/users/bob")).json()["following_count"] == 1
    for _ in range(2):
        answer = await client.delete(f"{url}/follow", headers=bob.headers)
        assert answer.status_code == 204
    assert (await client.get(url)).json()["followers_count"] == 0
    self_follow = await client.put(f"{url}/follow", headers=ada.headers)
    assert_problem(self_follow, 422, "validation_error", ("username", "self"))
    unfollow = await client.delete(f"{url}/follow", headers=ada.headers)
    assert unfollow.status_code == 204
    missing = await client.put("/api/v1/users/nobody/follow", headers=ada.headers)
    assert_problem(missing, 404, "not_found")


async def change_user(
    client: httpx.AsyncClient, admin: Person, name: str, **changes: object
) -> httpx.Response:
    url = f"/api/v1/admin/users/{name}"
    return await client.patch(url, json=changes, headers=admin.headers)


async def test_admins_only(client: httpx.AsyncClient, sign_up: SignUp) -> None:
    editor = await sign_up("edith", role="editor")
    answer = await client.get("/api/v1/admin/users", headers=editor.headers)
    assert_problem(answer, 403, "forbidden")
    assert_problem(await change_user(client, editor, "edith"), 403, "forbidden")
    assert_problem(await client.get("/api/v1/admin/users"), 401, "not_authenticated")


async def test_list_users(client: httpx.AsyncClient, sign_up: SignUp) -> None:
    boss = await sign_up("boss", role="admin")
    await sign_up("ada_l")
    await sign_up("adaXl", role="editor")

    async def names(**query: str) -> list[str]:
        answer = await client.get(
            "/api/v1/admin/users", params=query, headers=boss.headers
        )
        return [account["username"] for account in answer.json()["items"]]

    assert await names() == ["boss", "ada_l", "adaXl"]
    assert await names(q="ADA_") == ["ada_l"]
    assert await names(q="ada example") == ["ada_l", "adaXl"]
    assert await names(q="/", role="editor") == []
    assert await names(role="editor") == ["adaXl"]
    bad = await client.get("/api/v1/admin/users?role=king", headers=boss.headers)
    assert_problem(bad, 422, "validation_error", ("role", "choice"))


async def test_update_user(client: httpx.AsyncClient, sign_up: SignUp) -> None:
    boss, ada = await sign_up("boss", role="admin"), await sign_up("ada")
    answer = await change_user(client, boss, "ADA", role="editor")
    assert (answer.status_code, answer.json()["role"]) == (200, "editor")
    assert (await change_user(client, boss, "boss", role="admin")).status_code == 200
    answer = await change_user(client, boss, "boss", role="member", is_active=False)
    assert_problem(answer, 409, "conflict", ("role", "self"), ("is_active", "self"))
    assert_problem(await change_user(client, boss, "nobody"), 404, "not_found")
    assert (await change_user(client, boss, "ada", is_active=False)).status_code == 200
    assert await me(client, ada.headers) == 401
    assert (await client.get("/api/v1/users/ada")).status_code == 404
    await change_user(client, boss, "ada", is_active=True)
    assert await me(client, ada.headers) == 401
    assert (await refresh(client, ada.tokens["refresh_token"])).status_code == 401
    await login(client, "ada")


async def test_admins_who_demote_each_other_leave_one(
    client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    admins = [await sign_up(name, role="admin") for name in ("ann", "ben", "cat")]
    answers = await asyncio.gather(
        *(
            change_user(client, admin, other.username, role="member")
            for admin in admins
            for other in admins
            if other is not admin
        )
    )
    assert {answer.status_code for answer in answers} <= {200, 401, 403}
    accounts = [
        await client.get("/api/v1/me", headers=admin.headers) for admin in admins
    ]
    assert "admin" in {account.json()["role"] for account in accounts}


async def test_create_admin_is_repeatable(
    application: App, client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    await sign_up("ada")
    boss = Registration(username="boss", email="boss@example.org", password=PASSWORD)
    taken = boss.model_copy(update={"username": "ada"})
    for _ in range(2):
        async with application.ctx.database.writing() as session:
            assert (await create_admin(session, boss)).role == "admin"
    with pytest.raises(Conflict):
        async with application.ctx.database.writing() as session:
            await create_admin(session, taken)
    await login(client, "boss")
