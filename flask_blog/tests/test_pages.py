"""What pages show, to whom, and how they are sent."""

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from app import create_app
from app.config import Settings
from app.pages import next_path
from tests.conftest import SignUp, assert_page, close, fill_in, sign_in, write_post


def test_start_page(client: FlaskClient, sign_up: SignUp) -> None:
    ada = sign_up("ada")
    for n in range(11):
        write_post(client, ada, title=f"Post {n}", tags=["x"])
    first, second = client.get("/"), client.get("/?page=2")
    assert_page(first, 200, "Post 10", "Page 1 of 2", 'rel="next"', 'href="/tags/x"')
    assert first.text.count("<article>") == 10
    assert_page(second, 200, "Post 0", 'rel="prev"')
    for page in ("3", "0", "01", "-1", "", "x", "٢", "9" * 10):
        assert_page(client.get("/", query_string={"page": page}), 404)


def test_search(client: FlaskClient, sign_up: SignUp) -> None:
    ada = sign_up("ada")
    for n in range(11):
        write_post(client, ada, title=f"R&D {n}")
    found = client.get("/", query_string={"q": "R&D"})
    assert_page(found, 200, 'value="R&amp;D"', 'href="?q=R%26D&amp;page=2"')
    assert_page(client.get("/?q=nowhere"), 200, "There are none.")
    refused = client.get("/", query_string={"q": "a " * 11})
    assert_page(refused, 422, "<title>Error: ", "Use at most 10 words.", 'value="a a')


def test_what_users_typed_is_escaped(client: FlaskClient, sign_up: SignUp) -> None:
    ada = sign_up("ada")
    post = write_post(client, ada, title="</title><b>", body="**bold** <i>")
    client.post(
        f"/api/v1/posts/{post['slug']}/comments",
        json={"body": "<s>\nline"},
        headers=ada.headers,
    )
    page = client.get(f"/posts/{post['slug']}")
    assert_page(page, 200, "<title>&lt;/title&gt;&lt;b&gt; – Quintet</title>")
    assert_page(page, 200, "<strong>bold</strong> &lt;i&gt;", "&lt;s&gt;\nline</div>")


def test_draft_is_for_those_who_may_edit_it(
    client: FlaskClient, sign_up: SignUp
) -> None:
    ada = sign_up("ada")
    sign_up("bob")
    sign_up("eve", role="editor")
    draft = write_post(client, ada, title="Not yet", status="draft")
    path = f"/posts/{draft['slug']}"
    assert_page(client.get(path), 404)
    for name, status in (("bob", 404), ("eve", 200), ("ada", 200)):
        sign_in(client, name)
        assert client.get(path).status_code == status
        assert client.get(f"{path}/edit").status_code == status
        fill_in(client, "/", "/logout")
    sign_in(client)
    assert_page(client.get(path), 200, 'class="draft"')
    assert "/like" not in client.get(path).text
    assert_page(client.get("/drafts"), 200, "Not yet")


def test_forms_are_offered_to_those_who_may_use_them(
    client: FlaskClient, sign_up: SignUp
) -> None:
    ada = sign_up("ada")
    sign_up("bob")
    write_post(client, ada)
    url = "/api/v1/posts/a-title/comments"
    client.post(url, json={"body": "x"}, headers=ada.headers)

    def offered() -> list[str]:
        page = client.get("/posts/a-title").text
        actions = ("like", "comments", "edit", "comments/1/delete")
        return [action for action in actions if f'/posts/a-title/{action}"' in page]

    assert offered() == []
    sign_in(client, "bob")
    assert offered() == ["like", "comments"]
    assert_page(client.get("/posts/a-title/edit"), 403)
    fill_in(client, "/", "/logout")
    sign_in(client, "ada")
    assert offered() == ["like", "comments", "edit", "comments/1/delete"]


def test_older_comments(client: FlaskClient, sign_up: SignUp) -> None:
    ada = sign_up("ada")
    write_post(client, ada)
    for n in range(51):
        url = "/api/v1/posts/a-title/comments"
        client.post(url, json={"body": f"nr {n}."}, headers=ada.headers)
    newest = client.get("/posts/a-title").text
    assert "nr 0." not in newest
    assert newest.index("nr 1.") < newest.index("nr 50.")
    assert 'rel="prev" href="/posts/a-title?before=2#comments"' in newest
    older = client.get("/posts/a-title?before=2").text
    assert "nr 0." in older
    assert 'rel="prev"' not in older
    assert_page(client.get("/posts/a-title?before=x"), 404)


