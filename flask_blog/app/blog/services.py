"""Posts: writing, liking and deleting them."""

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from app.accounts.users import Caller, hold_caller
from app.blog import models
from app.blog.models import Comment, Like, PostTag
from app.blog.queries import VISIBLE, find_post_id, get_post, viewer
from app.blog.schemas import NewPost, Post, PostChanges, PostGone
from app.blog.tags import set_tags
from app.database import delete_in_order, insert_once, utc_now
from app.errors import (
    Conflict,
    FieldError,
    Forbidden,
    NotFound,
    StaleVersion,
    Unavailable,
)
from app.live import announce
from app.rendering import render, slugify

MOST_SLUGS_AT_ONCE = 1000
TRIES = 100


def create_post(session: Session, caller: Caller, new: NewPost) -> Post:
    rendered = render(new.body)
    hold_caller(session, caller)
    now = utc_now()
    post = _insert_with_free_slug(
        session,
        slugify(new.title),
        author_id=caller.id,
        title=new.title,
        body=new.body,
        body_html=rendered.body_html,
        excerpt=rendered.excerpt,
        status=new.status,
        version=1,
        created_at=now,
        updated_at=now,
        published_at=now if new.status == "published" else None,
    )
    set_tags(session, post.id, new.tags)
    return get_post(session, caller, post.slug)


def _insert_with_free_slug(
    session: Session, base: str, **values: object
) -> models.Post:
    """Whoever loses the race for a slug looks for the next one that is free."""
    for _ in range(TRIES):
        post = models.Post(slug=_free_slug(session, base), **values)
        if insert_once(session, post):
            return post
    raise Unavailable


def _free_slug(session: Session, base: str) -> str:
    """The first of base, base-2, base-3… that is free, looked up in growing steps."""
    first, step = 1, 1
    while True:
        numbers = range(first, first + step)
        candidates = [base if n == 1 else f"{base}-{n}" for n in numbers]
        statement = select(models.Post.slug).where(models.Post.slug.in_(candidates))
        taken = set(session.scalars(statement))
        for slug in candidates:
            if slug not in taken:
                return slug
        first, step = first + step, min(step * 10, MOST_SLUGS_AT_ONCE)


def update_post(
    session: Session, caller: Caller, slug: str, changes: PostChanges
) -> Post:
    """Raises StaleVersion when the post is no longer at the version that was read."""
    given = changes.model_dump()
    rendered = render(given["body"]) if "body" in given else None
    post = _lock_post(session, caller, slug)
    if given.pop("version", post.version) != post.version:
        raise StaleVersion(post.version)
    tags = given.pop("tags", None)
    changed = {name: v for name, v in given.items() if getattr(post, name) != v}
    if rendered and "body" in changed:
        changed |= {"body_html": rendered.body_html, "excerpt": rendered.excerpt}
    retagged = tags is not None and set_tags(session, post.id, tags)
    if changed.get("status") == "draft":
        announce(session, post.id, PostGone())
    if changed or retagged:
        _apply(post, changed)
        session.flush()
    return get_post(session, caller, slug)


def _apply(post: models.Post, changed: dict[str, object]) -> None:
    for name, value in changed.items():
        setattr(post, name, value)
    post.version += 1
    post.updated_at = utc_now()
    if post.status == "published" and post.published_at is None:
        post.published_at = post.updated_at


def _lock_post(session: Session, caller: Caller, slug: str) -> models.Post:
    """Raises NotFound for who cannot see the post, Forbidden for who just can."""
    statement = select(models.Post).where(models.Post.slug == slug, VISIBLE)
    post = session.scalar(statement.with_for_update(), viewer(caller))
    if post is None:
        raise NotFound
    if post.author_id != caller.id and not caller.may_edit_all:
        raise Forbidden
    return post


def delete_post(session: Session, caller: Caller, slug: str) -> None:
    """Waits for whoever comments or likes; who comes later finds no post."""
    post = _lock_post(session, caller, slug)
    for model in (Comment, Like, PostTag):
        delete_in_order(session, model, model.post_id == post.id)
    session.delete(post)
    if post.status == "published":
        announce(session, post.id, PostGone())


def delete_blog_of(session: Session, user_id: int) -> None:
    """All that a user wrote or liked, and what others left under it."""
    is_own = models.Post.author_id == user_id
    own_posts = select(models.Post.id).where(is_own)
    in_order = own_posts.order_by(models.Post.id).with_for_update()
    locked = session.execute(in_order.add_columns(models.Post.status)).all()
    their_comments = or_(Comment.author_id == user_id, Comment.post_id.in_(own_posts))
    delete_in_order(session, Comment, their_comments)
    their_likes = or_(Like.user_id == user_id, Like.post_id.in_(own_posts))
    delete_in_order(session, Like, their_likes)
    delete_in_order(session, PostTag, PostTag.post_id.in_(own_posts))
    delete_in_order(session, models.Post, is_own)
    for post in locked:
        if post.status == "published":
            announce(session, post.id, PostGone())


def hold_published_post(session: Session, caller: Caller, slug: str) -> int:
    """Keeps a post from being deleted; raises Conflict when it is a draft."""
    statement = (
        select(models.Post.id, models.Post.status)
        .where(models.Post.slug == slug, VISIBLE)
        .with_for_update(read=True, key_share=True)
    )
    row = (session.execute(statement, viewer(caller))).one_or_none()
    if row is None:
        raise NotFound
    if row.status != "published":
        raise Conflict(FieldError("status", "state", "This post is a draft."))
    post_id: int = row.id
    return post_id


def like_post(session: Session, caller: Caller, slug: str) -> None:
    hold_caller(session, caller)
    post_id = hold_published_post(session, caller, slug)
    insert_once(session, Like(user_id=caller.id, post_id=post_id, created_at=utc_now()))


def unlike_post(session: Session, caller: Caller, slug: str) -> None:
    post_id = find_post_id(session, caller, slug)
    session.execute(
        delete(Like).where(Like.user_id == caller.id, Like.post_id == post_id)
    )
