"""/api/v1/todos."""

from typing import ClassVar

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from common.openapi import BODY_PROBLEMS, DONE, problems
from common.pagination import ID, SIGNED_32_BIT, KeysetPagination
from common.views import ApiViewSet, created
from todos.models import Todo, TodoQuerySet
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

    def get_queryset(self) -> TodoQuerySet:
        """One's own alone: a to-do of somebody else is none."""
        return self.caller.todos.all()

    @extend_schema(
        parameters=[TodoQuerySerializer],
        responses={200: TodoSerializer(many=True), **problems(401, 422)},
    )
    def list_todos(self, request: Request) -> Response:
        query = self.get_query(TodoQuerySerializer)
        todos = self.get_queryset()
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
        todo = Todo.objects.create_todo(self.caller, **new)
        return created(TodoSerializer(todo), "todo", todo.pk)

    @extend_schema(
        parameters=[CompletedTodosSerializer], responses={**DONE, **problems(401, 422)}
    )
    def delete_completed_todos(self, request: Request) -> Response:
        self.get_query(CompletedTodosSerializer)
        self.get_queryset().delete_completed_todos()
        return Response(status=204)

    @extend_schema(responses={200: TodoSerializer, **problems(401, 404)})
    def get_todo(self, request: Request, todo_id: int) -> Response:
        todo = get_object_or_404(self.get_queryset(), pk=todo_id)
        return Response(TodoSerializer(todo).data)

    @extend_schema(
        request=TodoChangesSerializer,
        responses={200: TodoSerializer, **problems(*BODY_PROBLEMS, 401, 404)},
    )
    def update_todo(self, request: Request, todo_id: int) -> Response:
        changes = self.get_body(TodoChangesSerializer)
        with transaction.atomic():
            todo = get_object_or_404(self.get_queryset().held(), pk=todo_id)
            todo.change(**changes)
        return Response(TodoSerializer(todo).data)

    @extend_schema(responses={**DONE, **problems(401, 404)})
    def delete_todo(self, request: Request, todo_id: int) -> Response:
        with transaction.atomic():
            get_object_or_404(self.get_queryset().doomed(), pk=todo_id).delete()
        return Response(status=204)