def test_author_and_tag(client: FlaskClient, sign_up: SignUp) -> None:
    ada = sign_up("ada")
    sign_up("bob")
    write_post(client, ada, tags=["x"])
    assert_page(client.get("/tags/X"), 200, "Posts on x", "A title")
    for path in ("/tags/y", "/authors/nobody", "/authors/a"):
        assert_page(client.get(path), 404)
    sign_in(client, "bob")
    author = "/authors/ada"
    answer = fill_in(client, author, f"{author}/follow")
    assert (answer.status_code, answer.headers["Location"]) == (303, author)
    assert_page(client.get(author), 200, "1 follower<", "You follow ada.")
    assert_page(client.get("/feed"), 200, "A title")
    fill_in(client, author, f"{author}/unfollow")
    assert_page(client.get(author), 200, "0 followers<")
    assert "/follow" not in client.get("/authors/bob").text


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("/account", "%2Faccount"),
        ("/todos?show=active", "%2Ftodos%3Fshow%3Dactive"),
        ("/posts/x/edit", "%2Fposts%2Fx%2Fedit"),
    ],
)
def test_who_is_not_signed_in_is_sent_to_do_so(
    client: FlaskClient, path: str, address: str
) -> None:
    for method in ("GET", "HEAD"):
        answer = client.open(path, method=method)
        assert answer.status_code == 303
        assert answer.headers["Location"] == f"/login?next={address}"


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


def test_pages_of_errors(client: FlaskClient, sign_up: SignUp) -> None:
    sign_up("ada")
    for path in ("/nothing", "/api", "/posts/x/", "/todos/", "/posts/%00", "/static/x"):
        assert_page(client.get(path), 404, "Page not found")
    refused = client.delete("/login")
    assert_page(refused, 405, "Not possible here")
    assert refused.headers["Allow"] == "GET, HEAD, OPTIONS, POST"
    assert_page(client.post("/static/blog.css"), 405)
    sign_in(client)
    page = client.get("/nothing")
    assert_page(page, 404, 'action="/logout"')
    assert "You are signed in" not in page.text  # it waits for a page that is
    assert_page(client.get("/"), 200, "You are signed in")


def test_unexpected_error_is_a_page(app: APIFlask, client: FlaskClient) -> None:
    @app.get("/broken")
    def fail() -> str:
        raise RuntimeError("secret of the house")

    answer = client.get("/broken")
    assert_page(answer, 500, "Something went wrong")
    assert "secret" not in answer.text


def test_database_that_is_away(settings: Settings) -> None:
    away = settings.model_copy(update={"DATABASE_URL": "sqlite:////nowhere/blog.db"})
    app = create_app(away)
    answer = app.test_client().get("/")
    assert_page(answer, 503, "Back in a moment")
    assert answer.headers["Retry-After"] == "1"
    close(app)


def test_header_fields(client: FlaskClient, sign_up: SignUp) -> None:
    sign_up("ada")
    for cache in ("private, no-cache", "no-store"):
        if cache == "no-store":
            sign_in(client)
            client.get("/")  # shows the message
        for path in ("/", "/nothing"):
            headers = client.get(path).headers
            assert headers["Cache-Control"] == cache
            assert headers["Vary"] == "Cookie"
            assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
            assert headers["X-Frame-Options"] == "DENY"
            policy = headers["Content-Security-Policy"]
            assert policy.startswith("default-src 'self'; img-src 'self' https:;")
            assert "unsafe" not in policy


def test_reading_sets_no_cookie(client: FlaskClient, sign_up: SignUp) -> None:
    write_post(client, sign_up("ada"))
    for path in ("/", "/posts/a-title", "/authors/ada", "/nothing", "/feed.atom"):
        assert "set-cookie" not in client.get(path).headers
    assert "set-cookie" in client.get("/login").headers
    assert "set-cookie" not in client.get("/api/v1/posts").headers


def test_page_tells_its_script_what_to_follow(
    app: APIFlask, client: FlaskClient, sign_up: SignUp
) -> None:
    ada, bob = sign_up("ada"), sign_up("bob")
    post = write_post(client, ada)
    path = f"/posts/{post['slug']}"
    thread = '<div class="thread" role="log" aria-labelledby="comments-heading"'
    socket_path = f' data-live="/ws{path}"'
    assert f"{thread}{socket_path}>" in client.get(path).text
    sign_in(client, "bob")
    assert f'{thread}{socket_path} data-username="bob">' in client.get(path).text
    client = app.test_client()
    sign_in(client, "ada")
    moderating = f'{thread}{socket_path} data-username="ada" data-moderates="">'
    page = client.get(path).text
    assert moderating in page
    assert '<p class="none">There are none yet.</p>\n</div>' in page
    answer = client.post(
        f"/api/v1{path}/comments", json={"body": "x"}, headers=bob.headers
    )
    page = client.get(path).text
    assert page.index(thread) < page.index('id="comment-1"') < page.index("</section>")
    assert 'class="none"' not in page
    assert f"{thread}>" in client.get(f"{path}?before={answer.json['id']}").text
    draft = write_post(client, ada, status="draft")
    assert f"{thread}>" in client.get(f"/posts/{draft['slug']}").text
