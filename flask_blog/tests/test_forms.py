"""Forms: refused like in the API, shown again with what was typed; not forged."""

from io import BytesIO

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.accounts.forms import RegistrationForm
from app.blog.forms import PostForm
from app.errors import InvalidCredentials
from app.mail import Mail
from app.todos.forms import TodoForm
from app.todos.schemas import TodoChanges
from tests.conftest import (
    PASSWORD,
    SignUp,
    assert_page,
    csrf_token,
    fill_in,
    sign_in,
    write_post,
)

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def assert_redirect(answer: TestResponse, path: str) -> None:
    assert (answer.status_code, answer.headers["Location"]) == (303, path)


def test_faults_stand_where_wtforms_has_its_own(app: APIFlask) -> None:
    typed = {"username": "a b", "email": "ada@example.org", "x": "y"}
    with app.test_request_context(method="POST", data=typed):
        form = RegistrationForm()
        assert not form.validate()
        assert (form.username.data, form.username.id) == ("a b", "register-username")
        assert set(form.errors) == {"username", "password"}
        form.refuse(InvalidCredentials())
        assert form.form_errors == ["User name or password is wrong."]
        assert 'aria-describedby="register-password-hint' in form.password()
    with app.test_request_context(method="POST", data={"title": "T", "body": "b"}):
        post = PostForm()
        assert not post.validate()  # without the hidden version, which nobody typed
        assert post.http_status == 422
        assert post.form_errors


def test_form_that_is_valid_has_the_values_of_the_schema(app: APIFlask) -> None:
    typed = {"title": " T ", "notes": "a\r\nb", "due_on": "", "show": "active"}
    with app.test_request_context(method="POST", data=typed):
        form = TodoForm(7)
        assert form.validate_on_submit()
        assert form.values == TodoChanges(title="T", notes="a\nb", due_on=None)
        assert form.http_status == 200


def test_register(client: FlaskClient) -> None:
    typed = {"username": "a b", "email": "ada@example.org", "password": "short pass"}
    refused = fill_in(client, "/register?next=/todos", "/register", **typed)
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
    answer = fill_in(client, "/register", **typed)
    assert_redirect(answer, "/todos")
    assert_page(client.get("/todos"), 200, '<p class="message" role="status">')
    assert 'role="status"' not in client.get("/todos").text
    assert_redirect(client.get("/register?next=//evil.test"), "/")


def test_taken_names(client: FlaskClient, sign_up: SignUp) -> None:
    sign_up("ada")
    typed = {"username": "ADA", "email": "ADA@example.org", "password": PASSWORD}
    refused = fill_in(client, "/register", **typed)
    assert_page(refused, 422, "User name: This is taken.", "E-mail address: This")


def test_login(client: FlaskClient, sign_up: SignUp) -> None:
    sign_up("ada")
    wrong = {"username": "ada", "password": "wrong password"}
    answers = [fill_in(client, "/login", **wrong) for _ in range(10)]
    assert_page(answers[0], 422, "<li>User name or password is wrong.</li>")
    assert "aria-invalid" not in answers[0].text
    right = {"username": "ada", "password": PASSWORD}
    refused = fill_in(client, "/login", **right)
    assert_page(refused, 429, "Too many attempts")
    assert int(refused.headers["Retry-After"]) > 0
    empty = fill_in(client, "/login", username="", password="")
    assert_page(empty, 422, "Do not leave this empty.")


@pytest.mark.parametrize(
    "path", ["/login", "/register", "/logout", "/new", "/todos/1/delete", "/account"]
)
def test_forged_form(client: FlaskClient, sign_up: SignUp, path: str) -> None:
    sign_up("ada")
    before = csrf_token(client, "/login")
    sign_in(client)
    for token in ("", "x", before):
        fields = {"csrf_token": token, "username": "eve", "password": PASSWORD}
        assert_page(client.post(path, data=fields), 403, "Not allowed")
    assert_page(client.post(path, json={}), 403)
    assert_page(client.get("/account"), 200)


