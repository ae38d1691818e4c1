"""Forms: refused like in the API, shown again with what was typed; not forged."""

from urllib.parse import quote

from tornado.testing import gen_test

from tests.browser import PageTestCase, assert_page, assert_redirect
from tests.cases import PASSWORD, write_post

FORMS = ("/login", "/register", "/logout", "/new", "/todos/1/delete", "/account")
FORM = "application/x-www-form-urlencoded"
PART = '--x\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
MULTIPART = {"Content-Type": "multipart/form-data; boundary=x"}
BODIES = (
    (b"x=" + b"y" * 1_048_576, FORM, 413),
    (b"--x" + b"y" * 1_048_576, MULTIPART["Content-Type"], 413),
    (b"x&" * 1001, FORM, 400),
    (b"--y", MULTIPART["Content-Type"], 400),
    (b"_xsrf=%ff", FORM, 403),
)


class TestForms(PageTestCase):
    @gen_test
    async def test_register(self) -> None:
        typed = {
            "username": "a b",
            "email": "ada@example.org",
            "password": "short pass",
        }
        refused = await self.browser.fill_in(
            "/register?next=/todos", "/register", **typed
        )
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
        answer = await self.browser.fill_in("/register", **typed)
        assert_redirect(answer, "/todos")
        assert_page(
            await self.browser.get("/todos"), 200, '<p class="message" role="status">'
        )
        assert 'role="status"' not in (await self.browser.get("/todos")).text
        assert_redirect(await self.browser.get("/register?next=//evil.test"), "/")

    @gen_test
    async def test_taken_names(self) -> None:
        await self.sign_up("ada")
        typed = {"username": "ADA", "email": "ADA@example.org", "password": PASSWORD}
        refused = await self.browser.fill_in("/register", **typed)
        assert_page(refused, 422, "User name: This is taken.", "E-mail address: This")

    @gen_test
    async def test_login(self) -> None:
        await self.sign_up("ada")
        wrong = {"username": "ada", "password": "wrong password"}
        answers = [await self.browser.fill_in("/login", **wrong) for _ in range(10)]
        assert_page(answers[0], 422, "<li>User name or password is wrong.</li>")
        assert "aria-invalid" not in answers[0].text
        right = {"username": "ada", "password": PASSWORD}
        refused = await self.browser.fill_in("/login", **right)
        assert_page(refused, 429, "Too many attempts")
        assert int(refused.headers["retry-after"]) > 0
        empty = await self.browser.fill_in("/login", username="", password="")
        assert_page(empty, 422, "Do not leave this empty.")

    @gen_test
    async def test_forged_form(self) -> None:
        await self.sign_up("ada")
        before = await self.browser.xsrf_token("/login")
        await self.browser.sign_in()
        for path in FORMS:
            for token in ("", "x", before):
                fields = {"_xsrf": token, "username": "eve", "password": PASSWORD}
                refused = await self.browser.send(path, **fields)
                assert_page(refused, 403, "Not allowed", 'action="/logout"')
            assert_page(await self.browser.post(path, json={}), 403)
        assert_page(await self.browser.get("/account"), 200)

    @gen_test
    async def test_proof_in_the_address(self) -> None:
        token = quote(await self.browser.xsrf_token("/login"))
        assert_page(await self.browser.send(f"/login?_xsrf={token}"), 403)

    @gen_test
    async def test_form_of_whoever_is_not_signed_in(self) -> None:
        data = {"_xsrf": await self.browser.xsrf_token("/login")}
        assert_redirect(await self.browser.send("/new", **data), "/login")

    @gen_test
    async def test_bodies_that_are_no_forms(self) -> None:
        for content, kind, status in BODIES:
            headers = {"Content-Type": kind}
            answer = await self.browser.post("/login", body=content, headers=headers)
            assert_page(answer, status)

    @gen_test
    async def test_file_in_the_place_of_a_text(self) -> None:
        await self.sign_up("ada")
        await self.browser.sign_in()
        token = await self.browser.xsrf_token("/new")
        parts = [
            PART.format("_xsrf", token),
            PART.format('title"; filename="a.txt', "x"),
        ]
        body = "".join((*parts, "--x--\r\n")).encode()
        answer = await self.browser.post("/new", body=body, headers=MULTIPART)
        assert_page(answer, 422, "Title: Do not leave this empty.")

    @gen_test
    async def test_post_from_draft_to_deletion(self) -> None:
        ada = await self.sign_up("ada")
        await self.browser.sign_in()
        typed = {"title": "T", "body": "", "tags": "a b, x", "status": "draft"}
        refused = await self.browser.fill_in("/new", **typed)
        assert_page(refused, 422, 'value="a b, x"', "#post-tags", "#post-body")
        typed |= {"body": "one\r\n\r\ntwo", "tags": " B,, a ,b"}
        assert_redirect(await self.browser.fill_in("/new", **typed), "/posts/t")
        edit = await self.browser.get("/posts/t/edit")
        assert_page(edit, 200, ">\none\n\ntwo</textarea>", 'value="a, b"')
        changed = typed | {"status": "published"}
        answer = await self.browser.fill_in("/posts/t/edit", **changed)
        assert_redirect(answer, "/posts/t")
        url = "/api/v1/posts/t"
        assert (await self.browser.get(url)).json()["version"] == 2
        for action in ("like", "unlike"):
            answer = await self.browser.fill_in("/posts/t", f"/posts/t/{action}")
            assert_redirect(answer, "/posts/t")
        assert_redirect(await self.browser.fill_in("/posts/t", "/posts/t/delete"), "/")
        assert (await self.browser.get(url, headers=ada.headers)).code == 404

    @gen_test
    async def test_stale_version(self) -> None:
        ada = await self.sign_up("ada")
        await write_post(self.client, ada)
        await self.browser.sign_in()
        typed = {"title": "Mine", "body": "mine", "tags": "", "status": "published"}
        await self.browser.fill_in("/posts/a-title/edit", **typed)
        stale = await self.browser.fill_in("/posts/a-title/edit", **typed, version="1")
        assert_page(stale, 409, "has changed", 'href="/posts/a-title"', 'value="Mine"')
        assert_page(stale, 409, 'name="version" value="2"')
        for version in ("", "x", "0", "9" * 30):
            answer = await self.browser.fill_in(
                "/posts/a-title/edit", **typed | {"version": version}
            )
            assert_page(answer, 422)

    @gen_test
    async def test_comments(self) -> None:
        await write_post(self.client, await self.sign_up("ada"))
        await self.browser.sign_in()
        post, comments = "/posts/a-title", "/posts/a-title/comments"
        refused = await self.browser.fill_in(post, comments, body=" ")
        assert_page(refused, 422, "A title", "#comment-body")
        answer = await self.browser.fill_in(post, comments, body="one\r\ntwo")
        assert_redirect(answer, f"{post}#comment-1")
        assert_page(
            await self.browser.get(post), 200, 'id="comment-1"', "one\ntwo</div>"
        )
        answer = await self.browser.fill_in(post, f"{comments}/1/delete")
        assert_redirect(answer, f"{post}#comments")

    @gen_test
    async def test_draft_takes_no_likes(self) -> None:
        await write_post(self.client, await self.sign_up("ada"), status="draft")
        await self.browser.sign_in()
        token = await self.browser.xsrf_token("/new")
        data = {"_xsrf": token, "body": "x"}
        for action in ("like", "comments"):
            answer = await self.browser.send(f"/posts/a-title/{action}", **data)
            assert_page(answer, 409, "This post is a draft.")

    @gen_test
    async def test_todos(self) -> None:
        await self.sign_up("ada")
        await self.browser.sign_in()
        refused = await self.browser.fill_in(
            "/todos", title="", notes="n", due_on="2026-02-30"
        )
        assert_page(refused, 422, ">\nn</textarea>", "#todo-title", "#todo-due_on")
        new = {"title": "T", "notes": "a\r\nb", "due_on": "2026-12-24"}
        assert_redirect(await self.browser.fill_in("/todos", **new), "/todos")
        assert_page(
            await self.browser.get("/todos"), 200, "24 December 2026", "a\nb</p>"
        )
        active = "/todos?show=active"
        refused = await self.browser.fill_in(active, "/todos/1", title="")
        assert_page(refused, 422, "<details open>", "#todo-1-title")
        answer = await self.browser.fill_in(active, "/todos/1", title="U", due_on="")
        assert_redirect(answer, active)
        assert_redirect(await self.browser.fill_in(active, "/todos/1/toggle"), active)
        assert "“U” is completed." in (await self.browser.get(active)).text
        assert 'id="todo-1"' not in (await self.browser.get(active)).text
        done = await self.browser.get("/todos?show=completed")
        assert_page(done, 200, '<li id="todo-1" class="completed">')
        await self.browser.fill_in("/todos", "/todos/1/toggle")
        await self.browser.fill_in("/todos", "/todos/clear-completed")
        assert_redirect(
            await self.browser.fill_in("/todos", "/todos/1/delete"), "/todos"
        )
        assert_page(await self.browser.get("/todos"), 200, "Nothing to do here.")
        assert_page(await self.browser.get("/todos?show=done"), 404)

    @gen_test
    async def test_edited_todo_of_a_later_page(self) -> None:
        ada = await self.sign_up("ada")
        for n in range(51):
            new = {"title": f"nr {n}."}
            await self.browser.post("/api/v1/todos", json=new, headers=ada.headers)
        await self.browser.sign_in()
        refused = await self.browser.fill_in("/todos?page=2", "/todos/51", title="")
        assert_page(refused, 422, 'action="/todos/51"', "Page 1 of 2")
        assert refused.text.index('id="todo-51"') > refused.text.index('id="todo-50"')

    @gen_test
    async def test_account(self) -> None:
        await self.sign_up("ada")
        await self.browser.sign_in()
        mine, new = "/account", {"email": "new@example.org", "bio": "b"}
        refused = await self.browser.fill_in(mine, **new)
        assert_page(refused, 422, 'value="new@example.org"', "needs your current")
        refused = await self.browser.fill_in(mine, **new, current_password="wrong")
        assert_page(refused, 422, "This is not your current password.")
        answer = await self.browser.fill_in(mine, **new, current_password=PASSWORD)
        assert_redirect(answer, mine)
        assert [mail.to for mail in self.mails] == ["ada@example.org"]
        wrong = {"current_password": "wrong", "new_password": "another quiet walk"}
        refused = await self.browser.fill_in(mine, "/account/password", **wrong)
        assert_page(
            refused, 422, "#password-current_password", 'value="new@example.org"'
        )
        refused = await self.browser.fill_in(
            mine, "/account/delete", current_password="x"
        )
        assert_page(refused, 422, "#delete-current_password")
        right = {"current_password": PASSWORD}
        answer = await self.browser.fill_in(mine, "/account/delete", **right)
        assert_redirect(answer, "/")
        assert_page(
            await self.browser.get("/"), 200, "Your account is deleted.", "Register"
        )

    @gen_test
    async def test_password_reset(self) -> None:
        await self.sign_up("ada")
        assert_page(await self.browser.fill_in("/password-reset", email="x"), 422)
        for email in ("nobody@example.org", "ada@example.org"):
            answer = await self.browser.fill_in("/password-reset", email=email)
            assert_redirect(answer, "/login")
        (mail,) = self.mails
        path = "/password-reset/" + mail.text.split("/password-reset/")[1][:43]
        for method in ("GET", "HEAD"):
            shown = await self.browser.request(method, path)
            assert shown.headers["referrer-policy"] == "no-referrer"
            assert shown.headers["cache-control"] == "no-store"
        assert_page(await self.browser.fill_in(path, new_password="short"), 422)
        new = {"new_password": "another quiet walk"}
        assert_redirect(await self.browser.fill_in(path, **new), "/login")
        used = await self.browser.fill_in(path, **new)
        assert_page(used, 422, "<li>This link is used up or too old.</li>")
        assert_page(await self.browser.get(path + "x"), 404)
        await self.browser.sign_in(password=new["new_password"])
