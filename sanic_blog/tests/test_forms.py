"""Forms: refused like in the API, shown again with what was typed; not forged."""

import httpx
import pytest

from app.mail import Mail
from tests.conftest import (
    PASSWORD,
    SignUp,
    assert_page,
    csrf_token,
    fill_in,
    sign_in,
    write_post,
)

pytestmark = pytest.mark.anyio
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def assert_redirect(answer: httpx.Response, path: str) -> None:
    assert (answer.status_code, answer.headers["location"]) == (303, path)


async def test_register(client: httpx.AsyncClient) -> None:
    typed = {"username": "a b", "email": "ada@example.org", "password": "short pass"}
    refused = await fill_in(client, "/register?next=/todos", "/register", **typed)
    assert_page(
        refused,
        422,
        "<title>Error: Register",
        'role="alert" tabindex="-1" autofocus',
        '<a href="#register-username">User name: Use the letters',
        '<p class="mistake" id="register-username-error">Use the letters',
        'aria-describedby="register-username-hint register-username-error"',
        'aria-invalid="true"',
        'value="a b"',
        'value="/todos"',
        "Use at least 12 characters.",
    )
    assert "short pass" not in refused.text
    typed |= {"username": "ada", "password": PASSWORD, "next": "/todos", "x": "y"}
    answer = await fill_in(client, "/register", **typed)
    assert_redirect(answer, "/todos")
    assert_page(await client.get("/todos"), 200, '<p class="message" role="status">')
    assert 'role="status"' not in (await client.get("/todos")).text
    assert_redirect(await client.get("/register?next=//evil.test"), "/")


async def test_taken_names(client: httpx.AsyncClient, sign_up: SignUp) -> None:
    await sign_up("ada")
    typed = {"username": "ADA", "email": "ADA@example.org", "password": PASSWORD}
    refused = await fill_in(client, "/register", **typed)
    assert_page(refused, 422, "User name: This is taken.", "E-mail address: This")


async def test_login(client: httpx.AsyncClient, sign_up: SignUp) -> None:
    await sign_up("ada")
    wrong = {"username": "ada", "password": "wrong password"}
    answers = [await fill_in(client, "/login", **wrong) for _ in range(10)]
    assert_page(answers[0], 422, "<li>User name or password is wrong.</li>")
    assert "aria-invalid" not in answers[0].text
    right = {"username": "ada", "password": PASSWORD}
    refused = await fill_in(client, "/login", **right)
    assert_page(refused, 429, "Too many attempts")
    assert int(refused.headers["retry-after"]) > 0
    empty = await fill_in(client, "/login", username="", password="")
    assert_page(empty, 422, "Do not leave this empty.")


@pytest.mark.parametrize(
    "path", ["/login", "/register", "/logout", "/new", "/todos/1/delete", "/account"]
)
async def test_forged_form(
    client: httpx.AsyncClient, sign_up: SignUp, path: str
) -> None:
    await sign_up("ada")
    before = await csrf_token(client, "/login")
    await sign_in(client)
    for token in ("", "x", before):
        fields = {"csrf_token": token, "username": "eve", "password": PASSWORD}
        assert_page(await client.post(path, data=fields), 403, "Not allowed")
    assert_page(await client.post(path, json={}), 403)
    assert_page(await client.get("/account"), 200)


async def test_form_of_whoever_is_not_signed_in(client: httpx.AsyncClient) -> None:
    data = {"csrf_token": await csrf_token(client, "/login")}
    assert_redirect(await client.post("/new", data=data), "/login")


