"""The OpenAPI document: APIFlask's own, with what it cannot know."""

from collections.abc import Iterator
from typing import Any

from apiflask import APIFlask
from apiflask.types import ResponsesObjectType

from app.paths import template_of
from app.problems import TITLES, Problem

Json = dict[str, Any]
Responses = ResponsesObjectType

SETTINGS = {
    "SERVERS": [{"url": "/"}],
    # Each view names its refusals; those that APIFlask would add are no problems.
    "AUTO_404_RESPONSE": False,
    "AUTO_AUTH_ERROR_RESPONSE": False,
    "AUTO_VALIDATION_ERROR_RESPONSE": False,
}
PROBLEM = {
    "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
}
BODY_PROBLEMS = (400, 413, 415, 422)
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "Entity tags that the caller holds, or `*`.",
    "schema": {"type": "string"},
}
ACCEPTED: Responses = {"202": {"description": "Accepted"}}
NO_CONTENT: Responses = {"204": {"description": "No Content"}}
NOT_MODIFIED: Responses = {"304": {"description": "Not Modified"}}


def problems(*statuses: int) -> Responses:
    """For the `responses` of a view."""
    return {str(s): {"description": TITLES[s], "content": PROBLEM} for s in statuses}


def correct_document(app: APIFlask) -> None:
    app.config.from_mapping(SETTINGS)

    @app.spec_processor
    def correct(document: Any) -> Any:
        for name, method, operation in _operations(app, document):
            operation["operationId"] = name
            _correct(method, operation)
        problem = Problem.model_json_schema(
            ref_template="#/components/schemas/{model}", mode="serialization"
        )
        document["components"]["schemas"] |= problem.pop("$defs") | {"Problem": problem}
        return document


def _operations(app: APIFlask, document: Json) -> Iterator[tuple[str, str, Json]]:
    """Each with the name of its view and its method."""
    for rule in app.url_map.iter_rules():
        operations = document["paths"].get(template_of(rule.rule), {})
        for method in rule.methods or ():
            if operation := operations.get(method.lower()):
                yield rule.endpoint.rpartition(".")[2], method, operation


def _correct(method: str, operation: Json) -> None:
    # Idiom: APIFlask knows the converters of Werkzeug alone, one media type a body, and
    # neither an optional token nor a conditional request.
    for parameter in operation["parameters"]:
        if parameter["in"] == "path" and parameter["name"].endswith("_id"):
            parameter["schema"] = {"type": "integer"}
    operation.setdefault("security", [])
    if "304" in operation["responses"]:
        operation["parameters"].append(IF_NONE_MATCH)
        operation["security"].insert(0, {})
    if body := operation.get("requestBody"):
        body["required"] = True
    if body and method == "PATCH":
        content = body["content"]
        content["application/merge-patch+json"] = content["application/json"]
