"""How many statements a request costs, and that it is the same for 10 and for 500."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from accounts.models import User
from blog.models import Comment, Like, Post, PostTag, Tag
from tests.browser import Browser
from tests.conftest import Person, SignUp

pytestmark = pytest.mark.django_db

CALLER = 1  # the look-up of who is calling
VISITOR = 2  # the session, and whose it is
Counting = Callable[[int], AbstractContextManager[Any]]


def fill(author: User, number: int) -> None:
    """Posts with three tags, a comment and a like each; one has many comments."""
    texts = {"body": "x", "body_html": "<p>x</p>\n", "excerpt": "x"}
    tags = Tag.objects.bulk_create(Tag(name=name) for name in "abc")
    posts = Post.objects.bulk_create(
        Post(author=author, slug=f"p-{n}", title="x", status="published", **texts)
        for n in range(number)
    )
    for post in posts:
        post.published_at = post.created_at
    Post.objects.bulk_update(posts, ["published_at"], batch_size=100)
    commented = [*posts, *[posts[-1]] * number]
    Comment.objects.bulk_create(
        Comment(post=post, author=author, body="x") for post in commented
    )
    Like.objects.bulk_create(Like(post=post, user=author) for post in posts)
    PostTag.objects.bulk_create(PostTag(post=p, tag=t) for p in posts for t in tags)


@pytest.mark.parametrize("number", [10, 500])
def test_lists_cost_two_statements(
    sign_up: SignUp, django_assert_num_queries: Counting, number: int
) -> None:
    ada, eve = sign_up("ada"), sign_up("eve")
    fill(ada.user, number)
    eve.put("/api/v1/users/ada/follow")
    for path, cost in {
        "posts": 2,
        "posts?limit=100": 2,
        "posts?tag=a&author=ada&liked_by=ada&q=x": 2,
        "feed": 2,
        "posts/p-1": 2,
        f"posts/p-{number - 1}/comments": 2,
        "posts/p-1/comments/1": 1,
        "users/ada": 1,
        "tags": 1,
        "tags/a": 1,
    }.items():
        anonymous = 0 if path == "feed" else cost
        with django_assert_num_queries(CALLER + cost):
            eve.get(f"/api/v1/{path}")
        if anonymous:
            with django_assert_num_queries(anonymous):
                Person().get(f"/api/v1/{path}")


@pytest.mark.parametrize("number", [3, 30])
def test_own_lists(
    sign_up: SignUp, django_assert_num_queries: Counting, number: int
) -> None:
    root = sign_up("root", "admin")
    for n in range(number):
        sign_up(f"user_{n}")
        root.post("/api/v1/todos", {"title": "x"})
        root.post("/api/v1/posts", {"title": f"x {n}", "body": "x", "tags": ["a"]})
    for path, cost in {"todos": 1, "me/drafts": 2, "admin/users": 1, "me": 0}.items():
        with django_assert_num_queries(CALLER + cost):
            assert root.get(f"/api/v1/{path}").status_code == 200


def test_lists_load_no_bodies(
    sign_up: SignUp, django_assert_num_queries: Counting
) -> None:
    fill(sign_up("ada").user, 1)
    with django_assert_num_queries(2) as captured:
        Person().get("/api/v1/posts")
    assert not [q for q in captured.captured_queries if "body" in q["sql"]]


@pytest.fixture
def no_queries(django_assert_num_queries: Counting) -> Iterator[None]:
    with django_assert_num_queries(0):
        yield


def test_probe_touches_nothing(no_queries: None, anybody: Person) -> None:
    assert anybody.get("/healthz").json() == {"status": "ok"}


@pytest.mark.parametrize("number", [10, 500])
def test_pages(
    sign_up: SignUp, django_assert_num_queries: Counting, number: int
) -> None:
    fill(sign_up("ada").user, number)
    ada = Browser().sign_in()
    ada.get("/")  # shows the message
    for path, cost in {
        "/": 3,  # the number of posts, the posts, their tags
        "/?q=x": 3,
        "/tags/a": 4,
        "/authors/ada": 4,
        "/posts/p-1": 3,
        "/feed.atom": 2,
        "/sitemap.xml": 1,
        "/nothing": 0,
    }.items():
        with django_assert_num_queries(cost):
            Browser().get(path)
        is_read_by_programs = "." in path
        with django_assert_num_queries(cost + (0 if is_read_by_programs else VISITOR)):
            ada.get(path)


def test_own_pages(sign_up: SignUp, django_assert_num_queries: Counting) -> None:
    ada = sign_up("ada")
    for n in range(30):
        ada.post("/api/v1/todos", {"title": "x"})
        ada.post("/api/v1/posts", {"title": f"x {n}", "body": "x", "tags": ["a"]})
    browser = Browser().sign_in()
    for path, cost in {"/todos": 2, "/drafts": 3, "/account": 0, "/new": 0}.items():
        with django_assert_num_queries(VISITOR + cost):
            assert browser.get(path).status_code == 200
