"""The page of to-dos, with a form for each of them."""

from flask import Blueprint, Response, flash, request, url_for
from flask_login import login_required

from app.errors import NotFound
from app.extensions import db
from app.pages import page_number, parameter, render, see_other
from app.sessions import signed_in
from app.todos import services
from app.todos.forms import NewTodoForm, TodoForm
from app.todos.schemas import TodoQuery

pages = Blueprint("todo_pages", __name__, url_prefix="/todos")

QUERIES = {
    "all": TodoQuery(),
    "active": TodoQuery(completed="false"),
    "completed": TodoQuery(completed="true"),
}


@pages.get("")
@login_required
def list_todos() -> Response:
    show = parameter("show", "all")
    if show not in QUERIES:
        raise NotFound
    return _todos_page(show, number=page_number())


def _todos_page(
    show: str,
    *,
    number: int = 1,
    new: NewTodoForm | None = None,
    edited: tuple[int, TodoForm] | None = None,
) -> Response:
    """One of the forms may be one that was refused."""
    caller = signed_in()
    with db.reading() as reader:
        listing = services.list_todos_page(reader, caller, QUERIES[show], number)
        todos = {todo.id: todo for todo in listing.items}
        if edited and edited[0] not in todos:
            # One from a later page comes last, or its form would be nowhere.
            todos[edited[0]] = services.get_todo(reader, caller, edited[0])
    forms = {todo_id: TodoForm.of(todo, show) for todo_id, todo in todos.items()}
    forms |= {edited[0]: edited[1]} if edited else {}
    refused = edited[1] if edited else new
    return render(
        "todos/todos.html",
        status=refused.http_status if refused else 200,
        listing=listing,
        kept="" if show == "all" else f"show={show}&",
        show=show,
        form=new or NewTodoForm(formdata=None, show=show),
        entries=[(todo, forms[todo_id]) for todo_id, todo in todos.items()],
    )


def _show_again() -> str:
    """The choice that the list had when the form was sent."""
    show = request.form.get("show", "")
    return show if show in QUERIES else "all"


def _back() -> Response:
    show = _show_again()
    kept = None if show == "all" else show
    return see_other(url_for(".list_todos", show=kept))


@pages.post("")
@login_required
def create_todo() -> Response:
    form = NewTodoForm()
    if not form.validate():
        return _todos_page(_show_again(), new=form)
    services.create_todo(db.session(), signed_in(), form.values)
    db.session.commit()
    flash("Your to-do is added.")
    return _back()


@pages.post("/clear-completed")
@login_required
def delete_completed_todos() -> Response:
    services.delete_completed_todos(db.session(), signed_in())
    db.session.commit()
    flash("The completed to-dos are deleted.")
    return _back()


@pages.post("/<id:todo_id>")
@login_required
def update_todo(todo_id: int) -> Response:
    form = TodoForm(todo_id)
    if not form.validate():
        return _todos_page(_show_again(), edited=(todo_id, form))
    services.update_todo(db.session(), signed_in(), todo_id, form.values)
    db.session.commit()
    flash("Your to-do is saved.")
    return _back()


@pages.post("/<id:todo_id>/toggle")
@login_required
def toggle_todo(todo_id: int) -> Response:
    todo = services.toggle_todo(db.session(), signed_in(), todo_id)
    db.session.commit()
    state = "completed" if todo.completed else "open again"
    flash(f"“{todo.title}” is {state}.")
    return _back()


@pages.post("/<id:todo_id>/delete")
@login_required
def delete_todo(todo_id: int) -> Response:
    services.delete_todo(db.session(), signed_in(), todo_id)
    db.session.commit()
    flash("The to-do is deleted.")
    return _back()
