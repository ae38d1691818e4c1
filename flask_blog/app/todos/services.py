"""To-dos: everything a user does with their own list, and nobody else's."""

from typing import Any

from pydantic import MISSING
from sqlalchemy import ColumnElement, bindparam, func, select
from sqlalchemy.orm import Session

from app.accounts.users import Caller, lock_caller
from app.database import Reader, delete_in_order, utc_now
from app.errors import NotFound
from app.pagination import Listing, NumberedPage, Page
from app.todos import models
from app.todos.schemas import TODOS_CURSOR, NewTodo, Todo, TodoChanges, TodoQuery

OWN = select(*models.Todo.__table__.columns).where(
    models.Todo.user_id == bindparam("user_id")
)
TODOS = Listing(TODOS_CURSOR, OWN, (models.Todo.position, models.Todo.id))
WITH_COMPLETED = models.Todo.completed == bindparam("completed")
ONE_TODO = OWN.where(models.Todo.id == bindparam("todo_id"))
LAST_POSITION = 2**31 - 1
TODOS_PER_PAGE = 50


def list_todos(reader: Reader, caller: Caller, query: TodoQuery) -> Page[Todo]:
    conditions, values = _filters_of(caller, query)
    rows, next_cursor = TODOS.fetch(reader, query, conditions, values)
    items = [Todo.model_validate(row) for row in rows]
    return Page[Todo](items=items, next_cursor=next_cursor)


def list_todos_page(
    reader: Reader, caller: Caller, query: TodoQuery, number: int
) -> NumberedPage[Todo]:
    conditions, values = _filters_of(caller, query)
    rows, last = TODOS.fetch_numbered(
        reader, number, TODOS_PER_PAGE, conditions, values
    )
    return NumberedPage([Todo.model_validate(row) for row in rows], number, last)


def _filters_of(
    caller: Caller, query: TodoQuery
) -> tuple[list[ColumnElement[bool]], dict[str, object]]:
    if query.completed is MISSING:
        return [], {"user_id": caller.id}
    completed = query.completed == "true"
    return [WITH_COMPLETED], {"user_id": caller.id, "completed": completed}


def create_todo(session: Session, caller: Caller, new: NewTodo) -> Todo:
    lock_caller(session, caller)  # so that two never take one position
    now = utc_now()
    todo = models.Todo(
        user_id=caller.id,
        title=new.title,
        notes=new.notes,
        completed=False,
        due_on=new.due_on,
        position=_position(session, caller, new),
        created_at=now,
        updated_at=now,
    )
    session.add(todo)
    session.flush()
    return Todo.model_validate(todo)


def _position(session: Session, caller: Caller, new: NewTodo) -> int:
    if new.position is not MISSING:
        return new.position
    largest = select(func.max(models.Todo.position)).where(
        models.Todo.user_id == caller.id
    )
    last = session.scalar(largest)
    return 0 if last is None else min(last + 1, LAST_POSITION)


def get_todo(reader: Reader, caller: Caller, todo_id: int) -> Todo:
    """Raises NotFound for another user's to-do as for none."""
    parameters = {"user_id": caller.id, "todo_id": todo_id}
    row = reader.execute(ONE_TODO, parameters).one_or_none()
    if row is None:
        raise NotFound
    return Todo.model_validate(row)


def _lock_todo(session: Session, caller: Caller, todo_id: int) -> models.Todo:
    own = (models.Todo.id == todo_id, models.Todo.user_id == caller.id)
    todo = session.scalar(select(models.Todo).where(*own).with_for_update())
    if todo is None:
        raise NotFound
    return todo


def update_todo(
    session: Session, caller: Caller, todo_id: int, changes: TodoChanges
) -> Todo:
    todo = _lock_todo(session, caller, todo_id)
    changed = _differences(todo, changes.model_dump())
    if changed:
        now = utc_now()
        for name, value in changed.items():
            setattr(todo, name, value)
        if "completed" in changed:
            todo.completed_at = now if todo.completed else None
        todo.updated_at = now
        session.flush()
    return Todo.model_validate(todo)


def toggle_todo(session: Session, caller: Caller, todo_id: int) -> Todo:
    """Under the lock, so that two who toggle at once undo each other."""
    todo = _lock_todo(session, caller, todo_id)
    changes = TodoChanges(completed=not todo.completed)
    return update_todo(session, caller, todo_id, changes)


def _differences(todo: models.Todo, given: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value for name, value in given.items() if getattr(todo, name) != value
    }


def delete_todo(session: Session, caller: Caller, todo_id: int) -> None:
    todo = _lock_todo(session, caller, todo_id)
    session.delete(todo)


def delete_completed_todos(session: Session, caller: Caller) -> None:
    own = models.Todo.user_id == caller.id
    delete_in_order(session, models.Todo, own, models.Todo.completed)


def delete_todos_of(session: Session, user_id: int) -> None:
    delete_in_order(session, models.Todo, models.Todo.user_id == user_id)
