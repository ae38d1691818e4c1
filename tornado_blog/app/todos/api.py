"""/api/v1/todos."""

from typing import ClassVar

from tornado.routing import URLSpec

from app.api import ApiHandler
from app.pagination import Page
from app.paths import TODO_ID_PART, IdPath, PathParts
from app.routing import operation
from app.todos import services
from app.todos.schemas import CompletedTodos, NewTodo, Todo, TodoChanges, TodoQuery


class TodosHandler(ApiHandler):
    @operation("list_todos", Page[Todo])
    async def get(self, query: TodoQuery) -> None:
        async with self.database.reading() as reader:
            page = await services.list_todos(reader, self.current_user, query)
        self.write_page(page)

    @operation("create_todo", Todo, status=201)
    async def post(self, body: NewTodo) -> None:
        async with self.database.writing() as session:
            todo = await services.create_todo(session, self.current_user, body)
        self.set_header("Location", self.reverse_url("todo", todo.id))
        self.write(todo)

    @operation("delete_completed_todos")
    async def delete(self, query: CompletedTodos) -> None:  # noqa: ARG002 - must be given
        async with self.database.writing() as session:
            await services.delete_completed_todos(session, self.current_user)


class TodoHandler(ApiHandler):
    path_parts: ClassVar[PathParts] = {"todo_id": IdPath}

    @operation("get_todo", Todo, refuses=(404,))
    async def get(self, todo_id: int) -> None:
        async with self.database.reading() as reader:
            todo = await services.get_todo(reader, self.current_user, todo_id)
        self.write(todo)

    @operation("update_todo", Todo, refuses=(404,))
    async def patch(self, todo_id: int, body: TodoChanges) -> None:
        async with self.database.writing() as session:
            todo = await services.update_todo(session, self.current_user, todo_id, body)
        self.write(todo)

    @operation("delete_todo", refuses=(404,))
    async def delete(self, todo_id: int) -> None:
        async with self.database.writing() as session:
            await services.delete_todo(session, self.current_user, todo_id)


routes = [
    URLSpec("/api/v1/todos", TodosHandler, name="todos"),
    URLSpec(f"/api/v1/todos/{TODO_ID_PART}", TodoHandler, name="todo"),
]
