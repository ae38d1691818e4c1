"""How many statements a request costs, and that it is the same for 10 and for 1,000."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event, insert, select
from tornado.testing import gen_test

from app.accounts.models import User
from app.application import Blog
from app.blog.models import Comment, Like, Post, PostTag, Tag
from app.database import utc_now
from tests.browser import Browser
from tests.cases import BlogTestCase, Person

CALLER = 1  # the look-up of who is calling
COSTS = {
    "/posts?limit=100": 2,
    "/posts?tag=a&author=ada&liked_by=ada&q=x": 2,
    "/posts/post-1": 2,
    "/posts/post-1/comments": 2,
    "/posts/post-0/comments/1": 1,
    "/tags": 1,
    "/tags/a": 1,
    "/users/ada": 1,
}
PAGES = {
    "/": 3,  # the number of posts, the posts, their tags
    "/?q=x": 3,
    "/tags/a": 4,
    "/authors/ada": 4,
    "/posts/post-1": 3,
    "/feed.atom": 2,
    "/sitemap.xml": 1,
    "/static/blog.css": 0,
    "/nothing": 0,
}
SHARED = {"/feed.atom", "/sitemap.xml", "/static/blog.css"}  # nobody is looked up
OWN_PAGES = {"/feed": 3, "/drafts": 3, "/todos": 2, "/account": 1}
OWN_COSTS = {"/feed": 2, "/me/drafts": 2, "/todos": 1, "/me": 1}


@contextmanager
def counted(app: Blog) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    engine = app.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


async def fill(app: Blog, person: Person, number: int) -> None:
    """Posts with three tags, a comment and a like each."""
    now = utc_now()
    async with app.database.writing() as session:
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


class TestStatements(BlogTestCase):
    async def cost_of(self, path: str, headers: dict[str, str]) -> int:
        with counted(self.app) as statements:
            answer = await self.client.get(f"/api/v1{path}", headers=headers)
        assert answer.code == 200
        return len(statements)

    async def expect_lists_to_cost_two_statements(self, number: int) -> None:
        ada = await self.sign_up("ada")
        await fill(self.app, ada, number)
        for path, cost in COSTS.items():
            assert await self.cost_of(path, {}) == cost, path
            assert await self.cost_of(path, ada.headers) == CALLER + cost, path

    @gen_test
    async def test_lists_cost_two_statements(self) -> None:
        await self.expect_lists_to_cost_two_statements(10)

    @gen_test
    async def test_lists_of_a_thousand_cost_two_statements(self) -> None:
        await self.expect_lists_to_cost_two_statements(1000)

    @gen_test
    async def test_own_lists(self) -> None:
        ada = await self.sign_up("ada")
        for path, cost in OWN_COSTS.items():
            assert await self.cost_of(path, ada.headers) == CALLER + cost, path

    async def expect_pages_to_cost_the_same(self, number: int) -> None:
        await fill(self.app, await self.sign_up("ada"), number)
        browser = Browser(self.get_http_port())
        for signed_in in (0, 1):
            if signed_in:
                await browser.sign_in()
            for path, cost in PAGES.items():
                caller = 0 if path in SHARED else signed_in
                with counted(self.app) as statements:
                    await browser.get(path)
                assert len(statements) == cost + caller, path
        for path, cost in OWN_PAGES.items():
            with counted(self.app) as statements:
                assert (await browser.get(path)).code == 200
            assert len(statements) == CALLER + cost, path

    @gen_test
    async def test_pages(self) -> None:
        await self.expect_pages_to_cost_the_same(10)

    @gen_test
    async def test_pages_of_a_thousand(self) -> None:
        await self.expect_pages_to_cost_the_same(1000)

    @gen_test
    async def test_lists_load_no_bodies_and_count_no_tables(self) -> None:
        with counted(self.app) as statements:
            await self.client.get("/api/v1/posts")
        (query,) = (s for s in statements if "excerpt" in s)
        assert "body" not in query
        assert query.count("count(*)") == 2  # likes and comments of each post

    @gen_test
    async def test_probe_touches_nothing(self) -> None:
        with counted(self.app) as statements:
            await self.client.get("/healthz")
        assert statements == []
