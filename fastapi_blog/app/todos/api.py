"""/api/v1/todos."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from app.auth import CurrentCaller
from app.dependencies import Reading, Writing
from app.openapi import BODY_PROBLEMS, problems
from app.pagination import Page
from app.paths import IdPath, Links
from app.routing import Route
from app.todos import services
from app.todos.schemas import NewTodo, Todo, TodoChanges, TodoQuery

router = APIRouter(prefix="/api/v1/todos", tags=["todos"], route_class=Route)


@router.get("", responses=problems(401, 422))
async def list_todos(
    query: Annotated[TodoQuery, Query()],
    caller: CurrentCaller,
    session: Reading,
    links: Links,
) -> Page[Todo]:
    return links.next_page(await services.list_todos(session, caller, query))


@router.post("", status_code=201, responses=problems(*BODY_PROBLEMS, 401))
async def create_todo(
    body: NewTodo,
    caller: CurrentCaller,
    session: Writing,
    links: Links,
) -> Todo:
    todo = await services.create_todo(session, caller, body)
    links.created("get_todo", todo_id=todo.id)
    return todo


@router.delete("", status_code=204, responses=problems(401, 422))
async def delete_completed_todos(
    completed: Annotated[Literal["true"], Query()],  # noqa: ARG001 - must be given
    caller: CurrentCaller,
    session: Writing,
) -> None:
    """`completed=true` must be given, so that nothing is deleted by mistake."""
    await services.delete_completed_todos(session, caller)


@router.get("/{todo_id}", responses=problems(401, 404))
async def get_todo(todo_id: IdPath, caller: CurrentCaller, session: Reading) -> Todo:
    return await services.get_todo(session, caller, todo_id)


@router.patch("/{todo_id}", responses=problems(*BODY_PROBLEMS, 401, 404))
async def update_todo(
    todo_id: IdPath, body: TodoChanges, caller: CurrentCaller, session: Writing
) -> Todo:
    return await services.update_todo(session, caller, todo_id, body)


@router.delete("/{todo_id}", status_code=204, responses=problems(401, 404))
async def delete_todo(todo_id: IdPath, caller: CurrentCaller, session: Writing) -> None:
    await services.delete_todo(session, caller, todo_id)
