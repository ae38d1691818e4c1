"""/api/v1/todos."""

from apiflask import APIBlueprint
from flask import url_for

from app.auth import auth, current_caller
from app.extensions import db
from app.openapi import BODY_PROBLEMS, NO_CONTENT, problems
from app.pagination import Page
from app.paths import Headers, link_next_page
from app.todos import services
from app.todos.schemas import CompletedTodos, NewTodo, Todo, TodoChanges, TodoQuery

todos = APIBlueprint("todos", __name__, url_prefix="/api/v1/todos", tag="todos")


@todos.get("")
@todos.auth_required(auth)
@todos.input(TodoQuery, location="query", arg_name="query")
@todos.output(Page[Todo])
@todos.doc(responses=problems(401, 422))
def list_todos(query: TodoQuery) -> tuple[Page[Todo], Headers]:
    with db.reading() as reader:
        page = services.list_todos(reader, current_caller(), query)
    return page, link_next_page(page.next_cursor)


@todos.post("")
@todos.auth_required(auth)
@todos.input(NewTodo, arg_name="body")
@todos.output(Todo, status_code=201)
@todos.doc(responses=problems(*BODY_PROBLEMS, 401))
def create_todo(body: NewTodo) -> tuple[Todo, Headers]:
    todo = services.create_todo(db.session(), current_caller(), body)
    db.session.commit()
    return todo, {"Location": url_for(".get_todo", todo_id=todo.id)}


@todos.delete("")
@todos.auth_required(auth)
@todos.input(CompletedTodos, location="query", arg_name="_query")
@todos.doc(responses=NO_CONTENT | problems(401, 422))
def delete_completed_todos(_query: CompletedTodos) -> tuple[str, int]:
    services.delete_completed_todos(db.session(), current_caller())
    db.session.commit()
    return "", 204


@todos.get("/<id:todo_id>")
@todos.auth_required(auth)
@todos.output(Todo)
@todos.doc(responses=problems(401, 404))
def get_todo(todo_id: int) -> Todo:
    with db.reading() as reader:
        return services.get_todo(reader, current_caller(), todo_id)


@todos.patch("/<id:todo_id>")
@todos.auth_required(auth)
@todos.input(TodoChanges, arg_name="body")
@todos.output(Todo)
@todos.doc(responses=problems(*BODY_PROBLEMS, 401, 404))
def update_todo(todo_id: int, body: TodoChanges) -> Todo:
    todo = services.update_todo(db.session(), current_caller(), todo_id, body)
    db.session.commit()
    return todo


@todos.delete("/<id:todo_id>")
@todos.auth_required(auth)
@todos.doc(responses=NO_CONTENT | problems(401, 404))
def delete_todo(todo_id: int) -> tuple[str, int]:
    services.delete_todo(db.session(), current_caller(), todo_id)
    db.session.commit()
    return "", 204
