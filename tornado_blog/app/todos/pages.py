"""The page of to-dos, with a form for each of them."""

from typing import ClassVar

from tornado.routing import URLSpec

from app.errors import Invalid, NotFound
from app.pages import SignedInHandler
from app.paths import TODO_ID_PART, IdPath, PathParts
from app.todos import services
from app.todos.forms import NewTodoForm, TodoForm
from app.todos.schemas import TodoQuery

QUERIES = {
    "all": TodoQuery(),
    "active": TodoQuery(completed="false"),
    "completed": TodoQuery(completed="true"),
}


class _OnTodosPage(SignedInHandler):
    @property
    def show_again(self) -> str:
        """The choice that the list had when the form was sent."""
        show = self.typed.get("show", "")
        return show if show in QUERIES else "all"

    async def show(
        self,
        show: str,
        *,
        number: int = 1,
        new: NewTodoForm | None = None,
        edited: tuple[int, TodoForm] | None = None,
    ) -> None:
        caller = self.current_user
        async with self.database.reading() as reader:
            listing = await services.list_todos_page(
                reader, caller, QUERIES[show], number
            )
            forms = {todo.id: TodoForm.of(todo, show) for todo in listing.items}
            todos = {todo.id: todo for todo in listing.items}
            if edited:
                todo_id, form = edited
                # One from a later page comes too, or its form would be nowhere.
                todo = await services.get_todo(reader, caller, todo_id)
                todos.setdefault(todo_id, todo)
                forms[todo_id] = form
        if new or edited:
            self.set_status(422)
        self.render(
            "todos/todos.html",
            listing=listing,
            kept="" if show == "all" else f"show={show}&",
            show=show,
            new_form=new or NewTodoForm({"show": show}),
            entries=[(todo, forms[todo_id]) for todo_id, todo in todos.items()],
        )

    def go_back(self, message: str) -> None:
        show = self.show_again
        path = "/todos" if show == "all" else f"/todos?show={show}"
        self.see_other(path, message)


class TodosHandler(_OnTodosPage):
    async def get(self) -> None:
        show = self.query.get("show", "all")
        if show not in QUERIES:
            raise NotFound
        await self.show(show, number=self.page_number)

    async def post(self) -> None:
        form = NewTodoForm(self.typed)
        try:
            new = form.read()
        except Invalid as error:
            form.refuse(error)
            await self.show(self.show_again, new=form)
            return
        async with self.database.writing() as session:
            await services.create_todo(session, self.current_user, new)
        self.go_back("Your to-do is added.")


class CompletedTodosHandler(_OnTodosPage):
    async def post(self) -> None:
        async with self.database.writing() as session:
            await services.delete_completed_todos(session, self.current_user)
        self.go_back("The completed to-dos are deleted.")


class _OfTodo(_OnTodosPage):
    path_parts: ClassVar[PathParts] = {"todo_id": IdPath}


class TodoHandler(_OfTodo):
    async def post(self, todo_id: int) -> None:
        form = TodoForm(self.typed, todo_id)
        try:
            changes = form.read()
        except Invalid as error:
            form.refuse(error)
            await self.show(self.show_again, edited=(todo_id, form))
            return
        async with self.database.writing() as session:
            await services.update_todo(session, self.current_user, todo_id, changes)
        self.go_back("Your to-do is saved.")


class ToggleHandler(_OfTodo):
    async def post(self, todo_id: int) -> None:
        async with self.database.writing() as session:
            todo = await services.toggle_todo(session, self.current_user, todo_id)
        state = "completed" if todo.completed else "open again"
        self.go_back(f"“{todo.title}” is {state}.")


class DeletionHandler(_OfTodo):
    async def post(self, todo_id: int) -> None:
        async with self.database.writing() as session:
            await services.delete_todo(session, self.current_user, todo_id)
        self.go_back("The to-do is deleted.")


TODO = f"/todos/{TODO_ID_PART}"

routes = [
    URLSpec("/todos", TodosHandler),
    URLSpec("/todos/clear-completed", CompletedTodosHandler),
    URLSpec(TODO, TodoHandler),
    URLSpec(f"{TODO}/toggle", ToggleHandler),
    URLSpec(f"{TODO}/delete", DeletionHandler),
]
