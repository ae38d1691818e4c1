from django.urls import path

from common import paths  # noqa: F401 - registers the converters
from todos.api import TodoViewSet
from todos.views import (
    ClearCompletedView,
    EditTodoView,
    TodoDeletionView,
    TodoListView,
    ToggleView,
)

urlpatterns = [
    path(
        "todos",
        TodoViewSet.as_view(
            {
                "get": "list_todos",
                "post": "create_todo",
                "delete": "delete_completed_todos",
            }
        ),
    ),
    path(
        "todos/<id:todo_id>",
        TodoViewSet.as_view(
            {"get": "get_todo", "patch": "update_todo", "delete": "delete_todo"}
        ),
        name="todo",
    ),
]

pages = (
    [
        path("todos", TodoListView.as_view(), name="list"),
        path("todos/clear-completed", ClearCompletedView.as_view(), name="clear"),
        path("todos/<id:todo_id>", EditTodoView.as_view(), name="edit"),
        path("todos/<id:todo_id>/toggle", ToggleView.as_view(), name="toggle"),
        path("todos/<id:todo_id>/delete", TodoDeletionView.as_view(), name="delete"),
    ],
    "todos",
)
