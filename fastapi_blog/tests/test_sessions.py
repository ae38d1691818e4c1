"""Sessions: begun and ended in the database, whatever a browser keeps."""

from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import func, select, update

from app.accounts.models import User, WebSession
from app.config import Settings
from app.database import utc_now
from app.sessions import COOKIE_NAME
from tests.conftest import (
    PASSWORD,
    SignUp,
    bearer,
    connect,
    csrf_token,
    fill_in,
    login,
    running,
    sign_in,
)

pytestmark = pytest.mark.anyio
NEW = "another quiet walk"


async def is_signed_in(client: httpx.AsyncClient, cookie: str | None = None) -> bool:
    """With the cookie that the client has, or with a copy that was made before."""
    if cookie is not None:
        client.cookies.set(COOKIE_NAME, cookie, domain="blog.test", path="/")
    page = await client.get("/")
    assert page.status_code == 200
    return 'action="/logout"' in page.text


def copy_cookie(client: httpx.AsyncClient) -> str:
    return client.cookies[COOKIE_NAME]


async def test_cookie(client: httpx.AsyncClient, settings: Settings) -> None:
    cookie = (await client.get("/login")).headers["set-cookie"]
    flags = set(cookie.lower().split("; ")[1:])
    assert flags == {"path=/", "max-age=1209600", "httponly", "samesite=lax"}
    https = settings.model_copy(update={"public_url": "https://blog.test"})
    async with running(https) as app, connect(app) as secure:
        cookie = (await secure.get("/login")).headers["set-cookie"]
    assert cookie.startswith(f"__Host-{COOKIE_NAME}=")
    assert cookie.lower().endswith("; secure")
    assert settings.cookie_key not in {settings.signing_key.decode(), ""}


async def test_sign_in_gives_a_new_identity(
    client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    await sign_up("ada")
    await client.get("/login")
    before = copy_cookie(client)
    await sign_in(client)
    assert await is_signed_in(client)
    assert not await is_signed_in(client, before)


async def test_sign_out_ends_the_session(
    client: httpx.AsyncClient, sign_up: SignUp, application: FastAPI
) -> None:
    await sign_up("ada")
    await sign_in(client)
    copied = copy_cookie(client)
    await fill_in(client, "/", "/logout")
    assert not await is_signed_in(client)
    assert not await is_signed_in(client, copied)
    async with application.state.database.reading() as reader:
        assert await reader.scalar(select(func.count(WebSession.id))) == 0


async def test_second_sign_in_ends_the_first(
    client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    await sign_up("ada")
    await sign_up("bob")
    await sign_in(client, "ada")
    copied = copy_cookie(client)
    token = await csrf_token(client, "/account")
    data = {"csrf_token": token, "username": "bob", "password": PASSWORD}
    assert (await client.post("/login", data=data)).status_code == 303
    assert not await is_signed_in(client, copied)


async def test_password_change_by_page(
    client: httpx.AsyncClient, application: FastAPI, sign_up: SignUp
) -> None:
    await sign_up("ada")
    await sign_in(client)
    copied = copy_cookie(client)
    async with connect(application) as other:
        await sign_in(other)
        change = {"current_password": PASSWORD, "new_password": NEW}
        answer = await fill_in(client, "/account", "/account/password", **change)
        assert answer.status_code == 303
        assert await is_signed_in(client)
        assert not await is_signed_in(other)
    assert not await is_signed_in(client, copied)


async def test_password_change_by_api(
    client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    ada = await sign_up("ada")
    await sign_in(client)
    change = {"current_password": PASSWORD, "new_password": NEW}
    url = "/api/v1/auth/password"
    answer = await client.post(url, json=change, headers=ada.headers)
    assert answer.status_code == 200
    assert not await is_signed_in(client)


async def test_deactivation_and_role(
    client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    await sign_up("ada")
    root = await sign_up("root", role="admin")
    await sign_in(client)

    async def change(**changes: object) -> None:
        url = "/api/v1/admin/users/ada"
        answer = await client.patch(url, json=changes, headers=root.headers)
        assert answer.status_code == 200

    await change(is_active=False)
    assert not await is_signed_in(client)
    await change(is_active=True)
    assert not await is_signed_in(client)


async def test_session_ends_after_14_days(
    client: httpx.AsyncClient, application: FastAPI, sign_up: SignUp
) -> None:
    await sign_up("ada")
    await sign_in(client)
    async with application.state.database.writing() as session:
        row = (await session.scalars(select(WebSession))).one()
        assert row.expires_at - row.created_at == timedelta(days=14)
        await session.execute(update(WebSession).values(expires_at=utc_now()))
    assert not await is_signed_in(client)
    await sign_in(client)
    async with application.state.database.reading() as reader:
        assert await reader.scalar(select(func.count(WebSession.id))) == 1


async def test_bad_cookie_is_anonymous(
    client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    await sign_up("ada")
    await sign_in(client)
    good = copy_cookie(client)
    for bad in (good[:-1], good[1:], "x", "a.b.c", f"{good[:9]}x{good[9:]}"):
        assert not await is_signed_in(client, bad)


async def test_api_and_pages_do_not_share_credentials(
    client: httpx.AsyncClient, sign_up: SignUp, application: FastAPI
) -> None:
    await sign_up("ada")
    await sign_in(client)
    assert (await client.get("/api/v1/me")).status_code == 401
    headers = bearer(await login(client, "ada"))
    async with connect(application) as other:
        answer = await other.get("/account", headers=headers)
    assert answer.headers["location"] == "/login?next=%2Faccount"


async def test_deleted_account_leaves_no_session(
    client: httpx.AsyncClient, application: FastAPI, sign_up: SignUp
) -> None:
    ada = await sign_up("ada")
    await sign_in(client)
    body = {"current_password": PASSWORD}
    await client.post("/api/v1/me/delete", json=body, headers=ada.headers)
    assert not await is_signed_in(client)
    async with application.state.database.reading() as reader:
        assert await reader.scalar(select(func.count(User.id))) == 0
