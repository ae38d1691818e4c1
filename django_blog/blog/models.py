"""Posts with their tags, comments and likes."""

from typing import ClassVar

from django.db import IntegrityError, models, transaction
from django.db.models import CASCADE, CheckConstraint, Index, Q, UniqueConstraint
from django.utils import timezone

from accounts.models import User
from blog.managers import CommentQuerySet, PostQuerySet, TagQuerySet
from common.database import LockingQuerySet
from common.errors import Unavailable
from common.rendering import render, slugify

TRIES = 100


class Status(models.TextChoices):
    DRAFT = "draft"
    PUBLISHED = "published"


class Tag(models.Model):
    name = models.CharField(max_length=30)

    objects = TagQuerySet.as_manager()

    class Meta:
        db_table = "tags"
        constraints: ClassVar = [
            UniqueConstraint(fields=["name"], name="tags_name_key")
        ]

    def __str__(self) -> str:
        return self.name


class Post(models.Model):
    author = models.ForeignKey(User, CASCADE, related_name="posts", db_index=False)
    slug = models.CharField(max_length=90)
    title = models.CharField(max_length=200)
    body = models.TextField()
    body_html = models.TextField()
    excerpt = models.CharField(max_length=201)
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    published_at = models.DateTimeField(null=True)
    tags = models.ManyToManyField(Tag, through="PostTag", related_name="posts")
    likers = models.ManyToManyField(User, through="Like", related_name="liked_posts")

    objects = PostQuerySet.as_manager()

    class Meta:
        db_table = "posts"
        constraints: ClassVar = [
            UniqueConstraint(fields=["slug"], name="posts_slug_key"),
            CheckConstraint(
                condition=Q(status__in=Status.values), name="posts_status_check"
            ),
            CheckConstraint(condition=Q(version__gte=1), name="posts_version_check"),
        ]
        # Each list walks an index in its own order: all, an author's, one's drafts.
        indexes: ClassVar = [
            Index(
                fields=["-published_at", "-id"],
                condition=Q(status="published"),
                name="posts_published_idx",
            ),
            Index(
                fields=["author", "-published_at", "-id"], name="posts_author_id_idx"
            ),
            Index(
                fields=["author", "-id"],
                condition=Q(status="draft"),
                name="posts_drafts_idx",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def render(self) -> None:
        """Does the slow part of writing, which needs no transaction."""
        rendered = render(self.body)
        self.body_html, self.excerpt = rendered.body_html, rendered.excerpt

    def insert(self) -> None:
        """Saves a new post; who loses the race for a slug takes the next one free."""
        self.updated_at = self.created_at
        self._note_publication()
        base = slugify(self.title)
        for _ in range(TRIES):
            self.slug = Post.objects.free_slug(base)
            try:
                with transaction.atomic():
                    return self.save(force_insert=True)
            except IntegrityError:
                continue
        raise Unavailable

    def revise(self) -> None:
        """Saves a change of the post's own fields or tags."""
        self.version += 1
        self.updated_at = timezone.now()
        self._note_publication()
        self.save()

    def _note_publication(self) -> None:
        if self.status == Status.PUBLISHED and self.published_at is None:
            self.published_at = self.updated_at

    def retag(self, names: list[str]) -> bool:
        """Replaces the tags, given sorted; tells whether anything changed."""
        if names == sorted(self.tags.values_list("name", flat=True)):
            return False
        self.tags.set([Tag.objects.get_or_create(name=name)[0] for name in names])
        return True

    def is_editable_by(self, user: User) -> bool:
        return self.author_id == user.pk or user.may_edit_all


class PostTag(models.Model):
    post = models.ForeignKey(Post, CASCADE, related_name="post_tags", db_index=False)
    tag = models.ForeignKey(Tag, CASCADE, related_name="post_tags", db_index=False)

    class Meta:
        db_table = "post_tags"
        constraints: ClassVar = [
            UniqueConstraint(
                fields=["post", "tag"], name="post_tags_post_id_tag_id_key"
            )
        ]
        indexes: ClassVar = [Index(fields=["tag", "post"], name="post_tags_tag_id_idx")]

    def __str__(self) -> str:
        return str(self.tag)


class Comment(models.Model):
    post = models.ForeignKey(Post, CASCADE, related_name="comments", db_index=False)
    author = models.ForeignKey(User, CASCADE, related_name="comments", db_index=False)
    body = models.CharField(max_length=5000)
    created_at = models.DateTimeField(default=timezone.now)

    objects = CommentQuerySet.as_manager()

    class Meta:
        db_table = "comments"
        indexes: ClassVar = [
            Index(fields=["post", "id"], name="comments_post_id_idx"),
            Index(fields=["author"], name="comments_author_id_idx"),
        ]

    def __str__(self) -> str:
        return self.body[:80]

    def is_deletable_by(self, user: User) -> bool:
        return self.author_id == user.pk or self.post.is_editable_by(user)


class Like(models.Model):
    user = models.ForeignKey(User, CASCADE, related_name="likes", db_index=False)
    post = models.ForeignKey(Post, CASCADE, related_name="likes", db_index=False)
    created_at = models.DateTimeField(default=timezone.now)

    objects = LockingQuerySet.as_manager()

    class Meta:
        db_table = "likes"
        constraints: ClassVar = [
            UniqueConstraint(fields=["user", "post"], name="likes_user_id_post_id_key")
        ]
        indexes: ClassVar = [Index(fields=["post"], name="likes_post_id_idx")]

    def __str__(self) -> str:
        return f"{self.user_id} likes {self.post_id}"
