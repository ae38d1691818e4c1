"""The document that a server sends of itself, compared with the shared one."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from quintet_conformance.helpers import expect
from quintet_conformance.openapi import METHODS, Document, Operation
from quintet_conformance.operations import Client
from quintet_conformance.site import Site

Json = Any

DOCUMENT = "/api/v1/openapi.json"
# Answers of the server rather than of an operation: a document may list them or not.
ANY_OPERATION = {"411", "500", "503"}
# OpenAPI has these header fields described elsewhere, if at all.
NOT_PARAMETERS = {"accept", "content-type", "authorization"}


@pytest.fixture(scope="module")
def answer(site: Site) -> httpx.Response:
    return site.anonymous().request("GET", DOCUMENT)


@pytest.fixture(scope="module")
def served(answer: httpx.Response) -> Document:
    """The server's own document."""
    return Document(expect(answer, 200))


@pytest.fixture(scope="module")
def shared(site: Site) -> Document:
    """The specification."""
    return site.connection.contract.document


def paths_of(document: Document) -> dict[str, Json]:
    """Give the path items by their complete paths."""
    servers = document.content.get("servers") or [{"url": ""}]
    prefix = servers[0]["url"].rstrip("/")
    return {prefix + path: item for path, item in document.content["paths"].items()}


def shape(document: Document, node: Json, above: tuple[int, ...] = ()) -> Json:
    """Reduce a schema to what is compared: types, members and which are needed.

    An enumeration of texts and a constant text are texts; null is one more type.
    """
    schema = document.resolve(node)
    if id(schema) in above:
        return "recursion"
    inner = (*above, id(schema))
    types: set[str] = set()
    parts: dict[str, Json] = {}
    for part in schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf", ()):
        found = shape(document, part, inner)
        types |= found["type"]
        parts |= {name: found[name] for name in found if name != "type"}
    types |= own_types(schema)
    if "properties" in schema:
        parts["members"] = {
            name: shape(document, member, inner)
            for name, member in schema["properties"].items()
        }
        parts["required"] = set(schema.get("required", ()))
    if "items" in schema:
        parts["items"] = shape(document, schema["items"], inner)
    return {"type": types, **parts}


def own_types(schema: Json) -> set[str]:
    declared = schema.get("type", [])
    types = {declared} if isinstance(declared, str) else set(declared)
    values = schema.get("enum", [schema["const"]] if "const" in schema else [])
    if not types and values and all(isinstance(value, str) for value in values):
        return {"string"}
    return types


def media_of(document: Document, content: Json) -> dict[str, Json]:
    return {
        name: shape(document, media.get("schema", {}))
        for name, media in content.items()
    }


def parameters_of(document: Document, item: Json, node: Json) -> dict[str, Json]:
    listed = [*item.get("parameters", ()), *node.get("parameters", ())]
    found = [document.resolve(parameter) for parameter in listed]
    return {
        f"{each['in']} {each['name'].lower()}": {
            "required": each.get("required", False),
            "type": shape(document, each.get("schema", {}))["type"],
        }
        for each in found
        if each["name"].lower() not in NOT_PARAMETERS
    }


def operation_of(document: Document, path: str, method: str) -> Json:
    """Reduce an operation to what is compared."""
    item = paths_of(document)[path]
    node = item[method.lower()]
    body = document.resolve(node.get("requestBody", {}))
    return {
        "operationId": node.get("operationId"),
        "parameters": parameters_of(document, item, node),
        "body": media_of(document, body.get("content", {})),
        "body required": bool(body) and body.get("required", False),
        "responses": {
            status: media_of(document, document.resolve(response).get("content", {}))
            for status, response in node["responses"].items()
            if status not in ANY_OPERATION
        },
    }


def differences(expected: Json, found: Json, place: str = "") -> Iterator[str]:
    """Say where two reduced documents differ, in words."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for name in sorted(expected.keys() | found.keys(), key=str):
            inner = f"{place} > {name}" if place else str(name)
            if name not in found:
                yield f"{inner}: is missing"
            elif name not in expected:
                yield f"{inner}: should not be there"
            else:
                yield from differences(expected[name], found[name], inner)
    elif expected != found:
        yield f"{place}: should be {shown(expected)}, is {shown(found)}"


def expect_equal(expected: Json, found: Json) -> None:
    __tracebackhide__ = True
    different = list(differences(expected, found))
    assert not different, "\n".join(["the documents differ:", *different])


def shown(value: Json) -> str:
    return ", ".join(sorted(map(str, value))) if isinstance(value, set) else repr(value)


@pytest.mark.requirement("OPS-04")
def test_the_document_is_openapi(answer: httpx.Response, served: Document) -> None:
    assert answer.headers["Content-Type"].startswith("application/")
    assert str(served.content["openapi"]).startswith("3.1")
    faults = [
        f"{'.'.join(map(str, fault.absolute_path))}: {fault.message[:200]}"
        for fault in OpenAPIV31SpecValidator(served.content).iter_errors()
    ]
    assert faults == []


@pytest.mark.requirement("OPS-04")
def test_the_document_lists_the_paths_and_methods(
    served: Document, shared: Document
) -> None:
    def listed(document: Document) -> dict[str, list[str]]:
        paths = paths_of(document)
        return {path: sorted(METHODS & paths[path].keys()) for path in paths}

    expect_equal(listed(shared), listed(served))


@pytest.mark.requirement("OPS-04")
def test_no_operation_is_documented_twice(served: Document) -> None:
    ids = [
        item[method].get("operationId")
        for item in paths_of(served).values()
        for method in (METHODS | {"head", "options", "trace"}) & item.keys()
    ]
    assert sorted(ids) == sorted(set(ids))


@pytest.mark.requirement("OPS-04")
def test_the_document_describes_the_operation(
    served: Document, shared: Document, any_operation: Operation
) -> None:
    where = (any_operation.path, any_operation.method)
    expect_equal(operation_of(shared, *where), operation_of(served, *where))


@pytest.mark.requirement("OPS-04")
def test_the_document_is_for_everybody(member: Client, instances: list[Client]) -> None:
    documents = {each.request("GET", DOCUMENT).content for each in instances}
    assert member.request("GET", DOCUMENT).content in documents
