"""Reading posts: columns, never entities; two statements, however long the list."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pydantic import MISSING
from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    ScalarSelect,
    String,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
)

from app.accounts.models import Follow, User
from app.accounts.users import Caller
from app.blog.models import Comment, Like, Post, PostTag, Tag
from app.blog.schemas import (
    DRAFTS_CURSOR,
    FEED_CURSOR,
    POSTS_CURSOR,
    DraftQuery,
    FeedQuery,
    PostQuery,
    PostSummary,
)
from app.blog.schemas import Post as PostAnswer
from app.database import AnyRow, Reader, contains_word, name_key, word_pattern
from app.errors import NotFound
from app.pagination import Listing, Page, PageQuery
from app.validation import MAX_WORDS

# Written out, so that the partial indexes of posts are known to serve.
PUBLISHED = Post.status == literal_column("'published'")
DRAFT = Post.status == literal_column("'draft'")
CALLER_ID = bindparam("caller_id", type_=BigInteger)  # null for anybody
VISIBLE = or_(
    PUBLISHED, Post.author_id == CALLER_ID, bindparam("sees_all", type_=Boolean)
)


def viewer(caller: Caller | None) -> dict[str, Any]:
    """The parameters of CALLER_ID and VISIBLE."""
    if caller is None:
        return {"caller_id": None, "sees_all": False}
    return {"caller_id": caller.id, "sees_all": caller.may_edit_all}


SUMMARIES = select(
    Post.id,
    Post.slug,
    Post.title,
    Post.excerpt,
    Post.status,
    User.username.label("author_username"),
    User.bio.label("author_bio"),
    select(func.count())
    .where(Like.post_id == Post.id)
    .scalar_subquery()
    .label("likes_count"),
    exists()
    .where(Like.post_id == Post.id, Like.user_id == CALLER_ID)
    .label("is_liked"),
    select(func.count())
    .where(Comment.post_id == Post.id)
    .scalar_subquery()
    .label("comments_count"),
    Post.version,
    Post.created_at,
    Post.updated_at,
    Post.published_at,
).join(User, User.id == Post.author_id)


def _user_id(parameter: str) -> ScalarSelect[int]:
    is_named = func.lower(User.username) == bindparam(parameter, type_=String)
    return select(User.id).where(is_named).scalar_subquery()


# The filters of list_posts, each for the parameter of its name.
BY_AUTHOR = Post.author_id == _user_id("author")
LIKED_BY = Post.id.in_(select(Like.post_id).where(Like.user_id == _user_id("liked_by")))
TAGGED = Post.id.in_(
    select(PostTag.post_id)
    .join(Tag, Tag.id == PostTag.tag_id)
    .where(Tag.name == bindparam("tag"))
)
WITH_WORD = [
    or_(contains_word(Post.title, f"word{n}"), contains_word(Post.body, f"word{n}"))
    for n in range(MAX_WORDS)
]
FOLLOWED = Post.author_id.in_(
    select(Follow.followed_id).where(Follow.follower_id == CALLER_ID)
)

NEWEST_FIRST = (Post.published_at, Post.id)
POSTS = Listing(POSTS_CURSOR, SUMMARIES.where(PUBLISHED), NEWEST_FIRST, descending=True)
FEED = Listing(
    FEED_CURSOR, SUMMARIES.where(PUBLISHED, FOLLOWED), NEWEST_FIRST, descending=True
)
OWN_DRAFTS = SUMMARIES.where(DRAFT, Post.author_id == CALLER_ID)
DRAFTS = Listing(DRAFTS_CURSOR, OWN_DRAFTS, (Post.id,), descending=True)

ONE_POST = SUMMARIES.add_columns(Post.body, Post.body_html).where(
    Post.slug == bindparam("slug"), VISIBLE
)
ONE_ID = select(Post.id).where(Post.slug == bindparam("slug"), VISIBLE)
TAGS = (
    select(PostTag.post_id, Tag.name)
    .join(Tag, Tag.id == PostTag.tag_id)
    .where(PostTag.post_id.in_(bindparam("post_ids", expanding=True)))
)


def list_posts(
    reader: Reader, caller: Caller | None, query: PostQuery
) -> Page[PostSummary]:
    conditions, values = filters_of(query)
    return _list(POSTS, reader, caller, query, conditions, values)


def filters_of(query: PostQuery) -> tuple[list[ColumnElement[bool]], dict[str, str]]:
    """The conditions that a query asks for, and the parameters they need."""
    conditions: list[ColumnElement[bool]] = []
    values: dict[str, str] = {}
    for name, condition in (
        ("tag", TAGGED),
        ("author", BY_AUTHOR),
        ("liked_by", LIKED_BY),
    ):
        if (value := getattr(query, name)) is not MISSING:
            conditions.append(condition)
            values[name] = name_key(value)
    if query.q is not MISSING:
        for n, word in enumerate(query.q.split()):
            conditions.append(WITH_WORD[n])
            values[f"word{n}"] = word_pattern(word)
    return conditions, values


def list_feed(reader: Reader, caller: Caller, query: FeedQuery) -> Page[PostSummary]:
    return _list(FEED, reader, caller, query)


def list_drafts(reader: Reader, caller: Caller, query: DraftQuery) -> Page[PostSummary]:
    return _list(DRAFTS, reader, caller, query)


def _list(
    listing: Listing,
    reader: Reader,
    caller: Caller | None,
    query: PageQuery,
    conditions: Sequence[ColumnElement[bool]] = (),
    values: Mapping[str, str] | None = None,
) -> Page[PostSummary]:
    parameters = {**(values or {}), "caller_id": caller.id if caller else None}
    rows, next_cursor = listing.fetch(reader, query, conditions, parameters)
    items = with_tags(reader, rows)
    return Page[PostSummary].model_validate(
        {"items": items, "next_cursor": next_cursor}
    )


def with_tags(reader: Reader, rows: Sequence[AnyRow]) -> list[dict[str, Any]]:
    tags = find_tags(reader, [row.id for row in rows])
    return [_present(row, tags) for row in rows]


def find_tags(reader: Reader, post_ids: Collection[int]) -> dict[int, list[str]]:
    """The names of each post's tags, sorted."""
    names: dict[int, list[str]] = defaultdict(list)
    for post_id, name in reader.execute(TAGS, {"post_ids": post_ids}):
        names[post_id].append(name)
    return {post_id: sorted(found) for post_id, found in names.items()}


def _present(row: AnyRow, tags: dict[int, list[str]]) -> dict[str, Any]:
    values = row._asdict()
    values["tags"] = tags.get(values.pop("id"), [])
    values["author"] = {
        "username": values.pop("author_username"),
        "bio": values.pop("author_bio"),
    }
    return values


def get_post(reader: Reader, caller: Caller | None, slug: str) -> PostAnswer:
    """Raises NotFound for a draft that the caller may not see, as for no post."""
    parameters = {"slug": slug, **viewer(caller)}
    row = reader.execute(ONE_POST, parameters).one_or_none()
    if row is None:
        raise NotFound
    tags = find_tags(reader, [row.id])
    return PostAnswer.model_validate(_present(row, tags))


def find_post_id(reader: Reader, caller: Caller | None, slug: str) -> int:
    """Raises NotFound as get_post does."""
    post_id = reader.scalar(ONE_ID, {"slug": slug, **viewer(caller)})
    if post_id is None:
        raise NotFound
    return post_id