def test_form_of_whoever_is_not_signed_in(client: FlaskClient) -> None:
    data = {"csrf_token": csrf_token(client, "/login")}
    assert_redirect(client.post("/new", data=data), "/login")


def test_bodies_that_are_no_forms(client: FlaskClient, sign_up: SignUp) -> None:
    large = client.post("/login", data=b"x=" + b"y" * 1_048_576, headers=FORM)
    assert_page(large, 413)
    broken = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = client.post("/login", data=b"--y", headers=broken)
    assert answer.status_code in {400, 403}
    sign_up("ada")
    sign_in(client)
    token = csrf_token(client, "/new")
    file = {"csrf_token": token, "title": (BytesIO(b"x"), "a.txt")}
    answer = client.post("/new", data=file)
    assert_page(answer, 422, "Title: Do not leave this empty.")


def test_post_from_draft_to_deletion(client: FlaskClient, sign_up: SignUp) -> None:
    ada = sign_up("ada")
    sign_in(client)
    typed = {"title": "T", "body": "", "tags": "a b, x", "status": "draft"}
    refused = fill_in(client, "/new", **typed)
    assert_page(refused, 422, 'value="a b, x"', "#post-tags", "#post-body")
    typed |= {"body": "one\r\n\r\ntwo", "tags": " B,, a ,b"}
    assert_redirect(fill_in(client, "/new", **typed), "/posts/t")
    edit = client.get("/posts/t/edit")
    assert_page(edit, 200, ">\r\none\n\ntwo</textarea>", 'value="a, b"')
    changed = typed | {"status": "published"}
    answer = fill_in(client, "/posts/t/edit", **changed)
    assert_redirect(answer, "/posts/t")
    url = "/api/v1/posts/t"
    assert client.get(url).json["version"] == 2
    for action in ("like", "unlike"):
        answer = fill_in(client, "/posts/t", f"/posts/t/{action}")
        assert_redirect(answer, "/posts/t")
    assert_redirect(fill_in(client, "/posts/t", "/posts/t/delete"), "/")
    assert client.get(url, headers=ada.headers).status_code == 404


def test_stale_version(client: FlaskClient, sign_up: SignUp) -> None:
    ada = sign_up("ada")
    write_post(client, ada)
    sign_in(client)
    typed = {"title": "Mine", "body": "mine", "tags": "", "status": "published"}
    fill_in(client, "/posts/a-title/edit", **typed)
    stale = fill_in(client, "/posts/a-title/edit", **typed, version="1")
    assert_page(stale, 409, "has changed", 'href="/posts/a-title"', 'value="Mine"')
    assert_page(stale, 409, 'name="version" type="hidden" value="2"')
    for version in ("", "x", "0", "9" * 30):
        answer = fill_in(client, "/posts/a-title/edit", **typed | {"version": version})
        assert_page(answer, 422)


def test_comments(client: FlaskClient, sign_up: SignUp) -> None:
    write_post(client, sign_up("ada"))
    sign_in(client)
    post, comments = "/posts/a-title", "/posts/a-title/comments"
    refused = fill_in(client, post, comments, body=" ")
    assert_page(refused, 422, "A title", "#comment-body")
    answer = fill_in(client, post, comments, body="one\r\ntwo")
    assert_redirect(answer, f"{post}#comment-1")
    assert_page(client.get(post), 200, 'id="comment-1"', "one\ntwo</div>")
    answer = fill_in(client, post, f"{comments}/1/delete")
    assert_redirect(answer, f"{post}#comments")


def test_draft_takes_no_likes(client: FlaskClient, sign_up: SignUp) -> None:
    write_post(client, sign_up("ada"), status="draft")
    sign_in(client)
    token = csrf_token(client, "/new")
    data = {"csrf_token": token, "body": "x"}
    for action in ("like", "comments"):
        answer = client.post(f"/posts/a-title/{action}", data=data)
        assert_page(answer, 409, "This post is a draft.")


