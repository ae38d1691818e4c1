"""The page of to-dos, with a form for each of them."""

from typing import Any

from sanic import Blueprint
from sanic.response import HTTPResponse

from app.dependencies import reading, writing
from app.errors import NotFound
from app.forms import Form
from app.pages import (
    FormView,
    PageView,
    page_number,
    parameter,
    redirect,
    render_page,
    validate_form,
)
from app.request import Request
from app.sessions import for_users
from app.todos import services
from app.todos.forms import NewTodoForm, TodoForm
from app.todos.schemas import NewTodo, TodoChanges, TodoQuery

pages = Blueprint("todo_pages")

QUERIES = {
    "all": TodoQuery(),
    "active": TodoQuery(completed="false"),
    "completed": TodoQuery(completed="true"),
}


def _show_again(request: Request) -> str:
    """The choice that the list had when the form was sent."""
    show = request.typed.get("show", "")
    return show if show in QUERIES else "all"


def _back(request: Request, message: str) -> HTTPResponse:
    show = _show_again(request)
    path = "/todos" if show == "all" else f"/todos?show={show}"
    return redirect(request, path, message)


class TodosPage(FormView):
    @reading
    async def show(self, request: Request, form: Form[Any]) -> HTTPResponse:
        return await _todos_page(request, form, _show_again(request))


async def _todos_page(
    request: Request, form: Form[Any], show: str, number: int = 1
) -> HTTPResponse:
    """The form is that for a new to-do, or one that was refused."""
    reader, caller = request.ctx.reader, request.ctx.caller
    listing = await services.list_todos_page(reader, caller, QUERIES[show], number)
    todos = {todo.id: todo for todo in listing.items}
    forms = {todo.id: TodoForm.of(todo, show) for todo in listing.items}
    new = form if isinstance(form, NewTodoForm) else NewTodoForm({"show": show})
    if isinstance(form, TodoForm):
        # One of a later page comes last, or its form would be nowhere.
        own = services.get_todo(reader, caller, form.todo_id)
        todos.setdefault(form.todo_id, await own)
        forms[form.todo_id] = form
    return await render_page(
        request,
        "todos/todos.html",
        status=form.status,
        listing=listing,
        kept="" if show == "all" else f"show={show}&",
        show=show,
        form=new,
        entries=[(todo, forms[todo_id]) for todo_id, todo in todos.items()],
    )


class TodoListView(TodosPage, attach=pages, uri="/todos", name="todos"):
    @for_users
    @reading
    async def get(self, request: Request) -> HTTPResponse:
        show, number = parameter(request, "show", "all"), page_number(request)
        if show not in QUERIES:
            raise NotFound
        return await _todos_page(request, NewTodoForm({"show": show}), show, number)

    @for_users
    @validate_form(NewTodoForm)
    @writing
    async def post(self, request: Request, body: NewTodo) -> HTTPResponse:
        await services.create_todo(request.ctx.session, request.ctx.caller, body)
        return _back(request, "Your to-do is added.")


class CompletedTodosView(
    PageView, attach=pages, uri="/todos/clear-completed", name="clear_completed"
):
    @for_users
    @writing
    async def post(self, request: Request) -> HTTPResponse:
        caller = request.ctx.caller
        await services.delete_completed_todos(request.ctx.session, caller)
        return _back(request, "The completed to-dos are deleted.")


class TodoView(TodosPage, attach=pages, uri="/todos/<todo_id:id>", name="todo"):
    @for_users
    @validate_form(TodoForm)
    @writing
    async def post(
        self, request: Request, body: TodoChanges, todo_id: int
    ) -> HTTPResponse:
        session, caller = request.ctx.session, request.ctx.caller
        await services.update_todo(session, caller, todo_id, body)
        return _back(request, "Your to-do is saved.")


class TodoToggleView(
    PageView, attach=pages, uri="/todos/<todo_id:id>/toggle", name="toggle"
):
    @for_users
    @writing
    async def post(self, request: Request, todo_id: int) -> HTTPResponse:
        session, caller = request.ctx.session, request.ctx.caller
        todo = await services.toggle_todo(session, caller, todo_id)
        state = "completed" if todo.completed else "open again"
        return _back(request, f"“{todo.title}” is {state}.")


class TodoDeletionView(
    PageView, attach=pages, uri="/todos/<todo_id:id>/delete", name="delete"
):
    @for_users
    @writing
    async def post(self, request: Request, todo_id: int) -> HTTPResponse:
        session, caller = request.ctx.session, request.ctx.caller
        await services.delete_todo(session, caller, todo_id)
        return _back(request, "The to-do is deleted.")
