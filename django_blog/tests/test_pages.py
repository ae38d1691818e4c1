"""What pages show, to whom, and how they are sent."""

from unittest import mock

import pytest
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore
from django.db import OperationalError

from blog.models import Post
from common.pages import next_path
from tests.browser import Browser, assert_page, assert_redirect
from tests.conftest import PASSWORD, SignUp, write_post

pytestmark = pytest.mark.django_db


def test_start_page(sign_up: SignUp) -> None:
    ada, browser = sign_up("ada"), Browser()
    for n in range(11):
        write_post(ada, title=f"Post {n}", tags=["x"])
    first, second = browser.get("/"), browser.get("/?page=2")
    assert_page(first, 200, "Post 10", "Page 1 of 2", 'rel="next"', 'href="/tags/x"')
    assert first.text.count("<article>") == 10
    assert_page(second, 200, "Post 0", 'rel="prev"')
    for page in ("3", "0", "01", "-1", "", "x", "last", "٢", "9" * 10):
        assert_page(browser.get("/", {"page": page}), 404)


def test_search(sign_up: SignUp) -> None:
    ada, browser = sign_up("ada"), Browser()
    for n in range(11):
        write_post(ada, title=f"R&D {n}")
    found = browser.get("/", {"q": "R&D"})
    assert_page(found, 200, 'value="R&amp;D"', 'href="?q=R%26D&amp;page=2"')
    assert_page(browser.get("/?q=nowhere"), 200, "There are none.")
    refused = browser.get("/", {"q": "a " * 11})
    assert_page(refused, 422, "<title>Error: ", "Use at most 10 words.", 'value="a a')
    assert_page(refused, 422, 'aria-describedby="q_error"', 'id="q_error"')


def test_what_users_typed_is_escaped(sign_up: SignUp) -> None:
    ada = sign_up("ada")
    post = write_post(ada, title="</title><b>", body="**bold** <i>")
    ada.post(f"/api/v1/posts/{post['slug']}/comments", {"body": "<s>\nline"})
    page = Browser().get(f"/posts/{post['slug']}")
    assert_page(page, 200, "<title>&lt;/title&gt;&lt;b&gt; – Quintet</title>")
    assert_page(page, 200, "<strong>bold</strong> &lt;i&gt;", "&lt;s&gt;\nline</div>")


def test_draft_is_for_those_who_may_edit_it(sign_up: SignUp) -> None:
    ada = sign_up("ada")
    sign_up("bob")
    sign_up("eve", role="editor")
    path = f"/posts/{write_post(ada, title='Not yet', status='draft')['slug']}"
    assert_page(Browser().get(path), 404)
    for name, status in (("bob", 404), ("eve", 200), ("ada", 200)):
        browser = Browser().sign_in(name)
        assert browser.get(path).status_code == status
        assert browser.get(f"{path}/edit").status_code == status
    author = Browser().sign_in()
    assert_page(author.get(path), 200, 'class="draft"')
    assert "/like" not in author.get(path).text
    assert_page(author.get("/drafts"), 200, "Not yet")


def test_forms_are_offered_to_those_who_may_use_them(sign_up: SignUp) -> None:
    ada = sign_up("ada")
    sign_up("bob")
    write_post(ada)
    ada.post("/api/v1/posts/a-title/comments", {"body": "x"})
    actions = ("like", "comments", "edit", f"comments/{_newest_comment()}/delete")

    def offered(browser: Browser) -> list[str]:
        page = browser.get("/posts/a-title").text
        return [action for action in actions if f'/posts/a-title/{action}"' in page]

    assert offered(Browser()) == []
    bob = Browser().sign_in("bob")
    assert offered(bob) == ["like", "comments"]
    assert_page(bob.get("/posts/a-title/edit"), 403)
    assert offered(Browser().sign_in("ada")) == list(actions)


def _newest_comment() -> int:
    comment = Post.objects.get().comments.latest("pk")
    return int(comment.pk)


def test_older_comments(sign_up: SignUp) -> None:
    ada, browser = sign_up("ada"), Browser()
    write_post(ada)
    for n in range(51):
        ada.post("/api/v1/posts/a-title/comments", {"body": f"nr {n}."})
    newest = browser.get("/posts/a-title").text
    assert "nr 0." not in newest
    assert newest.index("nr 1.") < newest.index("nr 50.")
    before = f"/posts/a-title?before={_newest_comment() - 49}"
    assert f'rel="prev" href="{before}#comments"' in newest
    older = browser.get(before).text
    assert "nr 0." in older
    assert 'rel="prev"' not in older
    for before in ("x", "0", "9" * 19):
        assert_page(browser.get(f"/posts/a-title?before={before}"), 404)


