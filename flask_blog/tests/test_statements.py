"""How many statements a request costs, and that it is the same for 10 and for 1,000."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import event, insert, select

from app.accounts.models import User
from app.blog.models import Comment, Like, Post, PostTag, Tag
from app.database import utc_now
from app.extensions import db
from tests.conftest import Person, SignUp, sign_in, writing

CALLER = 1  # the look-up of who is calling


@contextmanager
def counted(app: APIFlask) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    with app.app_context():
        engines = list(db.engines.values())
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield statements
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


def fill(app: APIFlask, person: Person, number: int) -> None:
    """Posts with three tags, a comment and a like each."""
    now = utc_now()
    with writing(app) as session:
        user_id = session.scalar(
            select(User.id).where(User.username == person.username)
        )
        session.execute(insert(Tag), [{"name": name} for name in "abc"])
        tag_ids = (session.scalars(select(Tag.id))).all()
        session.execute(
            insert(Post),
            [
                {
                    "author_id": user_id,
                    "slug": f"post-{n}",
                    "title": f"Post {n}",
                    "body": "x",
                    "body_html": "<p>x</p>\n",
                    "excerpt": "x",
                    "status": "published",
                    "version": 1,
                    "created_at": now,
                    "updated_at": now,
                    "published_at": now,
                }
                for n in range(number)
            ],
        )
        posts = (session.scalars(select(Post.id).order_by(Post.id))).all()
        made = {"created_at": now}
        comments = [
            {"post_id": p, "author_id": user_id, "body": "x", **made} for p in posts
        ]
        likes = [{"post_id": p, "user_id": user_id, **made} for p in posts]
        tags = [{"post_id": p, "tag_id": t} for p in posts for t in tag_ids]
        session.execute(insert(Comment), comments)
        session.execute(insert(Like), likes)
        session.execute(insert(PostTag), tags)


@pytest.mark.parametrize("number", [10, 1000])
def test_lists_cost_two_statements(
    app: APIFlask, client: FlaskClient, sign_up: SignUp, number: int
) -> None:
    ada = sign_up("ada")
    fill(app, ada, number)
    for path, cost in (
        ("/posts?limit=100", 2),
        ("/posts?tag=a&author=ada&liked_by=ada&q=x", 2),
        ("/posts/post-1", 2),
        ("/posts/post-1/comments", 2),
        ("/posts/post-0/comments/1", 1),
        ("/tags", 1),
        ("/tags/a", 1),
        ("/users/ada", 1),
    ):
        url = f"/api/v1{path}"
        with counted(app) as statements:
            assert client.get(url).status_code == 200
        assert len(statements) == cost, path
        with counted(app) as statements:
            assert client.get(url, headers=ada.headers).status_code == 200
        assert len(statements) == CALLER + cost, path


@pytest.mark.parametrize(
    ("path", "cost"), [("/feed", 2), ("/me/drafts", 2), ("/todos", 1), ("/me", 1)]
)
def test_own_lists(
    app: APIFlask,
    client: FlaskClient,
    sign_up: SignUp,
    path: str,
    cost: int,
) -> None:
    ada = sign_up("ada")
    with counted(app) as statements:
        answer = client.get(f"/api/v1{path}", headers=ada.headers)
    assert answer.status_code == 200
    assert len(statements) == CALLER + cost


@pytest.mark.parametrize("number", [10, 1000])
def test_pages(
    app: APIFlask, client: FlaskClient, sign_up: SignUp, number: int
) -> None:
    fill(app, sign_up("ada"), number)
    for signed_in in (0, 1):
        if signed_in:
            sign_in(client)
        for path, cost in (
            ("/", 3),  # the number of posts, the posts, their tags
            ("/?q=x", 3),
            ("/tags/a", 4),
            ("/authors/ada", 4),
            ("/posts/post-1", 3),
            ("/feed.atom", 2 - signed_in),  # programs are not looked up
            ("/sitemap.xml", 1 - signed_in),
            ("/nothing", 0),
        ):
            with counted(app) as statements:
                client.get(path)
            assert len(statements) == cost + signed_in, path
    for path, cost in (("/feed", 3), ("/drafts", 3), ("/todos", 2), ("/account", 1)):
        with counted(app) as statements:
            assert client.get(path).status_code == 200
        assert len(statements) == CALLER + cost, path


def test_lists_load_no_bodies_and_count_no_tables(
    app: APIFlask, client: FlaskClient
) -> None:
    with counted(app) as statements:
        client.get("/api/v1/posts")
    (query,) = (s for s in statements if "excerpt" in s)
    assert "body" not in query
    assert query.count("count(*)") == 2  # likes and comments of each post


def test_probe_touches_nothing(app: APIFlask, client: FlaskClient) -> None:
    with counted(app) as statements:
        client.get("/healthz")
    assert statements == []
