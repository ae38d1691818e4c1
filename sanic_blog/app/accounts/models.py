"""Who may sign in, with what, and who follows whom."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.database import NEVER_REUSE_IDS, Base, Id

Role = Literal["member", "editor", "admin"]


class User(Base):
    __tablename__ = "users"

    id: Mapped[Id]
    username: Mapped[str] = mapped_column(String(30))
    email: Mapped[str] = mapped_column(String(254))
    password: Mapped[str] = mapped_column(String(255))  # a PHC string
    bio: Mapped[str] = mapped_column(String(500), default="")
    role: Mapped[Role] = mapped_column(String(10), default="member")
    is_active: Mapped[bool] = mapped_column(default=True)
    token_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("role IN ('member', 'editor', 'admin')", name="role"),
        NEVER_REUSE_IDS,
    )


Index("users_username_lower_key", func.lower(User.username), unique=True)
Index("users_email_lower_key", func.lower(User.email), unique=True)
Index(
    "users_admin_idx",
    User.id,
    postgresql_where=User.role == "admin",
    sqlite_where=User.role == "admin",
)


class RefreshToken(Base):
    """A family begins at a login; each refresh adds a token to it and uses one up."""

    __tablename__ = "refresh_tokens"

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    family_id: Mapped[UUID]
    token_version: Mapped[int]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    __table_args__ = (
        Index("refresh_tokens_user_id_idx", "user_id"),
        Index("refresh_tokens_family_id_idx", "family_id"),
        NEVER_REUSE_IDS,
    )


class PasswordReset(Base):
    __tablename__ = "password_resets"

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    __table_args__ = (Index("password_resets_user_id_idx", "user_id"), NEVER_REUSE_IDS)


class WebSession(Base):
    __tablename__ = "web_sessions"

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    token_version: Mapped[int]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]

    __table_args__ = (Index("web_sessions_user_id_idx", "user_id"), NEVER_REUSE_IDS)


class Follow(Base):
    __tablename__ = "follows"

    id: Mapped[Id]
    follower_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    followed_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("follower_id", "followed_id"),
        CheckConstraint("follower_id <> followed_id", name="not_self"),
        Index("follows_followed_id_idx", "followed_id"),
        NEVER_REUSE_IDS,
    )
