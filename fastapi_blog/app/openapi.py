"""The OpenAPI document: FastAPI's own, corrected where it cannot know better."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.problems import TITLES, Problem

PROBLEM = {
    "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
}
BODY_PROBLEMS = (400, 413, 415, 422)
NOT_MODIFIED: dict[int | str, dict[str, Any]] = {304: {"description": "Not Modified"}}
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "Entity tags that the caller holds, or `*`.",
    "schema": {"type": "string"},
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For the `responses` of an operation."""
    return {s: {"description": TITLES[s], "content": PROBLEM} for s in statuses}


def build_document(app: FastAPI) -> dict[str, Any]:
    """Built when it is asked for first, and kept."""
    if app.openapi_schema:
        return app.openapi_schema
    document = get_openapi(
        title=app.title,
        version=app.version,
        openapi_version=app.openapi_version,
        description=app.description,
        routes=app.routes,
    )
    for path in document["paths"].values():
        for method, operation in path.items():
            _correct(method, operation)
    schemas = document["components"]["schemas"]
    for framework_schema in ("HTTPValidationError", "ValidationError"):
        schemas.pop(framework_schema, None)
    problem = Problem.model_json_schema(
        ref_template="#/components/schemas/{model}", mode="serialization"
    )
    schemas |= problem.pop("$defs") | {"Problem": problem}
    app.openapi_schema = document
    return document


def _correct(method: str, operation: dict[str, Any]) -> None:
    # Idiom: FastAPI documents its own 422 wherever there is a parameter.
    if "application/json" in operation["responses"].get("422", {}).get("content", {}):
        del operation["responses"]["422"]
    operation.setdefault("security", [])
    if "304" in operation["responses"]:
        operation["security"].insert(0, {})  # These go without a token, too.
        operation.setdefault("parameters", []).append(IF_NONE_MATCH)
    if method == "patch":
        content = operation["requestBody"]["content"]
        content["application/merge-patch+json"] = content["application/json"]
