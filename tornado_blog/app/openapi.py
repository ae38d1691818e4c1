"""The OpenAPI document, made of the routes and of the marks of their methods."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from app.api import ApiHandler
from app.application import Blog
from app.problems import TITLES, Problem
from app.routing import MEDIA_TYPES, METHODS, Access, Operation, operation_of

Json = dict[str, Any]

REFERENCE = "#/components/schemas/{model}"
PHRASES = {200: "OK", 201: "Created", 202: "Accepted", 204: "No Content"}
BODY_PROBLEMS = {400, 413, 415, 422}
SECURITY: dict[Access, list[Json]] = {
    Access.UNASKED: [],
    Access.ANYBODY: [{}, {"bearerAuth": []}],
    Access.USER: [{"bearerAuth": []}],
    Access.ADMIN: [{"bearerAuth": []}],
}
BEARER = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "Entity tags that the caller holds, or `*`.",
    "schema": {"type": "string"},
}


@lru_cache(maxsize=1)
def build_document(app: Blog) -> Json:
    """Built when it is asked for first, and kept."""
    operations = list(_operations(app))
    models: list[tuple[type[BaseModel], JsonSchemaMode]] = [(Problem, "serialization")]
    paths: dict[str, Json] = {}
    for template, method, handler, operation in operations:
        described = _describe(method, handler, operation)
        paths.setdefault(template, {})[method.lower()] = described
        if operation.body:
            models.append((operation.body, "validation"))
        if operation.answers:
            models.append((operation.answers, "serialization"))
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


def _operations(app: Blog) -> Iterator[tuple[str, str, type[ApiHandler], Operation]]:
    for handler, template in app.templates.items():
        for method in METHODS:
            operation = operation_of(getattr(handler, method.lower()))
            if operation and operation.name:
                yield template, method, handler, operation


def _describe(method: str, handler: type[ApiHandler], operation: Operation) -> Json:
    name = operation.name or ""
    described: Json = {
        "operationId": name,
        "summary": name.replace("_", " ").capitalize(),
        "tags": [handler.__module__.split(".")[1]],
        "security": SECURITY[operation.access],
        "parameters": list(_parameters(handler, operation)),
        "responses": _responses(operation),
    }
    if operation.body:
        schema = _reference(operation.body)
        content = {media_type: {"schema": schema} for media_type in MEDIA_TYPES[method]}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _parameters(handler: type[ApiHandler], operation: Operation) -> Iterator[Json]:
    for name, part in handler.path_parts.items():
        schema = part.json_schema()
        yield {"name": name, "in": "path", "required": True, "schema": schema}
    if operation.query:
        described = operation.query.model_json_schema()
        for name, schema in described["properties"].items():
            required = name in described.get("required", ())
            yield {"name": name, "in": "query", "required": required, "schema": schema}
    if operation.cache:
        yield IF_NONE_MATCH


def _responses(operation: Operation) -> Json:
    answer: Json = {"description": PHRASES[operation.status]}
    if operation.answers:
        schema = _reference(operation.answers)
        answer["content"] = {"application/json": {"schema": schema}}
    responses = {str(operation.status): answer}
    if operation.cache:
        responses["304"] = {"description": "Not Modified"}
    problem = {"application/problem+json": {"schema": _reference(Problem)}}
    for status in sorted(_refusals(operation)):
        responses[str(status)] = {"description": TITLES[status], "content": problem}
    return responses


def _refusals(operation: Operation) -> set[int]:
    """What a method names itself, and what follows from the rest of its mark."""
    return {
        *operation.refuses,
        *(BODY_PROBLEMS if operation.body else ()),
        *((422,) if operation.query else ()),
        *(() if operation.access is Access.UNASKED else (401,)),
        *((403,) if operation.access is Access.ADMIN else ()),
    }


def _reference(model: type[BaseModel]) -> Json:
    return {"$ref": REFERENCE.format(model=_component(model))}


def _component(model: type[BaseModel]) -> str:
    """OpenAPI takes no brackets in the name of a component."""
    return model.__name__.replace("[", "_").replace("]", "_")
