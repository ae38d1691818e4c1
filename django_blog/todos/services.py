"""To-dos: everything a user does with their own list, and nobody else's."""

from typing import Any

from django.db import transaction

from accounts.models import User
from common.database import find
from todos.models import Todo


@transaction.atomic
def create_todo(user: User, *, position: int | None = None, **values: Any) -> Todo:
    User.objects.lock(user)  # so that two never take one position
    if position is None:
        position = user.todos.next_position()
    todo = Todo(user=user, position=position, **values)
    todo.updated_at = todo.created_at
    todo.save()
    return todo


@transaction.atomic
def update_todo(user: User, todo_id: int, **changes: Any) -> Todo:
    todo = find(user.todos.held().filter(pk=todo_id))
    todo.change(**changes)
    return todo


@transaction.atomic
def delete_todo(user: User, todo_id: int) -> None:
    find(user.todos.doomed().filter(pk=todo_id)).delete()


@transaction.atomic
def delete_completed_todos(user: User) -> None:
    completed = user.todos.filter(completed=True)
    completed.doom()
    completed.delete()
