"""A private to-do list for each user."""

from typing import Any, ClassVar

from django.db import models, transaction
from django.db.models import CASCADE, Index, Max
from django.utils import timezone

from accounts.models import User
from common.database import LockingQuerySet

LAST_POSITION = 2**31 - 1


class TodoQuerySet(LockingQuerySet["Todo"]):
    @transaction.atomic
    def create_todo(
        self, user: User, *, position: int | None = None, **values: Any
    ) -> "Todo":
        """At the end of the user's list unless there is a position."""
        User.objects.lock(user)  # so that two never take one position
        if position is None:
            position = self.filter(user=user).next_position()
        now = timezone.now()
        times = {"created_at": now, "updated_at": now}
        return self.create(user=user, position=position, **times, **values)

    def next_position(self) -> int:
        last = self.aggregate(last=Max("position"))["last"]
        return 0 if last is None else min(last + 1, LAST_POSITION)

    @transaction.atomic
    def delete_completed_todos(self) -> None:
        completed = self.filter(completed=True)
        completed.doom()
        completed.delete()


class Todo(models.Model):
    user = models.ForeignKey(User, CASCADE, related_name="todos", db_index=False)
    title = models.CharField(max_length=200)
    notes = models.TextField(blank=True, default="")
    completed = models.BooleanField(default=False)
    due_on = models.DateField(null=True)
    position = models.IntegerField()
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    completed_at = models.DateTimeField(null=True)

    objects = TodoQuerySet.as_manager()

    class Meta:
        db_table = "todos"
        indexes: ClassVar = [
            Index(fields=["user", "position", "id"], name="todos_position_idx")
        ]

    def __str__(self) -> str:
        return self.title

    def change(self, **values: Any) -> None:
        """Saves what differs; a PATCH after which all is as before leaves no trace."""
        changed = {n: value for n, value in values.items() if getattr(self, n) != value}
        if not changed:
            return
        for name, value in changed.items():
            setattr(self, name, value)
        self.updated_at = timezone.now()
        if "completed" in changed:
            self.completed_at = self.updated_at if self.completed else None
        self.save()
