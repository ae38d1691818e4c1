"""/api/v1/todos."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from common.database import find
from common.openapi import BODY_PROBLEMS, DONE, problems
from common.pagination import ID, SIGNED_32_BIT, KeysetPagination
from common.views import ApiViewSet, created
from todos import services
from todos.serializers import (
    TRUE,
    CompletedTodosSerializer,
    NewTodoSerializer,
    TodoChangesSerializer,
    TodoQuerySerializer,
    TodoSerializer,
)


class ByPosition(KeysetPagination):
    keys: ClassVar = {"position": SIGNED_32_BIT, "id": ID}


@extend_schema(tags=["todos"])
class TodoViewSet(ApiViewSet):
    pagination_class = ByPosition

    @extend_schema(
        parameters=[TodoQuerySerializer],
        responses={200: TodoSerializer(many=True), **problems(401, 422)},
    )
    def list_todos(self, request: Request) -> Response:
        query = self.get_query(TodoQuerySerializer)
        todos = self.caller.todos.all()
        if "completed" in query:
            todos = todos.filter(completed=query["completed"] == TRUE)
        rows = self.paginate_queryset(todos.values(*TodoSerializer.Meta.fields))
        return self.get_paginated_response(TodoSerializer(rows, many=True).data)

    @extend_schema(
        request=NewTodoSerializer,
        responses={201: TodoSerializer, **problems(*BODY_PROBLEMS, 401)},
    )
    def create_todo(self, request: Request) -> Response:
        new = self.get_body(NewTodoSerializer)
        todo = services.create_todo(self.caller, **new)
        return created(TodoSerializer(todo), "todo", todo.pk)

    @extend_schema(
        parameters=[CompletedTodosSerializer], responses={**DONE, **problems(401, 422)}
    )
    def delete_completed_todos(self, request: Request) -> Response:
        self.get_query(CompletedTodosSerializer)
        services.delete_completed_todos(self.caller)
        return Response(status=204)

    @extend_schema(responses={200: TodoSerializer, **problems(401, 404)})
    def get_todo(self, request: Request, todo_id: int) -> Response:
        todo = find(self.caller.todos.filter(pk=todo_id))
        return Response(TodoSerializer(todo).data)

    @extend_schema(
        request=TodoChangesSerializer,
        responses={200: TodoSerializer, **problems(*BODY_PROBLEMS, 401, 404)},
    )
    def update_todo(self, request: Request, todo_id: int) -> Response:
        changes = self.get_body(TodoChangesSerializer)
        todo = services.update_todo(self.caller, todo_id, **changes)
        return Response(TodoSerializer(todo).data)

    @extend_schema(responses={**DONE, **problems(401, 404)})
    def delete_todo(self, request: Request, todo_id: int) -> Response:
        services.delete_todo(self.caller, todo_id)
        return Response(status=204)
