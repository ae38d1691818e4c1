"""Comments under a post."""

from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import User
from app.accounts.schemas import Author
from app.accounts.users import Caller, hold_caller
from app.blog import models
from app.blog.models import Post
from app.blog.queries import find_post_id, is_visible_to
from app.blog.schemas import Comment, NewComment
from app.blog.services import hold_published_post
from app.database import utc_now
from app.errors import Forbidden, NotFound
from app.pagination import Order, Page, PageQuery

COMMENTS = Order("list_comments", (models.Comment.id,))


def _select_comments() -> Select[Any]:
    return select(
        models.Comment.id,
        models.Comment.body,
        User.username,
        User.bio,
        models.Comment.created_at,
    ).join(User, User.id == models.Comment.author_id)


def _present(row: Row[Any]) -> Comment:
    author = Author.model_construct(username=row.username, bio=row.bio)
    return Comment.model_construct(
        id=row.id, body=row.body, author=author, created_at=row.created_at
    )


async def list_comments(
    session: AsyncSession, caller: Caller | None, slug: str, query: PageQuery
) -> Page[Comment]:
    post_id = await find_post_id(session, caller, slug)
    statement = _select_comments().where(models.Comment.post_id == post_id)
    rows, next_cursor = await COMMENTS.fetch(session, statement, query)
    return Page[Comment](items=[_present(row) for row in rows], next_cursor=next_cursor)


async def get_comment(
    session: AsyncSession, caller: Caller | None, slug: str, comment_id: int
) -> Comment:
    """Raises NotFound for a comment under another post as for none."""
    statement = (
        _select_comments()
        .join(Post, Post.id == models.Comment.post_id)
        .where(
            models.Comment.id == comment_id, Post.slug == slug, is_visible_to(caller)
        )
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise NotFound
    return _present(row)


async def create_comment(
    session: AsyncSession, caller: Caller, slug: str, new: NewComment
) -> Comment:
    await hold_caller(session, caller)
    post_id = await hold_published_post(session, caller, slug)
    comment = models.Comment(
        post_id=post_id, author_id=caller.id, body=new.body, created_at=utc_now()
    )
    session.add(comment)
    await session.flush()
    return await get_comment(session, caller, slug, comment.id)


async def delete_comment(
    session: AsyncSession, caller: Caller, slug: str, comment_id: int
) -> None:
    """For the comment's author, the post's, editors and admins."""
    statement = (
        select(models.Comment, Post.author_id)
        .join(Post, Post.id == models.Comment.post_id)
        .where(
            models.Comment.id == comment_id, Post.slug == slug, is_visible_to(caller)
        )
        .with_for_update(of=models.Comment)
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise NotFound
    comment, post_author_id = row
    if caller.id not in {comment.author_id, post_author_id} and not caller.may_edit_all:
        raise Forbidden
    await session.delete(comment)
