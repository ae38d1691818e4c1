"""What to-dos look like on the wire."""

from datetime import date
from typing import Annotated, Literal

from pydantic import MISSING, AfterValidator, BaseModel, Field

from app.blog.schemas import Title
from app.pagination import Cursor, PageQuery, id_key, position_key
from app.validation import Day, RequestModel, ResponseModel, Text, Timestamp

Notes = Annotated[str, Text(max_length=5000, may_be_empty=True, lines=True)]
Position = Annotated[int, Field(ge=-(2**31), le=2**31 - 1)]


class NewTodo(RequestModel):
    title: Title
    notes: Notes = ""
    due_on: Day | None = None
    position: Position | MISSING = MISSING


class TodoChanges(RequestModel):
    title: Title | MISSING = MISSING
    notes: Notes | MISSING = MISSING
    completed: bool | MISSING = MISSING
    due_on: Day | MISSING | None = MISSING
    position: Position | MISSING = MISSING


TODOS_CURSOR = Cursor("list_todos", (position_key, id_key))


class TodoQuery(PageQuery):
    cursor: Annotated[str, AfterValidator(TODOS_CURSOR.check)] | MISSING = MISSING
    completed: Literal["true", "false"] | MISSING = MISSING


class CompletedTodos(BaseModel):
    """Must be asked for in words, so that nothing is deleted by mistake."""

    completed: Literal["true"]


class Todo(ResponseModel):
    id: int
    title: str
    notes: str
    completed: bool
    due_on: date | None
    position: int
    created_at: Timestamp
    updated_at: Timestamp
    completed_at: Timestamp | None
