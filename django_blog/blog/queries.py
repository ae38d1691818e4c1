"""Reading posts: columns, never entities, and two statements however long the list."""

from collections.abc import Collection

from blog.managers import SUMMARY, Caller, Row
from blog.models import Post, Tag
from common.database import find


def get_post(user: Caller, slug: str) -> Row:
    """Raises NotFound for a draft that the user may not see, as for no post."""
    posts = Post.objects.visible_to(user).with_counts(user).filter(slug=slug)
    return with_tags([find(posts.values(*SUMMARY, "body", "body_html"))])[0]


def with_tags(posts: Collection[Row]) -> list[Row]:
    """Adds to each post the sorted names of its tags."""
    names = Tag.objects.names_by_post([post["id"] for post in posts])
    return [{**post, "tags": names.get(post["id"], [])} for post in posts]
