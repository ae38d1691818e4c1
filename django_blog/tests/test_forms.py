"""Forms: refused like in the API, shown again with what was typed; not forged."""

import pytest

from blog.models import Post
from common.mail import Mail
from tests.browser import Browser, assert_page, assert_redirect
from tests.conftest import PASSWORD, SignUp, write_post

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"
NEW = {"new_password": "another quiet walk"}


@pytest.fixture
def ada(sign_up: SignUp) -> Browser:
    sign_up("ada")
    return Browser().sign_in()


def test_register() -> None:
    browser = Browser()
    typed = {"username": "a b", "email": "ada@example.org", "password": "short pass"}
    refused = browser.fill_in("/register?next=/todos", "/register", **typed)
    assert_page(
        refused,
        422,
        "<title>Error: Register",
        'role="alert" tabindex="-1" autofocus',
        '<a href="#register-username">User name: Use the letters',
        '<p class="mistake" id="register-username_error">Use the letters',
        'aria-describedby="register-username_helptext register-username_error"',
        'aria-invalid="true"',
        'value="a b"',
        'value="/todos"',
        "Use at least 12 characters.",
    )
    assert "short pass" not in refused.text
    typed |= {"username": "ada", "password": PASSWORD, "next": "/todos", "x": "y"}
    assert_redirect(browser.fill_in("/register", **typed), "/todos")
    assert_page(browser.get("/todos"), 200, '<p class="message" role="status">')
    assert 'role="status"' not in browser.get("/todos").text
    assert_redirect(browser.get("/register?next=//evil.test"), "/")


def test_taken_names(sign_up: SignUp) -> None:
    sign_up("ada")
    typed = {"username": "ADA", "email": "ADA@example.org", "password": PASSWORD}
    refused = Browser().fill_in("/register", **typed)
    assert_page(refused, 422, "User name: This is taken.", "E-mail address: This")


def test_login(sign_up: SignUp) -> None:
    sign_up("ada")
    browser = Browser()
    wrong = {"username": "ada", "password": "wrong password"}
    answers = [browser.fill_in("/login", **wrong) for _ in range(10)]
    assert_page(answers[0], 422, "<li>User name or password is wrong.</li>")
    assert "aria-invalid" not in answers[0].text
    refused = browser.fill_in("/login", username="ada", password=PASSWORD)
    assert_page(refused, 429, "Too many attempts")
    assert int(refused["Retry-After"]) > 0
    empty = browser.fill_in("/login", username="", password="")
    assert_page(empty, 422, "Do not leave this empty.")


@pytest.mark.parametrize(
    "path", ["/login", "/register", "/logout", "/new", "/todos/1/delete", "/account"]
)
def test_forged_form(sign_up: SignUp, path: str) -> None:
    sign_up("ada")
    browser = Browser()
    before = browser.csrf_token("/login")
    browser.sign_in()
    for token in ("", "x", before):
        fields = {"csrfmiddlewaretoken": token, "username": "e", "password": PASSWORD}
        assert_page(browser.post(path, fields), 403, "Not allowed")
    assert_page(browser.post(path, {}, "application/json"), 403)
    assert_page(browser.get("/account"), 200)


def test_form_of_whoever_is_not_signed_in() -> None:
    browser = Browser()
    data = {"csrfmiddlewaretoken": browser.csrf_token("/login")}
    assert_redirect(browser.post("/new", data), "/login")


def test_bodies_that_are_no_forms(ada: Browser) -> None:
    for kind in (FORM, "multipart/form-data; boundary=x", "text/plain"):
        assert_page(ada.post("/login", "x=" + "y" * 1_048_576, kind), 413)
    assert_page(ada.post("/login", "x&" * 5001, FORM), 400)
    assert_page(ada.post("/login", "--y", "multipart/form-data; boundary="), 400)


def test_post_from_draft_to_deletion(ada: Browser) -> None:
    typed = {"title": "T", "body": "", "tags": "a b, x", "status": "draft"}
    refused = ada.fill_in("/new", **typed)
    assert_page(refused, 422, 'value="a b, x"', "#post-tags", "#post-body")
    typed |= {"body": "one\r\n\r\ntwo", "tags": " B,, a ,b"}
    assert_redirect(ada.fill_in("/new", **typed), "/posts/t")
    edit = ada.get("/posts/t/edit")
    assert_page(edit, 200, ">\none\n\ntwo</textarea>", 'value="a, b"')
    changed = typed | {"status": "published"}
    assert_redirect(ada.fill_in("/posts/t/edit", **changed), "/posts/t")
    assert Post.objects.get().version == 2
    for action in ("like", "unlike"):
        assert_redirect(ada.fill_in("/posts/t", f"/posts/t/{action}"), "/posts/t")
    assert_redirect(ada.fill_in("/posts/t", "/posts/t/delete"), "/")
    assert not Post.objects.exists()


def test_stale_version(sign_up: SignUp) -> None:
    write_post(sign_up("ada"))
    ada, edit = Browser().sign_in(), "/posts/a-title/edit"
    typed = {"title": "Mine", "body": "mine", "tags": "", "status": "published"}
    ada.fill_in(edit, **typed)
    stale = ada.fill_in(edit, **typed, version="1")
    assert_page(stale, 409, "has changed", 'href="/posts/a-title"', 'value="Mine"')
    assert_page(stale, 409, 'name="version" value="2"')
    for version in ("", "x", "0", "9" * 30):
        assert_page(ada.fill_in(edit, **typed | {"version": version}), 422)


