"""A private to-do list for each user."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.database import NEVER_REUSE_IDS, Base, Id


class Todo(Base):
    __tablename__ = "todos"

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    title: Mapped[str] = mapped_column(String(200))
    notes: Mapped[str] = mapped_column(Text)
    completed: Mapped[bool]
    due_on: Mapped[date | None]
    position: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]

    __table_args__ = (
        Index("todos_position_idx", "user_id", "position", "id"),
        NEVER_REUSE_IDS,
    )
