"""Comments under a post."""

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.schemas import Author
from app.accounts.users import Caller, hold_caller
from app.blog import models
from app.blog.models import Post
from app.blog.queries import VISIBLE, find_post_id, viewer
from app.blog.schemas import (
    COMMENTS_CURSOR,
    Comment,
    CommentCreated,
    CommentDeleted,
    CommentQuery,
    NewComment,
)
from app.blog.services import hold_published_post
from app.database import AnyRow, Reader, utc_now
from app.errors import Forbidden, NotFound
from app.live import announce
from app.pagination import Listing, Page

COLUMNS = select(
    models.Comment.id,
    models.Comment.body,
    User.username,
    User.bio,
    models.Comment.created_at,
).join(User, User.id == models.Comment.author_id)
OF_POST = COLUMNS.where(models.Comment.post_id == bindparam("post_id"))
COMMENTS = Listing(COMMENTS_CURSOR, OF_POST, (models.Comment.id,))

IS_THE_ONE = (
    models.Comment.id == bindparam("comment_id"),
    Post.slug == bindparam("slug"),
    VISIBLE,
)
ONE_COMMENT = COLUMNS.join(Post, Post.id == models.Comment.post_id).where(*IS_THE_ONE)


def list_comments(
    reader: Reader, caller: Caller | None, slug: str, query: CommentQuery
) -> Page[Comment]:
    post_id = find_post_id(reader, caller, slug)
    rows, next_cursor = COMMENTS.fetch(reader, query, (), {"post_id": post_id})
    return Page[Comment](items=[present(row) for row in rows], next_cursor=next_cursor)


def get_comment(
    reader: Reader, caller: Caller | None, slug: str, comment_id: int
) -> Comment:
    """Raises NotFound for a comment under another post as for none."""
    parameters = {"comment_id": comment_id, "slug": slug, **viewer(caller)}
    row = reader.execute(ONE_COMMENT, parameters).one_or_none()
    if row is None:
        raise NotFound
    return present(row)


def present(row: AnyRow) -> Comment:
    author = Author(username=row.username, bio=row.bio)
    return Comment(id=row.id, body=row.body, author=author, created_at=row.created_at)


def create_comment(
    session: Session, caller: Caller, slug: str, new: NewComment
) -> Comment:
    hold_caller(session, caller)
    post_id = hold_published_post(session, caller, slug)
    row = models.Comment(
        post_id=post_id, author_id=caller.id, body=new.body, created_at=utc_now()
    )
    session.add(row)
    session.flush()
    comment = get_comment(session, caller, slug, row.id)
    announce(session, post_id, CommentCreated(comment=comment))
    return comment


def delete_comment(
    session: Session, caller: Caller, slug: str, comment_id: int
) -> None:
    """For the comment's author, the post's, editors and admins."""
    statement = (
        select(models.Comment, Post.author_id)
        .join(Post, Post.id == models.Comment.post_id)
        .where(*IS_THE_ONE)
        .with_for_update(of=models.Comment)
    )
    parameters = {"comment_id": comment_id, "slug": slug, **viewer(caller)}
    row = session.execute(statement, parameters).one_or_none()
    if row is None:
        raise NotFound
    comment, post_author_id = row
    if caller.id not in {comment.author_id, post_author_id} and not caller.may_edit_all:
        raise Forbidden
    session.delete(comment)
    announce(session, comment.post_id, CommentDeleted(id=comment.id))
