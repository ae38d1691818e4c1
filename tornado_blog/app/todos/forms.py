"""What the page of to-dos asks for."""

from app.forms import Control, Form, Typed
from app.todos.schemas import NewTodo, Todo, TodoChanges

CONTROLS = (
    Control("title", "Title"),
    Control("notes", "Notes", kind="textarea", rows=2),
    Control("due_on", "Due on", kind="date"),
    Control("show", kind="hidden"),
)


class NewTodoForm(Form[NewTodo]):
    schema = NewTodo
    prefix = "todo"
    controls = CONTROLS

    def members(self) -> dict[str, object]:
        return _members(self.typed)


class TodoForm(Form[TodoChanges]):
    """One of many on the page: its ids hold that of the to-do."""

    schema = TodoChanges
    controls = CONTROLS

    def __init__(self, typed: Typed, todo_id: int) -> None:
        self.prefix = f"todo-{todo_id}"
        super().__init__(typed)

    @classmethod
    def of(cls, todo: Todo, show: str) -> "TodoForm":
        due_on = todo.due_on.isoformat() if todo.due_on else ""
        values = {"title": todo.title, "notes": todo.notes, "due_on": due_on}
        return cls({**values, "show": show}, todo.id)

    def members(self) -> dict[str, object]:
        return _members(self.typed)


def _members(typed: Typed) -> dict[str, object]:
    """Not the position; and a day that is left empty is none."""
    return {
        "title": typed.get("title", ""),
        "notes": typed.get("notes", ""),
        "due_on": typed.get("due_on") or None,
    }
