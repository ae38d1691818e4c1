"""Reading posts: columns, never entities, and two statements however long the list is."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any, TypeVar

from pydantic import MISSING
from sqlalchemy import (
    ColumnElement,
    Row,
    ScalarSelect,
    Select,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Follow, User
from app.accounts.schemas import Author
from app.accounts.users import Caller, is_named
from app.blog.models import Comment, Like, Post, PostTag, Tag
from app.blog.schemas import PostQuery, PostSummary
from app.blog.schemas import Post as PostAnswer
from app.database import contains, equals
from app.errors import NotFound
from app.pagination import Order, Page, PageQuery

Summary = TypeVar("Summary", bound=PostSummary)

# Written out, so that the partial indexes of posts are known to serve.
PUBLISHED = Post.status == literal_column("'published'")
DRAFT = Post.status == literal_column("'draft'")

NEWEST_FIRST = (Post.published_at, Post.id)
POSTS = Order("list_posts", NEWEST_FIRST, descending=True)
FEED = Order("list_feed", NEWEST_FIRST, descending=True)
DRAFTS = Order("list_drafts", (Post.id,), descending=True)


def select_posts(caller: Caller | None, *more: ColumnElement[Any]) -> Select[Any]:
    """The columns of a PostSummary, and `more`."""
    likes = select(func.count()).where(Like.post_id == Post.id)
    comments = select(func.count()).where(Comment.post_id == Post.id)
    return select(
        Post.id,
        Post.slug,
        Post.title,
        Post.excerpt,
        Post.status,
        User.username.label("author_username"),
        User.bio.label("author_bio"),
        likes.scalar_subquery().label("likes_count"),
        _is_liked_by(caller).label("is_liked"),
        comments.scalar_subquery().label("comments_count"),
        Post.version,
        Post.created_at,
        Post.updated_at,
        Post.published_at,
        *more,
    ).join(User, User.id == Post.author_id)


def _is_liked_by(caller: Caller | None) -> ColumnElement[bool]:
    if caller is None:
        return false()
    return exists().where(Like.post_id == Post.id, Like.user_id == caller.id)


def is_visible_to(caller: Caller | None) -> ColumnElement[bool]:
    if caller is None:
        return PUBLISHED
    return (
        true() if caller.may_edit_all else or_(PUBLISHED, Post.author_id == caller.id)
    )


async def find_tags(
    session: AsyncSession, post_ids: Collection[int]
) -> dict[int, list[str]]:
    """The names of each post's tags, sorted."""
    statement = (
        select(PostTag.post_id, Tag.name)
        .join(Tag, Tag.id == PostTag.tag_id)
        .where(PostTag.post_id.in_(post_ids))
    )
    names: dict[int, list[str]] = defaultdict(list)
    for post_id, name in await session.execute(statement):
        names[post_id].append(name)
    return {post_id: sorted(found) for post_id, found in names.items()}


def present(model: type[Summary], row: Row[Any], tags: dict[int, list[str]]) -> Summary:
    """What the database holds was checked when it came in, and is not checked again."""
    values = row._asdict()
    values["tags"] = tags.get(row.id, [])
    values["author"] = Author.model_construct(
        username=row.author_username, bio=row.author_bio
    )
    return model.model_construct(**values)


async def _list(
    session: AsyncSession,
    caller: Caller | None,
    order: Order,
    query: PageQuery,
    *conditions: ColumnElement[bool],
) -> Page[PostSummary]:
    statement = select_posts(caller).where(*conditions)
    rows, next_cursor = await order.fetch(session, statement, query)
    tags = await find_tags(session, [row.id for row in rows])
    items = [present(PostSummary, row, tags) for row in rows]
    return Page[PostSummary](items=items, next_cursor=next_cursor)


async def list_posts(
    session: AsyncSession, caller: Caller | None, query: PostQuery
) -> Page[PostSummary]:
    return await _list(session, caller, POSTS, query, PUBLISHED, *_filters(query))


def _filters(query: PostQuery) -> Iterator[ColumnElement[bool]]:
    if query.tag is not MISSING:
        tagged = select(PostTag.post_id).join(Tag, Tag.id == PostTag.tag_id)
        yield Post.id.in_(tagged.where(equals(Tag.name, query.tag)))
    if query.author is not MISSING:
        yield Post.author_id == _id_of(query.author)
    if query.liked_by is not MISSING:
        liked = select(Like.post_id).where(Like.user_id == _id_of(query.liked_by))
        yield Post.id.in_(liked)
    if query.q is not MISSING:
        for word in query.q.split():
            yield or_(contains(Post.title, word), contains(Post.body, word))


def _id_of(username: str) -> ScalarSelect[int]:
    return select(User.id).where(is_named(username)).scalar_subquery()


async def list_feed(
    session: AsyncSession, caller: Caller, query: PageQuery
) -> Page[PostSummary]:
    followed = select(Follow.followed_id).where(Follow.follower_id == caller.id)
    is_followed = Post.author_id.in_(followed)
    return await _list(session, caller, FEED, query, PUBLISHED, is_followed)


async def list_drafts(
    session: AsyncSession, caller: Caller, query: PageQuery
) -> Page[PostSummary]:
    is_own = Post.author_id == caller.id
    return await _list(session, caller, DRAFTS, query, DRAFT, is_own)


async def get_post(
    session: AsyncSession, caller: Caller | None, slug: str
) -> PostAnswer:
    """Raises NotFound for a draft that the caller may not see, as for no post."""
    statement = select_posts(caller, Post.body, Post.body_html).where(
        Post.slug == slug, is_visible_to(caller)
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise NotFound
    return present(PostAnswer, row, await find_tags(session, [row.id]))


async def find_post_id(session: AsyncSession, caller: Caller | None, slug: str) -> int:
    """Raises NotFound as get_post does."""
    statement = select(Post.id).where(Post.slug == slug, is_visible_to(caller))
    post_id = await session.scalar(statement)
    if post_id is None:
        raise NotFound
    return post_id
