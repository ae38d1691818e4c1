"""The questions that are asked about posts, comments and tags, by name."""

from collections import defaultdict
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Exists, Q, QuerySet, Value

from accounts.models import User
from common.database import CountOf, LockingQuerySet, rows_of
from common.validation import fold

if TYPE_CHECKING:
    from blog.models import Comment, Post, Tag

Row = dict[str, Any]
Caller = User | AnonymousUser

MOST_SLUGS_AT_ONCE = 1000
AUTHOR = ("author__username", "author__bio")
SUMMARY = (
    "id",
    "slug",
    "title",
    "excerpt",
    "status",
    *AUTHOR,
    "likes_count",
    "is_liked",
    "comments_count",
    "version",
    "created_at",
    "updated_at",
    "published_at",
)


class PostQuerySet(LockingQuerySet["Post"]):
    def published(self) -> Self:
        return self.filter(status="published")

    def drafts(self) -> Self:
        return self.filter(status="draft")

    def by(self, user: User) -> Self:
        return self.filter(author=user)

    def followed_by(self, user: User) -> Self:
        return self.filter(author__in=user.follows.values("followed"))

    def visible_to(self, user: Caller) -> Self:
        if user.is_anonymous:
            return self.published()
        if user.may_edit_all:
            return self.all()
        return self.filter(Q(status="published") | Q(author=user))

    def matching(
        self, *, tag: str = "", author: str = "", liked_by: str = "", q: str = ""
    ) -> Self:
        posts = self.all()
        if "\0" in tag + author + liked_by:
            return posts.none()  # PostgreSQL cannot even be asked for U+0000.
        if tag:
            posts = posts.filter(tags__name=fold(tag))
        if author:
            posts = posts.filter(author=_id_of(author))
        if liked_by:
            posts = posts.filter(likes__user=_id_of(liked_by))
        for word in map(fold, q.split()):
            in_title = Q(title__ascii_lower__contains=word)
            posts = posts.filter(in_title | Q(body__ascii_lower__contains=word))
        return posts

    def with_counts(self, user: Caller) -> Self:
        likes = rows_of(self.model, "likes")
        is_liked = Exists(likes.filter(user=user.pk))
        return self.annotate(
            likes_count=CountOf(likes),
            is_liked=is_liked if user.pk else Value(value=False),
            comments_count=CountOf(rows_of(self.model, "comments")),
        )

    def free_slug(self, base: str) -> str:
        """The first of base, base-2, base-3… that is free, sought in growing steps."""
        first, step = 1, 1
        while True:
            numbers = range(first, first + step)
            candidates = [base if n == 1 else f"{base}-{n}" for n in numbers]
            taken = set(self.filter(slug__in=candidates).values_list("slug", flat=True))
            for slug in candidates:
                if slug not in taken:
                    return slug
            first, step = first + step, min(step * 10, MOST_SLUGS_AT_ONCE)

    def newest_first(self) -> Self:
        return self.order_by("-published_at", "-id")

    def summaries(self, user: Caller) -> QuerySet["Post", Any]:
        """The columns of a PostSummary, but for the tags."""
        posts: QuerySet[Post, Any] = self.with_counts(user).values(*SUMMARY)
        return posts


def _id_of(username: str) -> QuerySet[User, Any]:
    return User.objects.named(username).values("pk")[:1]


class CommentQuerySet(LockingQuerySet["Comment"]):
    def under(self, posts: PostQuerySet) -> Self:
        return self.filter(post__in=posts.values("pk"))

    def rows(self) -> QuerySet["Comment", Any]:
        rows: QuerySet[Comment, Any] = self.values("id", "body", *AUTHOR, "created_at")
        return rows

    def newest_of(self, slug: str, *, before: int | None) -> Self:
        comments = self.filter(post__slug=slug).order_by("-id")
        return comments.filter(id__lt=before) if before else comments


class TagQuerySet(LockingQuerySet["Tag"]):
    def names_by_post(self, post_ids: Collection[int]) -> dict[int, list[str]]:
        names: dict[int, list[str]] = defaultdict(list)
        tags = self.filter(posts__in=post_ids)
        for post_id, name in tags.values_list("posts", "name"):
            names[post_id].append(name)
        return {post_id: sorted(found) for post_id, found in names.items()}

    def called(self, name: str) -> Self:
        return self.filter(name=fold(name))

    def counted(self) -> QuerySet["Tag", Any]:
        """Tags of published posts, with the number of those."""
        tagged = self.filter(posts__status="published").values("name")
        counted: QuerySet[Tag, Any] = tagged.annotate(posts_count=Count("*"))
        return counted

    def top(self, number: int) -> QuerySet["Tag", Any]:
        order = ["-posts_count", "name__ascii_lower"]
        return self.counted().order_by(*order)[:number]
