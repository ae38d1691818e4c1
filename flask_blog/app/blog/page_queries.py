"""What the pages read: numbered lists, the newest comments, feed and sitemap."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, bindparam, select

from app.accounts.users import Caller
from app.blog import comments, models
from app.blog.models import Post
from app.blog.queries import (
    DRAFTS,
    FEED,
    POSTS,
    PUBLISHED,
    SUMMARIES,
    filters_of,
    with_tags,
)
from app.blog.schemas import Comment, FeedEntry, PostQuery, PostSummary
from app.database import AnyRow, Reader
from app.pagination import Listing, NumberedPage
from app.validation import MAX_ID

POSTS_PER_PAGE = 10
COMMENTS_PER_PAGE = 50
FEED_ENTRIES = 20
SITEMAP_ENTRIES = 5000

NEWEST_COMMENTS = (
    comments.COLUMNS.join(Post, Post.id == models.Comment.post_id)
    .where(
        Post.slug == bindparam("slug"),
        models.Comment.id < bindparam("before", type_=BigInteger),
    )
    .order_by(models.Comment.id.desc())
    .limit(COMMENTS_PER_PAGE + 1)
)
NEWEST_FIRST = (Post.published_at.desc(), Post.id.desc())
ENTRIES = (
    SUMMARIES.add_columns(Post.body_html)
    .where(PUBLISHED)
    .order_by(*NEWEST_FIRST)
    .limit(FEED_ENTRIES)
)
ADDRESSES = (
    select(Post.slug, Post.updated_at)
    .where(PUBLISHED)
    .order_by(*NEWEST_FIRST)
    .limit(SITEMAP_ENTRIES)
)


def list_posts_page(
    reader: Reader, caller: Caller | None, query: PostQuery, number: int
) -> NumberedPage[PostSummary]:
    conditions, values = filters_of(query)
    return _page(POSTS, reader, caller, number, conditions, values)


def list_feed_page(
    reader: Reader, caller: Caller, number: int
) -> NumberedPage[PostSummary]:
    return _page(FEED, reader, caller, number)


def list_drafts_page(
    reader: Reader, caller: Caller, number: int
) -> NumberedPage[PostSummary]:
    return _page(DRAFTS, reader, caller, number)


def _page(
    listing: Listing,
    reader: Reader,
    caller: Caller | None,
    number: int,
    conditions: Sequence[ColumnElement[bool]] = (),
    values: Mapping[str, Any] | None = None,
) -> NumberedPage[PostSummary]:
    """Three statements: the number of posts, the posts, their tags."""
    parameters = {**(values or {}), "caller_id": caller.id if caller else None}
    rows, last = listing.fetch_numbered(
        reader, number, POSTS_PER_PAGE, conditions, parameters
    )
    posts = [PostSummary.model_validate(p) for p in with_tags(reader, rows)]
    return NumberedPage(posts, number, last)


def list_newest_comments(
    reader: Reader, slug: str, before: int | None
) -> tuple[list[Comment], bool]:
    """The oldest of them first, and whether there are older ones; of a post seen."""
    parameters = {"slug": slug, "before": before or MAX_ID}
    rows = reader.execute(NEWEST_COMMENTS, parameters).all()
    newest = [comments.present(row) for row in rows[:COMMENTS_PER_PAGE]]
    return newest[::-1], len(rows) > COMMENTS_PER_PAGE


def list_feed_entries(reader: Reader) -> list[FeedEntry]:
    rows = reader.execute(ENTRIES, {"caller_id": None}).all()
    posts = zip(rows, with_tags(reader, rows), strict=True)
    return [FeedEntry.model_validate({**post, "id": row.id}) for row, post in posts]


def list_addresses(reader: Reader) -> Sequence[AnyRow]:
    """The slug and the last change of each post of the sitemap."""
    return reader.execute(ADDRESSES).all()