async def test_bodies_that_are_no_forms(
    client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    large = await client.post("/login", content=b"x=" + b"y" * 1_048_576, headers=FORM)
    assert_page(large, 413)
    many = await client.post("/login", content=b"x&" * 1001, headers=FORM)
    assert_page(many, 400)
    broken = await client.post("/login", content=b"x=\xff", headers=FORM)
    assert_page(broken, 400, "did not arrive in one piece")
    await sign_up("ada")
    await sign_in(client)
    typed = {"csrf_token": await csrf_token(client, "/new"), "title": "T"}
    file = {"body": ("a.txt", b"x")}
    assert_page(await client.post("/new", data=typed, files=file), 403)
    assert_page(await client.post("/new", json=typed), 403)


async def test_post_from_draft_to_deletion(
    client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    ada = await sign_up("ada")
    await sign_in(client)
    typed = {"title": "T", "body": "", "tags": "a b, x", "status": "draft"}
    refused = await fill_in(client, "/new", **typed)
    assert_page(refused, 422, 'value="a b, x"', "#post-tags", "#post-body")
    typed |= {"body": "one\r\n\r\ntwo", "tags": " B,, a ,b"}
    assert_redirect(await fill_in(client, "/new", **typed), "/posts/t")
    edit = await client.get("/posts/t/edit")
    assert_page(edit, 200, ">\none\n\ntwo</textarea>", 'value="a, b"')
    changed = typed | {"status": "published"}
    answer = await fill_in(client, "/posts/t/edit", **changed)
    assert_redirect(answer, "/posts/t")
    url = "/api/v1/posts/t"
    assert (await client.get(url)).json()["version"] == 2
    for action in ("like", "unlike"):
        answer = await fill_in(client, "/posts/t", f"/posts/t/{action}")
        assert_redirect(answer, "/posts/t")
    assert_redirect(await fill_in(client, "/posts/t", "/posts/t/delete"), "/")
    assert (await client.get(url, headers=ada.headers)).status_code == 404


async def test_stale_version(client: httpx.AsyncClient, sign_up: SignUp) -> None:
    ada = await sign_up("ada")
    await write_post(client, ada)
    await sign_in(client)
    typed = {"title": "Mine", "body": "mine", "tags": "", "status": "published"}
    await fill_in(client, "/posts/a-title/edit", **typed)
    stale = await fill_in(client, "/posts/a-title/edit", **typed, version="1")
    assert_page(stale, 409, "has changed", 'href="/posts/a-title"', 'value="Mine"')
    assert_page(stale, 409, 'name="version" value="2"')
    for version in ("", "x", "0", "9" * 30):
        answer = await fill_in(
            client, "/posts/a-title/edit", **typed | {"version": version}
        )
        assert_page(answer, 422)


async def test_comments(client: httpx.AsyncClient, sign_up: SignUp) -> None:
    await write_post(client, await sign_up("ada"))
    await sign_in(client)
    post, comments = "/posts/a-title", "/posts/a-title/comments"
    refused = await fill_in(client, post, comments, body=" ")
    assert_page(refused, 422, "A title", "#comment-body")
    answer = await fill_in(client, post, comments, body="one\r\ntwo")
    assert_redirect(answer, f"{post}#comment-1")
    assert_page(await client.get(post), 200, 'id="comment-1"', "one\ntwo</div>")
    answer = await fill_in(client, post, f"{comments}/1/delete")
    assert_redirect(answer, f"{post}#comments")


async def test_draft_takes_no_likes(client: httpx.AsyncClient, sign_up: SignUp) -> None:
    await write_post(client, await sign_up("ada"), status="draft")
    await sign_in(client)
    token = await csrf_token(client, "/new")
    data = {"csrf_token": token, "body": "x"}
    for action in ("like", "comments"):
        answer = await client.post(f"/posts/a-title/{action}", data=data)
        assert_page(answer, 409, "This post is a draft.")


async def test_todos(client: httpx.AsyncClient, sign_up: SignUp) -> None:
    await sign_up("ada")
    await sign_in(client)
    refused = await fill_in(client, "/todos", title="", notes="n", due_on="2026-02-30")
    assert_page(refused, 422, ">\nn</textarea>", "#todo-title", "#todo-due_on")
    new = {"title": "T", "notes": "a\r\nb", "due_on": "2026-12-24"}
    assert_redirect(await fill_in(client, "/todos", **new), "/todos")
    assert_page(await client.get("/todos"), 200, "24 December 2026", "a\nb</p>")
    active = "/todos?show=active"
    refused = await fill_in(client, active, "/todos/1", title="")
    assert_page(refused, 422, "<details open>", "#todo-1-title")
    answer = await fill_in(client, active, "/todos/1", title="U", due_on="")
    assert_redirect(answer, active)
    assert_redirect(await fill_in(client, active, "/todos/1/toggle"), active)
    assert "“U” is completed." in (await client.get(active)).text
    assert 'id="todo-1"' not in (await client.get(active)).text
    done = await client.get("/todos?show=completed")
    assert_page(done, 200, '<li id="todo-1" class="completed">')
    await fill_in(client, "/todos", "/todos/1/toggle")
    await fill_in(client, "/todos", "/todos/clear-completed")
    assert_redirect(await fill_in(client, "/todos", "/todos/1/delete"), "/todos")
    assert_page(await client.get("/todos"), 200, "Nothing to do here.")
    assert_page(await client.get("/todos?show=done"), 404)


async def test_edited_todo_of_a_later_page(
    client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    ada = await sign_up("ada")
    for n in range(51):
        new = {"title": f"nr {n}."}
        await client.post("/api/v1/todos", json=new, headers=ada.headers)
    await sign_in(client)
    refused = await fill_in(client, "/todos?page=2", "/todos/51", title="")
    assert_page(refused, 422, 'action="/todos/51"', "Page 1 of 2")
    assert refused.text.index('id="todo-51"') > refused.text.index('id="todo-50"')


async def test_account(
    client: httpx.AsyncClient, sign_up: SignUp, mails: list[Mail]
) -> None:
    await sign_up("ada")
    await sign_in(client)
    mine, new = "/account", {"email": "new@example.org", "bio": "b"}
    refused = await fill_in(client, mine, **new)
    assert_page(refused, 422, 'value="new@example.org"', "needs your current")
    refused = await fill_in(client, mine, **new, current_password="wrong")
    assert_page(refused, 422, "This is not your current password.")
    answer = await fill_in(client, mine, **new, current_password=PASSWORD)
    assert_redirect(answer, mine)
    assert [mail.to for mail in mails] == ["ada@example.org"]
    wrong = {"current_password": "wrong", "new_password": "another quiet walk"}
    refused = await fill_in(client, mine, "/account/password", **wrong)
    assert_page(refused, 422, "#password-current_password", 'value="new@example.org"')
    refused = await fill_in(client, mine, "/account/delete", current_password="x")
    assert_page(refused, 422, "#delete-current_password")
    right = {"current_password": PASSWORD}
    answer = await fill_in(client, mine, "/account/delete", **right)
    assert_redirect(answer, "/")
    assert_page(await client.get("/"), 200, "Your account is deleted.", "Register")


async def test_password_reset(
    client: httpx.AsyncClient, sign_up: SignUp, mails: list[Mail]
) -> None:
    await sign_up("ada")
    assert_page(await fill_in(client, "/password-reset", email="x"), 422)
    for email in ("nobody@example.org", "ada@example.org"):
        answer = await fill_in(client, "/password-reset", email=email)
        assert_redirect(answer, "/login")
    (mail,) = mails
    path = "/password-reset/" + mail.text.split("/password-reset/")[1][:43]
    for method in ("GET", "HEAD"):
        shown = await client.request(method, path)
        assert shown.headers["referrer-policy"] == "no-referrer"
        assert shown.headers["cache-control"] == "no-store"
    assert_page(await fill_in(client, path, new_password="short"), 422)
    new = {"new_password": "another quiet walk"}
    assert_redirect(await fill_in(client, path, **new), "/login")
    used = await fill_in(client, path, **new)
    assert_page(used, 422, "<li>This link is used up or too old.</li>")
    assert_page(await client.get(path + "x"), 404)
    await sign_in(client, password=new["new_password"])
