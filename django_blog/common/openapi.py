"""The OpenAPI document, made by drf-spectacular of the views and their serializers."""

from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from common.problems import STATUSES, TITLES
from common.views import OpenView

BODY_PROBLEMS = (400, 413, 415, 422)
IF_NONE_MATCH = OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER)
NOT_MODIFIED = {304: OpenApiResponse(description="Not Modified")}
DONE = {204: OpenApiResponse(description="No Content")}
ACCEPTED = {202: OpenApiResponse(description="Accepted")}


class FieldErrorSerializer(serializers.Serializer[Any]):
    field = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()


class ProblemSerializer(serializers.Serializer[Any]):
    """RFC 9457."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.ChoiceField(sorted(STATUSES))
    errors = FieldErrorSerializer(many=True, required=False)  # type: ignore[assignment]  # a member's name
    current_version = serializers.IntegerField(required=False)


def problems(*statuses: int) -> dict[tuple[int, str], OpenApiResponse]:
    """For the `responses` of an operation."""
    return {
        (status, "application/problem+json"): OpenApiResponse(
            ProblemSerializer, TITLES[status]
        )
        for status in statuses
    }


class OperationSchema(AutoSchema):
    def get_operation_id(self) -> str:
        """Operations go by the names of the specification in the views already."""
        return str(self.view.action)  # type: ignore[attr-defined]  # of a ViewSet

    def get_auth(self) -> Any:
        return sorted(super().get_auth(), key=bool)  # First that none is needed.

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation: Any = super().get_operation(*args, **kwargs)
        # Idiom: drf-spectacular offers one empty choice where no token is looked at.
        if operation and operation["security"] == [{}]:
            operation["security"] = []
        return operation

    def _get_request_body(self, direction: str = "request") -> Any:
        # Idiom: drf-spectacular asks for no body where each of its members is optional.
        body = super()._get_request_body(direction)  # type: ignore[no-untyped-call]  # has no types
        return {**body, "required": True} if body else body


class DocumentView(OpenView):
    def get(self, _request: Request) -> Response:
        return Response(_document())


@cache
def _document() -> Any:
    return SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]  # has no types
