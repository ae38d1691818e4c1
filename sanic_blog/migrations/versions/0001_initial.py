"""Everything that the first release stores."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001_initial"
down_revision = None

BIG_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def create_table(name: str, *columns: sa.Column[Any], constraints: Any = ()) -> None:
    """With an id that is never given twice."""
    op.create_table(
        name,
        sa.Column("id", BIG_INT, sa.Identity(), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("id", name=f"{name}_pkey"),
        *(
            sa.ForeignKeyConstraint(
                [column.name], [target], name=f"{name}_{column.name}_fkey"
            )
            for column in columns
            if (target := column.info.get("refers_to"))
        ),
        *constraints,
        sqlite_autoincrement=True,
    )


def reference(name: str, target: str) -> sa.Column[int]:
    return sa.Column(name, BIG_INT, nullable=False, info={"refers_to": target})


def moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def text(name: str, length: int | None = None) -> sa.Column[str]:
    kind = sa.String(length) if length else sa.Text()
    return sa.Column(name, kind, nullable=False)


def number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name="_".join((table, *columns, "key")))


def check(name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, op.f(name))


def create_partial_index(
    name: str, table: str, columns: list[Any], condition: str
) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, postgresql_where=where, sqlite_where=where)


def upgrade() -> None:
    create_accounts()
    create_blog()
    create_todos()


def create_accounts() -> None:
    create_table(
        "users",
        text("username", 30),
        text("email", 254),
        text("password", 255),
        text("bio", 500),
        text("role", 10),
        flag("is_active"),
        number("token_version"),
        moment("created_at"),
        constraints=[
            check("users_role_check", "role IN ('member', 'editor', 'admin')")
        ],
    )
    for column in ("username", "email"):
        lower = sa.text(f"lower({column})")
        op.create_index(f"users_{column}_lower_key", "users", [lower], unique=True)
    create_partial_index("users_admin_idx", "users", ["id"], "role = 'admin'")

    create_table(
        "refresh_tokens",
        reference("user_id", "users.id"),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        number("token_version"),
        text("token_hash", 64),
        moment("expires_at"),
        moment("used_at", nullable=True),
        moment("revoked_at", nullable=True),
        moment("created_at"),
        constraints=[unique("refresh_tokens", "token_hash")],
    )
    op.create_index("refresh_tokens_family_id_idx", "refresh_tokens", ["family_id"])

    create_table(
        "password_resets",
        reference("user_id", "users.id"),
        text("token_hash", 64),
        moment("expires_at"),
        moment("used_at", nullable=True),
        moment("created_at"),
        constraints=[unique("password_resets", "token_hash")],
    )
    create_table(
        "web_sessions",
        reference("user_id", "users.id"),
        text("token_hash", 64),
        number("token_version"),
        moment("created_at"),
        moment("expires_at"),
        constraints=[unique("web_sessions", "token_hash")],
    )
    for table in ("refresh_tokens", "password_resets", "web_sessions"):
        op.create_index(f"{table}_user_id_idx", table, ["user_id"])

    create_table(
        "follows",
        reference("follower_id", "users.id"),
        reference("followed_id", "users.id"),
        moment("created_at"),
        constraints=[
            unique("follows", "follower_id", "followed_id"),
            check("follows_not_self_check", "follower_id <> followed_id"),
        ],
    )
    op.create_index("follows_followed_id_idx", "follows", ["followed_id"])


def create_blog() -> None:
    create_table(
        "posts",
        reference("author_id", "users.id"),
        text("slug", 90),
        text("title", 200),
        text("body"),
        text("body_html"),
        text("excerpt", 201),
        text("status", 10),
        number("version"),
        moment("created_at"),
        moment("updated_at"),
        moment("published_at", nullable=True),
        constraints=[
            unique("posts", "slug"),
            check("posts_status_check", "status IN ('draft', 'published')"),
            check("posts_version_check", "version >= 1"),
        ],
    )
    newest_first = [sa.text("published_at DESC"), sa.text("id DESC")]
    op.create_index("posts_author_id_idx", "posts", ["author_id", *newest_first])
    create_partial_index(
        "posts_published_idx", "posts", newest_first, "status = 'published'"
    )
    create_partial_index(
        "posts_drafts_idx",
        "posts",
        ["author_id", sa.text("id DESC")],
        "status = 'draft'",
    )

    create_table("tags", text("name", 30), constraints=[unique("tags", "name")])
    create_table(
        "post_tags",
        reference("post_id", "posts.id"),
        reference("tag_id", "tags.id"),
        constraints=[unique("post_tags", "post_id", "tag_id")],
    )
    op.create_index("post_tags_tag_id_idx", "post_tags", ["tag_id", "post_id"])

    create_table(
        "comments",
        reference("post_id", "posts.id"),
        reference("author_id", "users.id"),
        text("body", 5000),
        moment("created_at"),
    )
    op.create_index("comments_post_id_idx", "comments", ["post_id", "id"])
    op.create_index("comments_author_id_idx", "comments", ["author_id"])

    create_table(
        "likes",
        reference("user_id", "users.id"),
        reference("post_id", "posts.id"),
        moment("created_at"),
        constraints=[unique("likes", "user_id", "post_id")],
    )
    op.create_index("likes_post_id_idx", "likes", ["post_id"])


def create_todos() -> None:
    create_table(
        "todos",
        reference("user_id", "users.id"),
        text("title", 200),
        text("notes"),
        flag("completed"),
        sa.Column("due_on", sa.Date(), nullable=True),
        number("position"),
        moment("created_at"),
        moment("updated_at"),
        moment("completed_at", nullable=True),
    )
    op.create_index("todos_position_idx", "todos", ["user_id", "position", "id"])


def downgrade() -> None:
    for table in (
        "todos",
        "likes",
        "comments",
        "post_tags",
        "tags",
        "posts",
        "follows",
        "web_sessions",
        "password_resets",
        "refresh_tokens",
        "users",
    ):
        op.drop_table(table)
