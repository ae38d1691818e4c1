"""/api/v1/todos."""

from types import NoneType

from sanic import Blueprint

from app.auth import protected
from app.dependencies import reading, writing
from app.openapi import BODY_PROBLEMS, operation
from app.pagination import Page
from app.paths import link_created, link_next_page
from app.request import Request
from app.routing import Resource, validate_json, validate_query
from app.todos import services
from app.todos.schemas import CompletedTodos, NewTodo, Todo, TodoChanges, TodoQuery

todos = Blueprint("todos", url_prefix="/todos")


class TodoList(Resource, attach=todos, uri="", name="todos"):
    @operation("list_todos", Page[Todo], refuses=(401, 422))
    @protected
    @validate_query(TodoQuery)
    @reading
    async def get(self, request: Request, query: TodoQuery) -> Page[Todo]:
        caller = request.ctx.caller
        page = await services.list_todos(request.ctx.reader, caller, query)
        return link_next_page(request, page)

    @operation("create_todo", Todo, status=201, refuses=(*BODY_PROBLEMS, 401))
    @protected
    @validate_json(NewTodo)
    @writing
    async def post(self, request: Request, body: NewTodo) -> Todo:
        caller = request.ctx.caller
        todo = await services.create_todo(request.ctx.session, caller, body)
        link_created(request, "todos.todo", todo_id=todo.id)
        return todo

    @operation("delete_completed_todos", NoneType, status=204, refuses=(401, 422))
    @protected
    @validate_query(CompletedTodos)
    @writing
    async def delete(self, request: Request, _query: CompletedTodos) -> None:
        caller = request.ctx.caller
        await services.delete_completed_todos(request.ctx.session, caller)


class OneTodo(Resource, attach=todos, uri="/<todo_id:id>", name="todo"):
    @operation("get_todo", Todo, refuses=(401, 404))
    @protected
    @reading
    async def get(self, request: Request, todo_id: int) -> Todo:
        return await services.get_todo(request.ctx.reader, request.ctx.caller, todo_id)

    @operation("update_todo", Todo, refuses=(*BODY_PROBLEMS, 401, 404))
    @protected
    @validate_json(TodoChanges)
    @writing
    async def patch(self, request: Request, body: TodoChanges, todo_id: int) -> Todo:
        caller = request.ctx.caller
        return await services.update_todo(request.ctx.session, caller, todo_id, body)

    @operation("delete_todo", NoneType, status=204, refuses=(401, 404))
    @protected
    @writing
    async def delete(self, request: Request, todo_id: int) -> None:
        await services.delete_todo(request.ctx.session, request.ctx.caller, todo_id)
