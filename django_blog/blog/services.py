"""Posts: writing, liking, commenting on and deleting them."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import User
from blog.managers import Row
from blog.models import Comment, Like, Post, PostTag, Status, Tag
from blog.queries import get_post
from blog.serializers import CommentSerializer
from common.database import find, insert_once
from common.errors import Conflict, FieldError, Forbidden, StaleVersion
from common.live import GONE, announce
from common.rendering import render


def create_post(
    user: User, *, title: str, body: str, tags: Sequence[str], status: str
) -> Row:
    post = Post(author=user, title=title, body=body, status=status)
    post.render()
    with transaction.atomic():
        User.objects.lock(user)
        post.insert()
        post.retag(list(tags))
        return get_post(user, post.slug)


def update_post(
    user: User,
    slug: str,
    *,
    version: int | None = None,
    tags: Sequence[str] | None = None,
    **fields: str,
) -> Row:
    """Raises StaleVersion when the post is no longer at the version that was read."""
    rendered = render(fields["body"]) if "body" in fields else None
    with transaction.atomic():
        post = _lock_post(user, slug)
        if version not in {None, post.version}:
            raise StaleVersion(post.version)
        changed = {name for name in fields if getattr(post, name) != fields[name]}
        for name in changed:
            setattr(post, name, fields[name])
        if rendered and "body" in changed:
            post.body_html, post.excerpt = rendered.body_html, rendered.excerpt
        retagged = tags is not None and post.retag(list(tags))
        if changed or retagged:
            post.revise()
        if "status" in changed and post.status == Status.DRAFT:
            announce(post.pk, GONE)
        return get_post(user, slug)


def _lock_post(user: User, slug: str) -> Post:
    """Raises NotFound for who cannot see it, Forbidden for who can do no more."""
    post = find(Post.objects.visible_to(user).doomed().filter(slug=slug))
    if not post.is_editable_by(user):
        raise Forbidden
    return post


@transaction.atomic
def delete_post(user: User, slug: str) -> None:
    """Waits for whoever comments or likes; who comes later finds no post."""
    post = _lock_post(user, slug)
    post.comments.doom()
    post.likes.doom()
    if post.status == Status.PUBLISHED:
        announce(post.pk, GONE)
    post.delete()


def lock_blog_of(user: User) -> None:
    """All that a user wrote or liked, and what others left under it, for deletion."""
    own_posts = Post.objects.by(user)
    own_posts.doom()
    for post_id in own_posts.published().values_list("pk", flat=True):
        announce(post_id, GONE)
    concerned = Q(post__in=own_posts.values("pk"))
    Comment.objects.filter(concerned | Q(author=user)).doom()
    Like.objects.filter(concerned | Q(user=user)).doom()


def _hold_published_post(user: User, slug: str) -> Post:
    """Keeps a post from being deleted; raises Conflict when it is a draft."""
    post = find(Post.objects.visible_to(user).held().filter(slug=slug))
    if post.status != Status.PUBLISHED:
        raise Conflict(FieldError("status", "state", "This post is a draft."))
    return post


@transaction.atomic
def like_post(user: User, slug: str) -> None:
    User.objects.lock(user)
    # Idiom: likers.add() looks first, and then fails if another has been quicker.
    insert_once(Like(user=user, post=_hold_published_post(user, slug)))


def unlike_post(user: User, slug: str) -> None:
    find(Post.objects.visible_to(user).filter(slug=slug)).likers.remove(user)


@transaction.atomic
def create_comment(user: User, slug: str, *, body: str) -> Row:
    User.objects.lock(user)
    comment = _hold_published_post(user, slug).comments.create(author=user, body=body)
    row: Row = find(Comment.objects.rows().filter(pk=comment.pk))
    shown = CommentSerializer(row).data
    announce(comment.post_id, {"type": "comment.created", "comment": shown})
    return row


@transaction.atomic
def delete_comment(user: User, slug: str, comment_id: int) -> None:
    """For the comment's author, the post's, editors and admins."""
    posts = Post.objects.visible_to(user).filter(slug=slug)
    comments = Comment.objects.under(posts).select_for_update(of=("self",))
    comment = find(comments.select_related("post").filter(pk=comment_id))
    if not comment.is_deletable_by(user):
        raise Forbidden
    announce(comment.post_id, {"type": "comment.deleted", "id": comment.pk})
    comment.delete()


@transaction.atomic
def rename_tag(tag: Tag) -> None:
    """For editors: a change of every post that has the tag."""
    for post in Post.objects.held().filter(pk__in=tag.post_tags.values("post")):
        post.revise()
    tag.save()


@transaction.atomic
def remove_tags(tags: QuerySet[Tag]) -> int:
    """For editors: takes tags off all posts, and tells how many there were."""
    uses = PostTag.objects.filter(tag__in=tags.values("pk"))
    posts = list(Post.objects.held().filter(pk__in=uses.values("post")))
    uses.delete()
    for post in posts:
        post.revise()
    return len(posts)
