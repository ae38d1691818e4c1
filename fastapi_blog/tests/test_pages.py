"""What pages show, to whom, and how they are sent."""

import httpx
import pytest
from fastapi import FastAPI, Request, Response

from app.config import Settings
from app.pages import next_path
from tests.conftest import (
    SignUp,
    assert_page,
    connect,
    fill_in,
    running,
    sign_in,
    write_post,
)

pytestmark = pytest.mark.anyio


async def test_start_page(client: httpx.AsyncClient, sign_up: SignUp) -> None:
    ada = await sign_up("ada")
    for n in range(11):
        await write_post(client, ada, title=f"Post {n}", tags=["x"])
    first, second = await client.get("/"), await client.get("/?page=2")
    assert_page(first, 200, "Post 10", "Page 1 of 2", 'rel="next"', 'href="/tags/x"')
    assert first.text.count("<article>") == 10
    assert_page(second, 200, "Post 0", 'rel="prev"')
    for page in ("3", "0", "01", "-1", "", "x", "٢", "9" * 10):
        assert_page(await client.get("/", params={"page": page}), 404)


async def test_search(client: httpx.AsyncClient, sign_up: SignUp) -> None:
    ada = await sign_up("ada")
    for n in range(11):
        await write_post(client, ada, title=f"R&D {n}")
    found = await client.get("/", params={"q": "R&D"})
    assert_page(found, 200, 'value="R&amp;D"', 'href="?q=R%26D&amp;page=2"')
    assert_page(await client.get("/?q=nowhere"), 200, "There are none.")
    refused = await client.get("/", params={"q": "a " * 11})
    assert_page(refused, 422, "<title>Error: ", "Use at most 10 words.", 'value="a a')


