from django.urls import path

from common import paths  # noqa: F401 - registers the converters
from todos.api import TodoViewSet

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
