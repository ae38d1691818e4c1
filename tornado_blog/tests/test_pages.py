"""What pages show, to whom, and how they are sent."""

from urllib.parse import quote

import pytest
from tornado.routing import URLSpec
from tornado.testing import gen_test

from app.pages import PageHandler, next_path
from tests.browser import PageTestCase, assert_page, assert_redirect
from tests.cases import write_post

NEXT = (
    ("/todos?show=active#x", True),
    ("/", True),
    ("/%C3%A9", True),
    ("", False),
    ("todos", False),
    ("https://evil.test", False),
    ("//evil.test", False),
    ("/\\evil.test", False),
    ("/%2Fevil.test", False),
    ("/%5cevil.test", False),
    ("/a\\b", False),
    ("/a b", False),
    ("/a%20b", False),
    ("/\t/evil.test", False),
    ("/%0d%0aX: y", False),
    ("/%E2%80%A8", False),
)


class BrokenHandler(PageHandler):
    async def get(self) -> None:
        raise RuntimeError("secret of the house")


@pytest.mark.parametrize(("value", "followed"), NEXT)
def test_next(value: str, followed: bool) -> None:
    assert next_path(value) == (value if followed else "/")


class TestPages(PageTestCase):
    @gen_test
    async def test_start_page(self) -> None:
        ada = await self.sign_up("ada")
        for n in range(11):
            await write_post(self.client, ada, title=f"Post {n}", tags=["x"])
        first, second = await self.browser.get("/"), await self.browser.get("/?page=2")
        assert_page(
            first, 200, "Post 10", "Page 1 of 2", 'rel="next"', 'href="/tags/x"'
        )
        assert first.text.count("<article>") == 10
        assert_page(second, 200, "Post 0", 'rel="prev"')
        for page in ("3", "0", "01", "-1", "", "x", "٢", "9" * 10):
            assert_page(await self.browser.get(f"/?page={quote(page)}"), 404)

    @gen_test
    async def test_search(self) -> None:
        ada = await self.sign_up("ada")
        for n in range(11):
            await write_post(self.client, ada, title=f"R&D {n}")
        found = await self.browser.get("/?q=R%26D")
        assert_page(found, 200, 'value="R&amp;D"', 'href="?q=R%26D&amp;page=2"')
        assert_page(await self.browser.get("/?q=nowhere"), 200, "There are none.")
        refused = await self.browser.get("/?q=" + "a+" * 11)
        assert_page(
            refused, 422, "<title>Error: ", "Use at most 10 words.", 'value="a a'
        )

    @gen_test
    async def test_what_users_typed_is_escaped(self) -> None:
        ada = await self.sign_up("ada")
        post = await write_post(
            self.client, ada, title="</title><b>", body="**bold** <i>"
        )
        await self.browser.post(
            f"/api/v1/posts/{post['slug']}/comments",
            json={"body": "<s>\nline"},
            headers=ada.headers,
        )
        page = await self.browser.get(f"/posts/{post['slug']}")
        assert_page(page, 200, "<title>&lt;/title&gt;&lt;b&gt; – Quintet</title>")
        assert_page(
            page, 200, "<strong>bold</strong> &lt;i&gt;", "&lt;s&gt;\nline</div>"
        )

    @gen_test
    async def test_draft_is_for_those_who_may_edit_it(self) -> None:
        ada = await self.sign_up("ada")
        await self.sign_up("bob")
        await self.sign_up("eve", role="editor")
        draft = await write_post(self.client, ada, title="Not yet", status="draft")
        path = f"/posts/{draft['slug']}"
        assert_page(await self.browser.get(path), 404)
        for name, status in (("bob", 404), ("eve", 200), ("ada", 200)):
            await self.browser.sign_in(name)
            assert (await self.browser.get(path)).code == status
            assert (await self.browser.get(f"{path}/edit")).code == status
            await self.browser.fill_in("/", "/logout")
        await self.browser.sign_in()
        assert_page(await self.browser.get(path), 200, 'class="draft"')
        assert "/like" not in (await self.browser.get(path)).text
        assert_page(await self.browser.get("/drafts"), 200, "Not yet")

    @gen_test
    async def test_forms_are_offered_to_those_who_may_use_them(self) -> None:
        ada = await self.sign_up("ada")
        await self.sign_up("bob")
        await write_post(self.client, ada)
        url = "/api/v1/posts/a-title/comments"
        await self.browser.post(url, json={"body": "x"}, headers=ada.headers)

        async def offered() -> list[str]:
            page = (await self.browser.get("/posts/a-title")).text
            actions = ("like", "comments", "edit", "comments/1/delete")
            return [action for action in actions if f'/posts/a-title/{action}"' in page]

        assert await offered() == []
        await self.browser.sign_in("bob")
        assert await offered() == ["like", "comments"]
        assert_page(await self.browser.get("/posts/a-title/edit"), 403)
        await self.browser.fill_in("/", "/logout")
        await self.browser.sign_in("ada")
        assert await offered() == ["like", "comments", "edit", "comments/1/delete"]

    @gen_test
    async def test_older_comments(self) -> None:
        ada = await self.sign_up("ada")
        await write_post(self.client, ada)
        for n in range(51):
            url = "/api/v1/posts/a-title/comments"
            await self.browser.post(url, json={"body": f"nr {n}."}, headers=ada.headers)
        newest = (await self.browser.get("/posts/a-title")).text
        assert "nr 0." not in newest
        assert newest.index("nr 1.") < newest.index("nr 50.")
        assert 'rel="prev" href="/posts/a-title?before=2#comments"' in newest
        older = (await self.browser.get("/posts/a-title?before=2")).text
        assert "nr 0." in older
        assert 'rel="prev"' not in older
        for odd in ("x", "0", str(2**63)):
            assert_page(await self.browser.get(f"/posts/a-title?before={odd}"), 404)

    @gen_test
    async def test_author_and_tag(self) -> None:
        ada = await self.sign_up("ada")
        await self.sign_up("bob")
        await write_post(self.client, ada, tags=["x"])
        assert_page(await self.browser.get("/tags/X"), 200, "Posts on x", "A title")
        for path in ("/tags/y", "/authors/nobody", "/authors/a"):
            assert_page(await self.browser.get(path), 404)
        await self.browser.sign_in("bob")
        author = "/authors/ada"
        answer = await self.browser.fill_in(author, f"{author}/follow")
        assert_redirect(answer, author)
        assert_page(
            await self.browser.get(author), 200, "1 follower<", "You follow ada."
        )
        assert_page(await self.browser.get("/feed"), 200, "A title")
        await self.browser.fill_in(author, f"{author}/unfollow")
        assert_page(await self.browser.get(author), 200, "0 followers<")
        assert "/follow" not in (await self.browser.get("/authors/bob")).text

    @gen_test
    async def test_who_is_not_signed_in_is_sent_to_do_so(self) -> None:
        for path, address in (
            ("/account", "%2Faccount"),
            ("/todos?show=active", "%2Ftodos%3Fshow%3Dactive"),
            ("/posts/x/edit", "%2Fposts%2Fx%2Fedit"),
        ):
            for method in ("GET", "HEAD"):
                answer = await self.browser.request(method, path)
                assert_redirect(answer, f"/login?next={address}")
        assert (await self.browser.get("/posts/x/like")).code == 405
        allowed = (await self.browser.options("/account")).headers["Allow"]
        assert allowed == "GET, POST, HEAD, OPTIONS"

    @gen_test
    async def test_pages_of_errors(self) -> None:
        await self.sign_up("ada")
        for path in (
            "/nothing",
            "/api",
            "/posts/x/",
            "/todos/",
            "/posts/%00",
            "/static/x",
        ):
            assert_page(await self.browser.get(path), 404, "Page not found")
        refused = await self.browser.delete("/login")
        assert_page(refused, 405, "Not possible here")
        assert refused.headers["allow"] == "GET, POST, HEAD, OPTIONS"
        assert_page(await self.browser.post("/static/blog.css"), 405)
        await self.browser.sign_in()
        page = await self.browser.get("/nothing")
        assert_page(page, 404, 'action="/logout"')
        assert "You are signed in" not in page.text  # it waits for a page that is
        assert_page(await self.browser.get("/"), 200, "You are signed in")

    @gen_test
    async def test_unexpected_error_is_a_page(self) -> None:
        self.app.add_handlers(".*", [URLSpec("/broken", BrokenHandler)])
        answer = await self.browser.get("/broken")
        assert_page(answer, 500, "Something went wrong")
        assert "secret" not in answer.text
        assert "secret of the house" in self.caplog.text

    @gen_test
    async def test_database_that_is_away(self) -> None:
        async with self.serving(database_url="sqlite:////nowhere/blog.db") as client:
            answer = await client.get("/")
            assert_page(answer, 503, "Back in a moment")
            assert answer.headers["Retry-After"] == "1"

    @gen_test
    async def test_header_fields(self) -> None:
        await self.sign_up("ada")
        for cache in ("private, no-cache", "no-store"):
            if cache == "no-store":
                await self.browser.sign_in()
                await self.browser.get("/")  # shows the message
            for path in ("/", "/nothing"):
                headers = (await self.browser.get(path)).headers
                assert headers["cache-control"] == cache
                assert headers["vary"] == "Cookie"
                assert headers["cross-origin-opener-policy"] == "same-origin"
                assert headers["x-frame-options"] == "DENY"
                policy = headers["content-security-policy"]
                assert policy.startswith("default-src 'self'; img-src 'self' https:;")
                assert "unsafe" not in policy

    @gen_test
    async def test_reading_sets_no_cookie(self) -> None:
        await write_post(self.client, await self.sign_up("ada"))
        for path in ("/", "/posts/a-title", "/authors/ada", "/nothing", "/feed.atom"):
            assert "set-cookie" not in (await self.browser.get(path)).headers
        assert "set-cookie" in (await self.browser.get("/login")).headers
        assert "set-cookie" not in (await self.browser.get("/api/v1/posts")).headers
