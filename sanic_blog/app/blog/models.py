"""Posts with their tags, comments and likes."""

from datetime import datetime
from typing import Literal

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.database import NEVER_REUSE_IDS, Base, Id

Status = Literal["draft", "published"]


class Post(Base):
    __tablename__ = "posts"

    id: Mapped[Id]
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    slug: Mapped[str] = mapped_column(String(90), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)
    excerpt: Mapped[str] = mapped_column(String(201))
    status: Mapped[Status] = mapped_column(String(10))
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    published_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("status IN ('draft', 'published')", name="status"),
        CheckConstraint("version >= 1", name="version"),
        NEVER_REUSE_IDS,
    )


# Each list of posts walks an index in its own order: all, an author's, one's drafts.
Index(
    "posts_published_idx",
    Post.published_at.desc(),
    Post.id.desc(),
    postgresql_where=Post.status == "published",
    sqlite_where=Post.status == "published",
)
Index("posts_author_id_idx", Post.author_id, Post.published_at.desc(), Post.id.desc())
Index(
    "posts_drafts_idx",
    Post.author_id,
    Post.id.desc(),
    postgresql_where=Post.status == "draft",
    sqlite_where=Post.status == "draft",
)


class Tag(Base):
    __tablename__ = "tags"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(30), unique=True)

    __table_args__ = (NEVER_REUSE_IDS,)


class PostTag(Base):
    __tablename__ = "post_tags"

    id: Mapped[Id]
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"))
    tag_id: Mapped[int] = mapped_column(ForeignKey("tags.id"))

    __table_args__ = (
        UniqueConstraint("post_id", "tag_id"),
        Index("post_tags_tag_id_idx", "tag_id", "post_id"),
        NEVER_REUSE_IDS,
    )


class Comment(Base):
    __tablename__ = "comments"

    id: Mapped[Id]
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    body: Mapped[str] = mapped_column(String(5000))
    created_at: Mapped[datetime]

    __table_args__ = (
        Index("comments_post_id_idx", "post_id", "id"),
        Index("comments_author_id_idx", "author_id"),
        NEVER_REUSE_IDS,
    )


class Like(Base):
    __tablename__ = "likes"

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"))
    created_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("user_id", "post_id"),
        Index("likes_post_id_idx", "post_id"),
        NEVER_REUSE_IDS,
    )