def test_comments(sign_up: SignUp) -> None:
    write_post(sign_up("ada"))
    ada = Browser().sign_in()
    post, comments = "/posts/a-title", "/posts/a-title/comments"
    refused = ada.fill_in(post, comments, body=" ")
    assert_page(refused, 422, "A title", "#comment-body")
    answer = ada.fill_in(post, comments, body="one\r\ntwo")
    number = Post.objects.get().comments.get().pk
    assert_redirect(answer, f"{post}#comment-{number}")
    assert_page(ada.get(post), 200, f'id="comment-{number}"', "one\ntwo</div>")
    answer = ada.fill_in(post, f"{comments}/{number}/delete")
    assert_redirect(answer, f"{post}#comments")


def test_draft_takes_no_likes(sign_up: SignUp) -> None:
    write_post(sign_up("ada"), status="draft")
    ada = Browser().sign_in()
    data = {"csrfmiddlewaretoken": ada.csrf_token("/new"), "body": "x"}
    for action in ("like", "comments"):
        answer = ada.post(f"/posts/a-title/{action}", data)
        assert_page(answer, 409, "This post is a draft.")


def test_todos(ada: Browser) -> None:
    refused = ada.fill_in("/todos", title="", notes="n", due_on="2026-02-30")
    assert_page(refused, 422, ">\nn</textarea>", "#todo-title", "#todo-due_on")
    new = {"title": "T", "notes": "a\r\nb", "due_on": "2026-12-24"}
    assert_redirect(ada.fill_in("/todos", **new), "/todos")
    page = ada.get("/todos")
    assert_page(page, 200, "24 December 2026", "a\nb</p>", 'value="2026-12-24"')
    number = page.text.split('<li id="todo-')[1].partition('"')[0]
    todo, active = f"/todos/{number}", "/todos?show=active"
    refused = ada.fill_in(active, todo, title="")
    assert_page(refused, 422, "<details open>", f"#todo-{number}-title")
    assert_redirect(ada.fill_in(active, todo, title="U", due_on=""), active)
    assert_redirect(ada.fill_in(active, f"{todo}/toggle"), active)
    assert "“U” is completed." in ada.get(active).text
    assert f'id="todo-{number}"' not in ada.get(active).text
    done = ada.get("/todos?show=completed")
    assert_page(done, 200, f'<li id="todo-{number}" class="completed">')
    ada.fill_in("/todos", f"{todo}/toggle")
    ada.fill_in("/todos", "/todos/clear-completed")
    assert_redirect(ada.fill_in("/todos", f"{todo}/delete"), "/todos")
    assert_page(ada.get("/todos"), 200, "Nothing to do here.")
    assert_page(ada.get("/todos?show=done"), 404)


def test_edited_todo_of_a_later_page(sign_up: SignUp) -> None:
    person = sign_up("ada")
    for n in range(51):
        person.post("/api/v1/todos", {"title": f"nr {n}."})
    last = person.user.todos.latest("pk").pk
    ada, action = Browser().sign_in(), f"/todos/{last}"
    refused = ada.fill_in("/todos?page=2", action, title="")
    assert_page(refused, 422, f'action="{action}"', "Page 1 of 2", "/todos?page=2")
    assert refused.text.index(f'id="todo-{last}"') > refused.text.index("nr 49.")


def test_account(ada: Browser, mails: list[Mail]) -> None:
    mine, new = "/account", {"email": "new@example.org", "bio": "b"}
    refused = ada.fill_in(mine, **new)
    assert_page(refused, 422, 'value="new@example.org"', "needs your current")
    refused = ada.fill_in(mine, **new, current_password="wrong")
    assert_page(refused, 422, "This is not your current password.")
    answer = ada.fill_in(mine, **new, current_password=PASSWORD)
    assert_redirect(answer, mine)
    assert [mail.to for mail in mails] == ["ada@example.org"]
    refused = ada.fill_in(mine, "/account/password", current_password="wrong", **NEW)
    assert_page(refused, 422, "#password-current_password", 'value="new@example.org"')
    refused = ada.fill_in(mine, "/account/delete", current_password="x")
    assert_page(refused, 422, "#delete-current_password")
    answer = ada.fill_in(mine, "/account/delete", current_password=PASSWORD)
    assert_redirect(answer, "/")
    assert_page(ada.get("/"), 200, "Your account is deleted.", "Register")


def test_password_reset(sign_up: SignUp, mails: list[Mail]) -> None:
    sign_up("ada")
    browser = Browser()
    assert_page(browser.fill_in("/password-reset", email="x"), 422)
    for email in ("nobody@example.org", "ada@example.org"):
        assert_redirect(browser.fill_in("/password-reset", email=email), "/login")
    (mail,) = mails
    path = "/password-reset/" + mail.text.split("/password-reset/")[1][:43]
    for method in ("GET", "HEAD"):
        shown = browser.generic(method, path)
        assert shown["Referrer-Policy"] == "no-referrer"
        assert shown["Cache-Control"] == "no-store"
    assert_page(browser.fill_in(path, new_password="short"), 422)
    # What a browser says of the page whose address is a secret.
    form = browser.form(path, path) | NEW
    assert_redirect(browser.post(path, form, headers={"Origin": "null"}), "/login")
    used = browser.fill_in(path, **NEW)
    assert_page(used, 422, "<li>This link is used up or too old.</li>")
    assert_page(browser.get(path + "x"), 404)
    browser.sign_in(password=NEW["new_password"])


def test_other_pages_have_an_origin(ada: Browser) -> None:
    form = ada.form("/todos", "/todos") | {"title": "Forged"}
    for origin in ("null", "https://evil.test"):
        answer = ada.post("/todos", form, headers={"Origin": origin})
        assert_page(answer, 403, "Not allowed")
