"""Sessions: begun and ended in the database, whatever a browser keeps."""

from datetime import timedelta

from sqlalchemy import func, select, update
from tornado.testing import gen_test

from app.accounts.models import User, WebSession
from app.database import utc_now
from app.sessions import MESSAGES, SESSION, XSRF
from tests.browser import Browser, PageTestCase, assert_redirect
from tests.cases import PASSWORD, bearer, login

NEW = "another quiet walk"


async def is_signed_in(browser: Browser, copied: dict[str, str] | None = None) -> bool:
    """With the cookies that the browser has, or with those it had before."""
    if copied is not None:
        browser.cookies = copied
    page = await browser.get("/")
    assert page.code == 200
    return 'action="/logout"' in page.text


class TestSessions(PageTestCase):
    @gen_test
    async def test_cookies(self) -> None:
        await self.sign_up("ada")
        form = await self.browser.get("/login")
        await self.browser.sign_in()
        assert set(self.browser.cookies) == {SESSION, MESSAGES}
        welcome = await self.browser.get("/")
        assert set(self.browser.cookies) == {SESSION, XSRF}
        for answer in (form, welcome):
            for field in answer.headers.get_list("Set-Cookie"):
                flags = set(field.lower().split("; ")[1:])
                assert {"httponly", "path=/", "samesite=lax"} <= flags
                assert not flags & {"secure", "domain"}

    @gen_test
    async def test_cookies_over_https(self) -> None:
        async with self.serving(public_url="https://blog.test") as client:
            (field,) = (await client.get("/login")).headers.get_list("Set-Cookie")
        assert field.startswith(f"__Host-{XSRF}=")
        assert "secure" in field.lower().split("; ")

    def test_cookies_have_a_key_of_their_own(self) -> None:
        assert len(self.settings.cookie_key) == 64
        assert self.settings.cookie_key != self.settings.signing_key.decode()

    @gen_test
    async def test_sign_in_gives_a_new_identity(self) -> None:
        await self.sign_up("ada")
        await self.browser.get("/login")
        before = dict(self.browser.cookies)
        await self.browser.sign_in()
        assert await is_signed_in(self.browser)
        assert not await is_signed_in(self.browser, before)

    @gen_test
    async def test_sign_out_ends_the_session(self) -> None:
        await self.sign_up("ada")
        await self.browser.sign_in()
        copied = dict(self.browser.cookies)
        await self.browser.fill_in("/", "/logout")
        assert not await is_signed_in(self.browser)
        assert not await is_signed_in(self.browser, copied)
        async with self.app.database.reading() as reader:
            assert await reader.scalar(select(func.count(WebSession.id))) == 0

    @gen_test
    async def test_second_sign_in_ends_the_first(self) -> None:
        await self.sign_up("ada")
        await self.sign_up("bob")
        await self.browser.sign_in("ada")
        copied = dict(self.browser.cookies)
        token = await self.browser.xsrf_token("/account")
        data = {"_xsrf": token, "username": "bob", "password": PASSWORD}
        assert (await self.browser.send("/login", **data)).code == 303
        assert not await is_signed_in(self.browser, copied)

    @gen_test
    async def test_password_change_by_page(self) -> None:
        await self.sign_up("ada")
        await self.browser.sign_in()
        copied = dict(self.browser.cookies)
        other = self.another_browser()
        await other.sign_in()
        change = {"current_password": PASSWORD, "new_password": NEW}
        answer = await self.browser.fill_in("/account", "/account/password", **change)
        assert_redirect(answer, "/account")
        assert await is_signed_in(self.browser)
        assert not await is_signed_in(other)
        assert not await is_signed_in(self.browser, copied)

    @gen_test
    async def test_password_change_by_api(self) -> None:
        ada = await self.sign_up("ada")
        await self.browser.sign_in()
        change = {"current_password": PASSWORD, "new_password": NEW}
        url = "/api/v1/auth/password"
        answer = await self.browser.post(url, json=change, headers=ada.headers)
        assert answer.code == 200
        assert not await is_signed_in(self.browser)

    @gen_test
    async def test_deactivation_and_role(self) -> None:
        await self.sign_up("ada")
        root = await self.sign_up("root", role="admin")
        await self.browser.sign_in()

        async def change(**changes: object) -> None:
            url = "/api/v1/admin/users/ada"
            answer = await self.browser.patch(url, json=changes, headers=root.headers)
            assert answer.code == 200

        await change(is_active=False)
        assert not await is_signed_in(self.browser)
        await change(is_active=True)
        assert not await is_signed_in(self.browser)

    @gen_test
    async def test_session_ends_after_14_days(self) -> None:
        await self.sign_up("ada")
        await self.browser.sign_in()
        async with self.app.database.writing() as session:
            row = (await session.scalars(select(WebSession))).one()
            assert row.expires_at - row.created_at == timedelta(days=14)
            await session.execute(update(WebSession).values(expires_at=utc_now()))
        assert not await is_signed_in(self.browser)
        await self.browser.sign_in()
        async with self.app.database.reading() as reader:
            assert await reader.scalar(select(func.count(WebSession.id))) == 1

    @gen_test
    async def test_bad_cookie_is_anonymous(self) -> None:
        await self.sign_up("ada")
        await self.browser.sign_in()
        good = self.browser.cookies[SESSION]
        for bad in (good[:-1], good[1:], "x", "a.b.c", f"{good[:9]}x{good[9:]}"):
            assert not await is_signed_in(self.browser, {SESSION: bad})

    @gen_test
    async def test_one_cookie_does_not_stand_for_another(self) -> None:
        await self.sign_up("ada")
        await self.browser.sign_in()
        value = self.browser.cookies[SESSION]
        page = await self.browser.get("/", headers={"Cookie": f"{MESSAGES}={value}"})
        assert page.code == 200

    @gen_test
    async def test_api_and_pages_do_not_share_credentials(self) -> None:
        await self.sign_up("ada")
        await self.browser.sign_in()
        assert (await self.browser.get("/api/v1/me")).code == 401
        headers = bearer(await login(self.client, "ada"))
        answer = await self.another_browser().get("/account", headers=headers)
        assert_redirect(answer, "/login?next=%2Faccount")

    @gen_test
    async def test_deleted_account_leaves_no_session(self) -> None:
        ada = await self.sign_up("ada")
        await self.browser.sign_in()
        body = {"current_password": PASSWORD}
        await self.browser.post("/api/v1/me/delete", json=body, headers=ada.headers)
        assert not await is_signed_in(self.browser)
        async with self.app.database.reading() as reader:
            assert await reader.scalar(select(func.count(User.id))) == 0