def test_todos(client: FlaskClient, sign_up: SignUp) -> None:
    sign_up("ada")
    sign_in(client)
    refused = fill_in(client, "/todos", title="", notes="n", due_on="2026-02-30")
    assert_page(refused, 422, ">\r\nn</textarea>", "#todo-title", "#todo-due_on")
    new = {"title": "T", "notes": "a\r\nb", "due_on": "2026-12-24"}
    assert_redirect(fill_in(client, "/todos", **new), "/todos")
    assert_page(client.get("/todos"), 200, "24 December 2026", "a\nb</p>")
    active = "/todos?show=active"
    refused = fill_in(client, active, "/todos/1", title="")
    assert_page(refused, 422, "<details open>", "#todo-1-title")
    answer = fill_in(client, active, "/todos/1", title="U", due_on="")
    assert_redirect(answer, active)
    assert_redirect(fill_in(client, active, "/todos/1/toggle"), active)
    assert "“U” is completed." in client.get(active).text
    assert 'id="todo-1"' not in client.get(active).text
    done = client.get("/todos?show=completed")
    assert_page(done, 200, '<li id="todo-1" class="completed">')
    fill_in(client, "/todos", "/todos/1/toggle")
    fill_in(client, "/todos", "/todos/clear-completed")
    assert_redirect(fill_in(client, "/todos", "/todos/1/delete"), "/todos")
    assert_page(client.get("/todos"), 200, "Nothing to do here.")
    assert_page(client.get("/todos?show=done"), 404)


def test_edited_todo_of_a_later_page(client: FlaskClient, sign_up: SignUp) -> None:
    ada = sign_up("ada")
    for n in range(51):
        new = {"title": f"nr {n}."}
        client.post("/api/v1/todos", json=new, headers=ada.headers)
    sign_in(client)
    refused = fill_in(client, "/todos?page=2", "/todos/51", title="")
    assert_page(refused, 422, 'action="/todos/51"', "Page 1 of 2")
    assert refused.text.index('id="todo-51"') > refused.text.index('id="todo-50"')


def test_account(client: FlaskClient, sign_up: SignUp, mails: list[Mail]) -> None:
    sign_up("ada")
    sign_in(client)
    mine, new = "/account", {"email": "new@example.org", "bio": "b"}
    refused = fill_in(client, mine, **new)
    assert_page(refused, 422, 'value="new@example.org"', "needs your current")
    refused = fill_in(client, mine, **new, current_password="wrong")
    assert_page(refused, 422, "This is not your current password.")
    answer = fill_in(client, mine, **new, current_password=PASSWORD)
    assert_redirect(answer, mine)
    assert [mail.to for mail in mails] == ["ada@example.org"]
    wrong = {"current_password": "wrong", "new_password": "another quiet walk"}
    refused = fill_in(client, mine, "/account/password", **wrong)
    assert_page(refused, 422, "#password-current_password", 'value="new@example.org"')
    refused = fill_in(client, mine, "/account/delete", current_password="x")
    assert_page(refused, 422, "#delete-current_password")
    right = {"current_password": PASSWORD}
    answer = fill_in(client, mine, "/account/delete", **right)
    assert_redirect(answer, "/")
    assert_page(client.get("/"), 200, "Your account is deleted.", "Register")


def test_password_reset(
    client: FlaskClient, sign_up: SignUp, mails: list[Mail]
) -> None:
    sign_up("ada")
    assert_page(fill_in(client, "/password-reset", email="x"), 422)
    for email in ("nobody@example.org", "ada@example.org"):
        answer = fill_in(client, "/password-reset", email=email)
        assert_redirect(answer, "/login")
    (mail,) = mails
    path = "/password-reset/" + mail.text.split("/password-reset/")[1][:43]
    for method in ("GET", "HEAD"):
        shown = client.open(path, method=method)
        assert shown.headers["Referrer-Policy"] == "no-referrer"
        assert shown.headers["Cache-Control"] == "no-store"
    assert_page(fill_in(client, path, new_password="short"), 422)
    new = {"new_password": "another quiet walk"}
    assert_redirect(fill_in(client, path, **new), "/login")
    used = fill_in(client, path, **new)
    assert_page(used, 422, "<li>This link is used up or too old.</li>")
    assert_page(client.get(path + "x"), 404)
    sign_in(client, password=new["new_password"])
