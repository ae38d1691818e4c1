"""What the page of to-dos asks for."""

from typing import Any

from django import forms

from blog.serializers import TitleField
from common.fields import DayField
from common.forms import ApiTextField, DayInput, PageForm, Textarea, TextInput
from todos.models import Todo
from todos.serializers import NotesField


class DayTextField(ApiTextField):
    def read(self, typed: str) -> str | None:
        """A day that is left empty is none."""
        return typed or None


class TodoForm(PageForm):
    name = "todo"

    title = ApiTextField(TitleField(), label="Title", widget=TextInput())
    notes = ApiTextField(NotesField(), label="Notes", widget=Textarea(rows=2))
    due_on = DayTextField(DayField(allow_null=True), label="Due on", widget=DayInput())
    show = forms.Field(required=False, widget=forms.HiddenInput)

    @property
    def values(self) -> dict[str, Any]:
        """Of the to-do; `show` is about the list."""
        return {name: self.cleaned_data[name] for name in ("title", "notes", "due_on")}

    @classmethod
    def of(cls, todo: Todo, show: str) -> "TodoForm":
        """One of many on the page: its ids hold that of the to-do."""
        initial = {"title": todo.title, "notes": todo.notes, "due_on": todo.due_on}
        return cls(initial={**initial, "show": show}, auto_id=f"todo-{todo.pk}-%s")
