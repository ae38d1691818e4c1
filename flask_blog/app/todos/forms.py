"""What the page of to-dos asks for."""

from typing import Any

from wtforms import HiddenField, StringField, TextAreaField
from wtforms.widgets import DateInput

from app.forms import Model, PageForm
from app.todos.schemas import NewTodo, Todo, TodoChanges


class WritingForm(PageForm[Model]):
    """What the forms of a new and of an existing to-do have in common."""

    title = StringField("Title")
    notes = TextAreaField("Notes", render_kw={"rows": 2})
    # WTForms' own DateField would lose what is no day.
    due_on = StringField("Due on", widget=DateInput())
    show = HiddenField()

    def members(self) -> dict[str, object]:
        """A day that is left empty is none."""
        return {**super().members(), "due_on": self.due_on.data or None}


class NewTodoForm(WritingForm[NewTodo]):
    schema = NewTodo
    id_prefix = "todo"


class TodoForm(WritingForm[TodoChanges]):
    """One of many on the page: its ids hold that of the to-do."""

    schema = TodoChanges

    def __init__(self, todo_id: int, **values: Any) -> None:
        self.id_prefix = f"todo-{todo_id}"
        super().__init__(**values)

    @classmethod
    def of(cls, todo: Todo, show: str) -> "TodoForm":
        return cls(todo.id, formdata=None, obj=todo, show=show)
