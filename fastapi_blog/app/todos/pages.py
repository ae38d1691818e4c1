"""The page of to-dos, with a form for each of them."""

from typing import Annotated, Literal

from fastapi import Depends, Query, Response

from app.accounts.users import Caller
from app.database import Reader
from app.dependencies import DatabaseDep, Reading, Writing
from app.errors import Invalid
from app.forms import Typed
from app.pages import Page, PageDep, PageNumber, page_router
from app.paths import IdPath
from app.sessions import SignedIn
from app.todos import services
from app.todos.forms import NewTodoForm, TodoForm
from app.todos.schemas import TodoQuery

router = page_router()

QUERIES = {
    "all": TodoQuery(),
    "active": TodoQuery(completed="false"),
    "completed": TodoQuery(completed="true"),
}
Show = Annotated[Literal["all", "active", "completed"], Query()]


async def _show_again(typed: Typed) -> str:
    """The choice that the list had when the form was sent."""
    show = typed.get("show", "")
    return show if show in QUERIES else "all"


ShowAgain = Annotated[str, Depends(_show_again)]


@router.get("/todos")
async def list_todos(
    page: PageDep,
    caller: SignedIn,
    session: Reading,
    show: Show = "all",
    number: PageNumber = 1,
) -> Response:
    return await _todos_page(page, session, caller, show, number=number)


async def _todos_page(
    page: Page,
    reader: Reader,
    caller: Caller,
    show: str,
    *,
    number: int = 1,
    new: NewTodoForm | None = None,
    edited: tuple[int, TodoForm] | None = None,
    status: int = 200,
) -> Response:
    listing = await services.list_todos_page(reader, caller, QUERIES[show], number)
    forms = {todo.id: TodoForm.of(todo, show) for todo in listing.items}
    todos = {todo.id: todo for todo in listing.items}
    if edited:
        todo_id, form = edited
        # One from a later page comes last, or its form would be nowhere.
        if todo_id not in todos:
            todos[todo_id] = await services.get_todo(reader, caller, todo_id)
        forms[todo_id] = form
    return page.render(
        "todos/todos.html",
        status=status,
        listing=listing,
        kept="" if show == "all" else f"show={show}&",
        show=show,
        form=new or NewTodoForm({"show": show}),
        entries=[(todo, forms[todo_id]) for todo_id, todo in todos.items()],
    )


def _back(page: Page, show: str, message: str) -> Response:
    path = "/todos" if show == "all" else f"/todos?show={show}"
    return page.redirect(path, message)


@router.post("/todos")
async def create_todo(
    page: PageDep,
    form: Annotated[NewTodoForm, Depends()],
    show: ShowAgain,
    caller: SignedIn,
    database: DatabaseDep,
) -> Response:
    try:
        new = form.read()
    except Invalid as error:
        form.refuse(error)
        async with database.reading() as reader:
            return await _todos_page(page, reader, caller, show, new=form, status=422)
    async with database.writing() as session:
        await services.create_todo(session, caller, new)
    return _back(page, show, "Your to-do is added.")


@router.post("/todos/clear-completed")
async def delete_completed_todos(
    page: PageDep, show: ShowAgain, caller: SignedIn, session: Writing
) -> Response:
    await services.delete_completed_todos(session, caller)
    return _back(page, show, "The completed to-dos are deleted.")


@router.post("/todos/{todo_id}")
async def update_todo(
    page: PageDep,
    todo_id: IdPath,
    form: Annotated[TodoForm, Depends()],
    show: ShowAgain,
    caller: SignedIn,
    database: DatabaseDep,
) -> Response:
    try:
        changes = form.read()
    except Invalid as error:
        form.refuse(error)
        async with database.reading() as reader:
            return await _todos_page(
                page, reader, caller, show, edited=(todo_id, form), status=422
            )
    async with database.writing() as session:
        await services.update_todo(session, caller, todo_id, changes)
    return _back(page, show, "Your to-do is saved.")


@router.post("/todos/{todo_id}/toggle")
async def toggle_todo(
    page: PageDep, todo_id: IdPath, show: ShowAgain, caller: SignedIn, session: Writing
) -> Response:
    todo = await services.toggle_todo(session, caller, todo_id)
    state = "completed" if todo.completed else "open again"
    return _back(page, show, f"“{todo.title}” is {state}.")


@router.post("/todos/{todo_id}/delete")
async def delete_todo(
    page: PageDep, todo_id: IdPath, show: ShowAgain, caller: SignedIn, session: Writing
) -> Response:
    await services.delete_todo(session, caller, todo_id)
    return _back(page, show, "The to-do is deleted.")
