"""The page of to-dos, with a form for each of them."""

from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import reverse

from common.database import find
from common.pages import NumberedListView, RefusingMixin, SignedIn, done
from todos.forms import TodoForm
from todos.models import Todo, TodoQuerySet

SHOWN: dict[str, dict[str, bool]] = {
    "all": {},
    "active": {"completed": False},
    "completed": {"completed": True},
}


class TodosMixin(SignedIn):
    """One's own alone: a to-do of somebody else is none."""

    @property
    def todos(self) -> TodoQuerySet:
        return self.caller.todos.all()

    @property
    def show(self) -> str:
        """The choice that the list had when a form was sent."""
        show = self.request.POST.get("show", "")
        return show if show in SHOWN else "all"

    def done(self, message: str) -> HttpResponse:
        kept = f"?show={self.show}" if self.show != "all" else ""
        return done(self.request, message, reverse("todos:list") + kept)


class TodoPage(TodosMixin, RefusingMixin, NumberedListView):
    template_name = "todos/todos.html"
    paginate_by = 50
    ordering = ("position", "pk")

    def get_queryset(self) -> TodoQuerySet:
        return self.todos.filter(**SHOWN[self.show]).order_by(*self.ordering)

    def get_context_data(
        self, edited: tuple[Todo, TodoForm] | None = None, **context: Any
    ) -> dict[str, Any]:
        show = self.show
        kept = QueryDict("" if show == "all" else f"show={show}")
        frame = {"show": show, "kept": kept, "form": TodoForm(initial={"show": show})}
        context = super().get_context_data(**{**frame, **context})
        forms = {todo: TodoForm.of(todo, show) for todo in context["page_obj"]}
        if edited:
            # One from a later page comes last, or its form would be nowhere.
            todo, form = edited
            forms[todo] = form
        return context | {"entries": list(forms.items())}

    def refused(self, **context: Any) -> HttpResponse:
        self.object_list = self.get_queryset()
        return super().refused(**context)


class TodoListView(TodoPage):
    @property
    def show(self) -> str:
        if self.request.method == "POST":
            return super().show
        show = self.request.GET.get("show", "all")
        if show not in SHOWN:
            raise Http404
        return show

    def post(self, request: HttpRequest) -> HttpResponse:
        form = TodoForm(request.POST)
        if not form.is_valid():
            return self.refused(form=form)
        Todo.objects.create_todo(self.caller, **form.values)
        return self.done("Your to-do is added.")


class EditTodoView(TodoPage):
    http_method_names = ("post", "options")

    def post(self, request: HttpRequest, todo_id: int) -> HttpResponse:
        form = TodoForm(request.POST, auto_id=f"todo-{todo_id}-%s")
        if not form.is_valid():
            return self.refused(edited=(find(self.todos.filter(pk=todo_id)), form))
        with transaction.atomic():
            find(self.todos.held().filter(pk=todo_id)).change(**form.values)
        return self.done("Your to-do is saved.")


class ToggleView(TodosMixin):
    @transaction.atomic
    def post(self, request: HttpRequest, todo_id: int) -> HttpResponse:
        todo = find(self.todos.held().filter(pk=todo_id))
        todo.change(completed=not todo.completed)
        state = "completed" if todo.completed else "open again"
        return self.done(f"“{todo.title}” is {state}.")


class TodoDeletionView(TodosMixin):
    @transaction.atomic
    def post(self, request: HttpRequest, todo_id: int) -> HttpResponse:
        find(self.todos.doomed().filter(pk=todo_id)).delete()
        return self.done("The to-do is deleted.")


class ClearCompletedView(TodosMixin):
    def post(self, request: HttpRequest) -> HttpResponse:
        self.todos.delete_completed_todos()
        return self.done("The completed to-dos are deleted.")
