"""The OpenAPI document, made of what the handlers are decorated with."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from types import NoneType
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema
from sanic.response import HTTPResponse
from sanic_routing.route import Route

from app.decorators import Arguments, Handler, Result, View, note
from app.paths import PARTS, template_of
from app.problems import TITLES, Problem
from app.request import MEDIA_TYPES, App, Request

Json = dict[str, Any]

REFERENCE = "#/components/schemas/{model}"
METHODS = ("get", "post", "put", "patch", "delete")
BODY_PROBLEMS = (400, 413, 415, 422)
SECURITY: dict[str | None, list[Json]] = {
    "required": [{"bearerAuth": []}],
    "optional": [{}, {"bearerAuth": []}],
    None: [],
}
BEARER = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "Entity tags that the caller holds, or `*`.",
    "schema": {"type": "string"},
}


class Bodiless(HTTPResponse):
    # Idiom: Sanic names a type, "None" at worst, for the body that is not there.
    @property
    def processed_headers(self) -> Iterator[tuple[bytes, bytes]]:
        fields = super().processed_headers
        return (field for field in fields if field[0].lower() != b"content-type")


@dataclass(frozen=True)
class Operation:
    name: str
    answers: type
    status: int
    refuses: Sequence[int]


# Idiom: sanic-ext writes OpenAPI 3.0 from decorators that only describe. These do what
# they describe, so the document cannot lag behind the code.
def operation(
    name: str, answers: type[Result], *, status: int = 200, refuses: Sequence[int] = ()
) -> Callable[
    [Handler[View, Arguments, Result]], Handler[View, Arguments, HTTPResponse]
]:
    """Answers with what the handler returns, a model or nothing."""

    def decorate(
        handler: Handler[View, Arguments, Result],
    ) -> Handler[View, Arguments, HTTPResponse]:
        @wraps(handler)
        async def handle(
            view: View,
            request: Request,
            /,
            *arguments: Arguments.args,
            **named: Arguments.kwargs,
        ) -> HTTPResponse:
            result = await handler(view, request, *arguments, **named)
            headers = request.ctx.headers
            if isinstance(result, BaseModel):
                body = result.model_dump_json()
                return HTTPResponse(body, status, headers, "application/json")
            return Bodiless(None, status, headers)

        return note(handle, operation=Operation(name, answers, status, refuses))

    return decorate


def build_document(app: App) -> Json:
    """Built when the application starts: by then all routes are known."""
    operations = list(_operations(app))
    paths: dict[str, Json] = {}
    for route, method, handler in operations:
        path = paths.setdefault(template_of(route), {})
        path[method] = _describe(route, method, handler)
    models: list[tuple[type[BaseModel], JsonSchemaMode]] = [(Problem, "serialization")]
    for _route, _method, handler in operations:
        if body := handler.get("json_model"):
            models.append((body, "validation"))
        if handler["operation"].answers is not NoneType:
            models.append((handler["operation"].answers, "serialization"))
    _references, definitions = models_json_schema(models, ref_template=REFERENCE)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Quintet blog API", "version": "0.1.0"},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": definitions["$defs"],
            "securitySchemes": {"bearerAuth": BEARER},
        },
    }


def _operations(app: App) -> Iterator[tuple[Route, str, Json]]:
    """Each with its method, and what was noted of its handler."""
    # Sanic keeps the routes of a blueprint in a set, so no two processes agree.
    for route in sorted(app.router.routes, key=template_of):
        view = getattr(route.handler, "view_class", None)
        for method in METHODS:
            facts = vars(getattr(view, method, None) or object)
            if "operation" in facts:
                yield route, method, dict(facts)


def _describe(route: Route, method: str, facts: Json) -> Json:
    op: Operation = facts["operation"]
    described: Json = {
        "operationId": op.name,
        "summary": op.name.replace("_", " ").capitalize(),
        "tags": [route.name.split(".")[1]],
        "security": SECURITY[facts.get("viewer")],
        "parameters": list(_parameters(route, facts)),
        "responses": _responses(op, facts),
    }
    if body := facts.get("json_model"):
        schema = {"schema": _reference(body)}
        content = dict.fromkeys(MEDIA_TYPES[method.upper()], schema)
        described["requestBody"] = {"required": True, "content": content}
    return described


def _parameters(route: Route, facts: Json) -> Iterator[Json]:
    for part in route.params.values():
        schema = PARTS[part.label]
        yield {"name": part.name, "in": "path", "required": True, "schema": schema}
    if model := facts.get("query_model"):
        schema = model.model_json_schema()
        for name, member in schema["properties"].items():
            required = name in schema.get("required", ())
            yield {"name": name, "in": "query", "required": required, "schema": member}
    if facts.get("is_conditional"):
        yield IF_NONE_MATCH


def _responses(op: Operation, facts: Json) -> Json:
    success: Json = {"description": HTTPStatus(op.status).phrase}
    if op.answers is not NoneType:
        success["content"] = {"application/json": {"schema": _reference(op.answers)}}
    responses = {str(op.status): success}
    if facts.get("is_conditional"):
        responses["304"] = {"description": "Not Modified"}
    problem = {"application/problem+json": {"schema": _reference(Problem)}}
    for status in op.refuses:
        responses[str(status)] = {"description": TITLES[status], "content": problem}
    return responses


def _reference(model: type) -> Json:
    """Pydantic's name of a model, without the brackets of a generic one."""
    name = model.__name__.replace("[", "_").replace("]", "_")
    return {"$ref": REFERENCE.format(model=name)}
