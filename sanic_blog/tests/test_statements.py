"""How many statements a request costs, and that it is the same for 10 and for 1,000."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from sqlalchemy import event, insert, select

from app.accounts.models import User
from app.blog.models import Comment, Like, Post, PostTag, Tag
from app.database import utc_now
from app.request import App
from tests.conftest import Person, SignUp, sign_in

pytestmark = pytest.mark.anyio
CALLER = 1  # the look-up of who is calling


@contextmanager
def counted(application: App) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    engine = application.ctx.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


async def fill(application: App, person: Person, number: int) -> None:
    """Posts with three tags, a comment and a like each."""
    now = utc_now()
    async with application.ctx.database.writing() as session:
        user_id = await session.scalar(
            select(User.id).where(User.username == person.username)
        )
        await session.execute(insert(Tag), [{"name": name} for name in "abc"])
        tag_ids = (await session.scalars(select(Tag.id))).all()
        await session.execute(
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
        posts = (await session.scalars(select(Post.id).order_by(Post.id))).all()
        made = {"created_at": now}
        comments = [
            {"post_id": p, "author_id": user_id, "body": "x", **made} for p in posts
        ]
        likes = [{"post_id": p, "user_id": user_id, **made} for p in posts]
        tags = [{"post_id": p, "tag_id": t} for p in posts for t in tag_ids]
        await session.execute(insert(Comment), comments)
        await session.execute(insert(Like), likes)
        await session.execute(insert(PostTag), tags)


@pytest.mark.parametrize("number", [10, 1000])
async def test_lists_cost_two_statements(
    application: App, client: httpx.AsyncClient, sign_up: SignUp, number: int
) -> None:
    ada = await sign_up("ada")
    await fill(application, ada, number)
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
        with counted(application) as statements:
            assert (await client.get(url)).status_code == 200
        assert len(statements) == cost, path
        with counted(application) as statements:
            assert (await client.get(url, headers=ada.headers)).status_code == 200
        assert len(statements) == CALLER + cost, path


@pytest.mark.parametrize(
    ("path", "cost"), [("/feed", 2), ("/me/drafts", 2), ("/todos", 1), ("/me", 1)]
)
async def test_own_lists(
    application: App,
    client: httpx.AsyncClient,
    sign_up: SignUp,
    path: str,
    cost: int,
) -> None:
    ada = await sign_up("ada")
    with counted(application) as statements:
        answer = await client.get(f"/api/v1{path}", headers=ada.headers)
    assert answer.status_code == 200
    assert len(statements) == CALLER + cost


@pytest.mark.parametrize("number", [10, 1000])
async def test_pages(
    application: App, client: httpx.AsyncClient, sign_up: SignUp, number: int
) -> None:
    await fill(application, await sign_up("ada"), number)
    for signed_in in (0, 1):
        if signed_in:
            await sign_in(client)
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
            with counted(application) as statements:
                await client.get(path)
            assert len(statements) == cost + signed_in, path
    for path, cost in (("/feed", 3), ("/drafts", 3), ("/todos", 2), ("/account", 1)):
        with counted(application) as statements:
            assert (await client.get(path)).status_code == 200
        assert len(statements) == CALLER + cost, path


async def test_lists_load_no_bodies_and_count_no_tables(
    application: App, client: httpx.AsyncClient
) -> None:
    with counted(application) as statements:
        await client.get("/api/v1/posts")
    (query,) = (s for s in statements if "excerpt" in s)
    assert "body" not in query
    assert query.count("count(*)") == 2  # likes and comments of each post


async def test_probe_touches_nothing(
    application: App, client: httpx.AsyncClient
) -> None:
    with counted(application) as statements:
        await client.get("/healthz")
    assert statements == []