async def test_what_users_typed_is_escaped(
    client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    ada = await sign_up("ada")
    post = await write_post(client, ada, title="</title><b>", body="**bold** <i>")
    await client.post(
        f"/api/v1/posts/{post['slug']}/comments",
        json={"body": "<s>\nline"},
        headers=ada.headers,
    )
    page = await client.get(f"/posts/{post['slug']}")
    assert_page(page, 200, "<title>&lt;/title&gt;&lt;b&gt; – Quintet</title>")
    assert_page(page, 200, "<strong>bold</strong> &lt;i&gt;", "&lt;s&gt;\nline</div>")


async def test_draft_is_for_those_who_may_edit_it(
    client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    ada = await sign_up("ada")
    await sign_up("bob")
    await sign_up("eve", role="editor")
    draft = await write_post(client, ada, title="Not yet", status="draft")
    path = f"/posts/{draft['slug']}"
    assert_page(await client.get(path), 404)
    for name, status in (("bob", 404), ("eve", 200), ("ada", 200)):
        await sign_in(client, name)
        assert (await client.get(path)).status_code == status
        assert (await client.get(f"{path}/edit")).status_code == status
        await fill_in(client, "/", "/logout")
    await sign_in(client)
    assert_page(await client.get(path), 200, 'class="draft"')
    assert "/like" not in (await client.get(path)).text
    assert_page(await client.get("/drafts"), 200, "Not yet")


async def test_forms_are_offered_to_those_who_may_use_them(
    client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    ada = await sign_up("ada")
    await sign_up("bob")
    await write_post(client, ada)
    url = "/api/v1/posts/a-title/comments"
    await client.post(url, json={"body": "x"}, headers=ada.headers)

    async def offered() -> list[str]:
        page = (await client.get("/posts/a-title")).text
        actions = ("like", "comments", "edit", "comments/1/delete")
        return [action for action in actions if f'/posts/a-title/{action}"' in page]

    assert await offered() == []
    await sign_in(client, "bob")
    assert await offered() == ["like", "comments"]
    assert_page(await client.get("/posts/a-title/edit"), 403)
    await fill_in(client, "/", "/logout")
    await sign_in(client, "ada")
    assert await offered() == ["like", "comments", "edit", "comments/1/delete"]


async def test_older_comments(client: httpx.AsyncClient, sign_up: SignUp) -> None:
    ada = await sign_up("ada")
    await write_post(client, ada)
    for n in range(51):
        url = "/api/v1/posts/a-title/comments"
        await client.post(url, json={"body": f"nr {n}."}, headers=ada.headers)
    newest = (await client.get("/posts/a-title")).text
    assert "nr 0." not in newest
    assert newest.index("nr 1.") < newest.index("nr 50.")
    assert 'rel="prev" href="/posts/a-title?before=2#comments"' in newest
    older = (await client.get("/posts/a-title?before=2")).text
    assert "nr 0." in older
    assert 'rel="prev"' not in older
    assert_page(await client.get("/posts/a-title?before=x"), 404)


async def test_author_and_tag(client: httpx.AsyncClient, sign_up: SignUp) -> None:
    ada = await sign_up("ada")
    await sign_up("bob")
    await write_post(client, ada, tags=["x"])
    assert_page(await client.get("/tags/X"), 200, "Posts on x", "A title")
    for path in ("/tags/y", "/authors/nobody", "/authors/a"):
        assert_page(await client.get(path), 404)
    await sign_in(client, "bob")
    author = "/authors/ada"
    answer = await fill_in(client, author, f"{author}/follow")
    assert (answer.status_code, answer.headers["location"]) == (303, author)
    assert_page(await client.get(author), 200, "1 follower<", "You follow ada.")
    assert_page(await client.get("/feed"), 200, "A title")
    await fill_in(client, author, f"{author}/unfollow")
    assert_page(await client.get(author), 200, "0 followers<")
    assert "/follow" not in (await client.get("/authors/bob")).text


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("/account", "%2Faccount"),
        ("/todos?show=active", "%2Ftodos%3Fshow%3Dactive"),
        ("/posts/x/edit", "%2Fposts%2Fx%2Fedit"),
    ],
)
async def test_who_is_not_signed_in_is_sent_to_do_so(
    client: httpx.AsyncClient, path: str, address: str
) -> None:
    for method in ("GET", "HEAD"):
        answer = await client.request(method, path)
        assert answer.status_code == 303
        assert answer.headers["location"] == f"/login?next={address}"


@pytest.mark.parametrize(
    ("value", "followed"),
    [
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
    ],
)
def test_next(value: str, followed: bool) -> None:
    assert next_path(value) == (value if followed else "/")


async def test_pages_of_errors(client: httpx.AsyncClient, sign_up: SignUp) -> None:
    await sign_up("ada")
    for path in ("/nothing", "/api", "/posts/x/", "/todos/", "/posts/%00", "/static/x"):
        assert_page(await client.get(path), 404, "Page not found")
    refused = await client.delete("/login")
    assert_page(refused, 405, "Not possible here")
    assert refused.headers["allow"] == "GET, POST, HEAD, OPTIONS"
    assert_page(await client.post("/static/blog.css"), 405)
    await sign_in(client)
    page = await client.get("/nothing")
    assert_page(page, 404, 'action="/logout"')
    assert "You are signed in" not in page.text  # it waits for a page that is
    assert_page(await client.get("/"), 200, "You are signed in")


async def test_unexpected_error_is_a_page(
    application: FastAPI, client: httpx.AsyncClient
) -> None:
    def fail(_request: Request) -> Response:
        raise RuntimeError("secret of the house")

    application.add_route("/broken", fail)
    answer = await client.get("/broken")
    assert_page(answer, 500, "Something went wrong")
    assert "secret" not in answer.text


async def test_database_that_is_away(settings: Settings) -> None:
    away = settings.model_copy(update={"database_url": "sqlite:////nowhere/blog.db"})
    async with running(away) as app, connect(app) as client:
        answer = await client.get("/")
        assert_page(answer, 503, "Back in a moment")
        assert answer.headers["retry-after"] == "1"


async def test_header_fields(client: httpx.AsyncClient, sign_up: SignUp) -> None:
    await sign_up("ada")
    for cache in ("private, no-cache", "no-store"):
        if cache == "no-store":
            await sign_in(client)
            await client.get("/")  # shows the message
        for path in ("/", "/nothing"):
            headers = (await client.get(path)).headers
            assert headers["cache-control"] == cache
            assert headers["vary"] == "Cookie"
            assert headers["cross-origin-opener-policy"] == "same-origin"
            assert headers["x-frame-options"] == "DENY"
            policy = headers["content-security-policy"]
            assert policy.startswith("default-src 'self'; img-src 'self' https:;")
            assert "unsafe" not in policy


async def test_reading_sets_no_cookie(
    client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    await write_post(client, await sign_up("ada"))
    for path in ("/", "/posts/a-title", "/authors/ada", "/nothing", "/feed.atom"):
        assert "set-cookie" not in (await client.get(path)).headers
    assert "set-cookie" in (await client.get("/login")).headers
    assert "set-cookie" not in (await client.get("/api/v1/posts")).headers