def test_author_and_tag(sign_up: SignUp) -> None:
    write_post(sign_up("ada"), tags=["x"])
    sign_up("bob")
    browser = Browser()
    assert_page(browser.get("/tags/X"), 200, "Posts on x", "A title")
    for path in ("/tags/y", "/authors/nobody", "/authors/a"):
        assert_page(browser.get(path), 404)
    browser.sign_in("bob")
    author = "/authors/ada"
    assert_redirect(browser.fill_in(author, f"{author}/follow"), author)
    assert_page(browser.get(author), 200, "1 follower<", "You follow ada.")
    assert_page(browser.get("/feed"), 200, "A title")
    assert_redirect(browser.fill_in(author, f"{author}/unfollow"), author)
    assert_page(browser.get(author), 200, "0 followers<")
    assert "/follow" not in browser.get("/authors/bob").text


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("/account", "%2Faccount"),
        ("/todos?show=active", "%2Ftodos%3Fshow%3Dactive"),
        ("/posts/x/edit", "%2Fposts%2Fx%2Fedit"),
    ],
)
def test_who_is_not_signed_in_is_sent_to_do_so(path: str, address: str) -> None:
    for method in ("GET", "HEAD"):
        answer = Browser().generic(method, path)
        assert_redirect(answer, f"/login?next={address}")


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


def test_pages_of_errors(sign_up: SignUp) -> None:
    sign_up("ada")
    browser = Browser()
    for path in ("/nothing", "/api", "/posts/x/", "/todos/", "/posts/%00", "/static/x"):
        assert_page(browser.get(path), 404, "Page not found")
    assert_page(refused := browser.get("/logout"), 405, "Not possible here")
    assert refused["Allow"] == "POST, OPTIONS"
    assert_page(browser.post("/static/blog.css"), 405)
    browser.sign_in()
    page = browser.get("/nothing")
    assert_page(page, 404, 'action="/logout"')
    assert "You are signed in" not in page.text  # it waits for a page that is
    assert_page(browser.get("/"), 200, "You are signed in")


def test_unexpected_error_is_a_page(sign_up: SignUp) -> None:
    sign_up("ada")
    browser = Browser().sign_in()
    secret = RuntimeError("secret of the house")
    with mock.patch("blog.views.with_tags", side_effect=secret):
        answer = browser.get("/")
    assert_page(answer, 500, "Something went wrong")
    assert "secret" not in answer.text


def test_database_that_is_away(sign_up: SignUp) -> None:
    sign_up("ada")
    browser = Browser().sign_in()
    away = OperationalError("gone")
    with mock.patch("blog.views.with_tags", side_effect=away):
        answer = browser.get("/")
    assert_page(answer, 503, "Back in a moment")
    assert (answer["Retry-After"], answer["Cache-Control"]) == (
        "1",
        "private, no-cache",
    )


def test_pages_while_the_database_is_away(sign_up: SignUp) -> None:
    sign_up("ada")
    browser = Browser().sign_in()
    away = OperationalError("gone")
    with mock.patch.object(SessionStore, "load", side_effect=away):
        for path in ("/", "/account", "/login", "/admin/", "/posts/new"):
            assert_page(browser.get(path), 503, "Back in a moment", 'href="/login"')
        # These tell of another error, and need no name.
        assert_page(browser.get("/nothing"), 404, "Page not found", 'href="/login"')
        assert_page(browser.get("/logout"), 405, "Not possible here")


def test_database_that_goes_before_the_session_is_stored(sign_up: SignUp) -> None:
    sign_up("ada")
    browser = Browser()
    form = {"username": "ada", "password": PASSWORD}
    form |= {"csrfmiddlewaretoken": browser.csrf_token("/login")}
    away = OperationalError("gone")
    with mock.patch.object(SessionBase, "is_empty", side_effect=away):
        answer = browser.post("/login", form)
    assert_page(answer, 503, "Back in a moment")
    assert (answer["Retry-After"], answer["Cache-Control"]) == ("1", "no-store")
    assert "Content-Security-Policy" in answer


def test_header_fields(sign_up: SignUp) -> None:
    sign_up("ada")
    for browser, cache in (
        (Browser(), "private, no-cache"),
        (Browser().sign_in(), "no-store"),
    ):
        for path in ("/", "/nothing"):
            answer = browser.get(path)
            assert answer["Cache-Control"] == cache
            assert answer["Vary"] == "Cookie"
            assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
            assert answer["X-Frame-Options"] == "DENY"
            policy = answer["Content-Security-Policy"]
            assert policy.startswith("default-src 'self'; img-src 'self' https:;")
            assert "unsafe" not in policy


def test_what_is_no_page_says_nothing_of_windows() -> None:
    for path in ("/api/v1/posts", "/api/docs", "/healthz"):
        assert "Cross-Origin-Opener-Policy" not in Browser().get(path)


def test_reading_sets_no_cookie(sign_up: SignUp) -> None:
    write_post(sign_up("ada"))
    for path in ("/", "/posts/a-title", "/authors/ada", "/nothing", "/feed.atom"):
        assert not Browser().get(path).cookies
    assert Browser().get("/login").cookies
    assert not Browser().get("/api/v1/posts").cookies
