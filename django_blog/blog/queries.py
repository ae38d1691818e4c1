"""Reading posts: columns, never entities, and two statements however long the list."""

from collections.abc import Collection
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from blog.managers import SUMMARY, Caller, Row
from blog.models import Comment, Post, Tag
from common.database import find

COMMENTS_PER_PAGE = 50
FEED_ENTRIES = 20
SITEMAP_ENTRIES = 5000


def get_post(user: Caller, slug: str) -> Row:
    """Raises NotFound for a draft that the user may not see, as for no post."""
    posts = Post.objects.visible_to(user).with_counts(user).filter(slug=slug)
    return with_tags([find(posts.values(*SUMMARY, "body", "body_html"))])[0]


def find_published_post(slug: str) -> int | None:
    """Its id, if everybody may read it."""
    if "\0" in slug:
        return None  # PostgreSQL cannot even be asked for U+0000.
    posts = Post.objects.published().filter(slug=slug)
    return posts.values_list("pk", flat=True).first()


def list_newest_comments(slug: str, before: int | None) -> tuple[list[Row], bool]:
    """The oldest of them first, and whether there are older ones; of a post seen."""
    comments = Comment.objects.newest_of(slug, before=before)
    rows = list(comments.rows()[: COMMENTS_PER_PAGE + 1])
    return rows[:COMMENTS_PER_PAGE][::-1], len(rows) > COMMENTS_PER_PAGE


def list_feed_entries() -> list[Row]:
    posts = Post.objects.published().newest_first().with_counts(AnonymousUser())
    return with_tags(list(posts.values(*SUMMARY, "body_html")[:FEED_ENTRIES]))


def list_addresses() -> list[Row]:
    """The slug and the last change of each post of the sitemap."""
    posts = Post.objects.published().newest_first()
    rows: QuerySet[Post, Any] = posts.values("slug", "updated_at")
    return list(rows[:SITEMAP_ENTRIES])


def with_tags(posts: Collection[Row]) -> list[Row]:
    """Adds to each post the sorted names of its tags."""
    names = Tag.objects.names_by_post([post["id"] for post in posts])
    return [{**post, "tags": names.get(post["id"], [])} for post in posts]
