"""The OpenAPI document as the client needs it: operations and what they may answer."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from jsonschema_rs import Draft202012Validator

METHODS = frozenset({"get", "put", "post", "delete", "patch"})
NOT_ALWAYS_POSSIBLE = "x-every-operation"

Json = Any


@dataclass(frozen=True)
class Header:
    """A documented response header."""

    name: str
    required: bool
    schema: dict[str, Json]


@dataclass(frozen=True)
class ResponseRule:
    """What the document says about one status of one operation."""

    headers: tuple[Header, ...]
    media_types: dict[str, dict[str, Json]]


@dataclass(frozen=True)
class Operation:
    """One operation, with the answers that are its own."""

    id: str
    method: str
    path: str
    responses: dict[int, ResponseRule]
    shared_responses: dict[int, ResponseRule] = field(default_factory=dict)

    @property
    def literal_parts(self) -> int:
        return sum(not part.startswith("{") for part in self.path.split("/"))

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(re.sub(r"\\\{[^/]+?\\\}", "[^/]+", re.escape(self.path)))

    def response(self, status: int) -> ResponseRule | None:
        return self.responses.get(status) or self.shared_responses.get(status)


class Document:
    """An OpenAPI 3.1 document whose references are all internal."""

    def __init__(self, content: dict[str, Json]) -> None:
        self.content = content
        self._validators: dict[int, Draft202012Validator] = {}

    @classmethod
    def load(cls, path: Path) -> "Document":
        return cls(yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader))

    @property
    def version(self) -> str:
        return str(self.content["info"]["version"])

    @cached_property
    def operations(self) -> dict[str, Operation]:
        return {operation.id: operation for operation in self._read_operations()}

    @cached_property
    def _most_literal_first(self) -> list[Operation]:
        return sorted(self.operations.values(), key=lambda each: -each.literal_parts)

    def find(self, method: str, path: str) -> Operation | None:
        """Find the operation of a request; HEAD belongs to the GET of its path."""
        wanted = "GET" if method == "HEAD" else method
        candidates = (
            each for each in self._most_literal_first if each.method == wanted
        )
        return next((each for each in candidates if each.pattern.fullmatch(path)), None)

    def resolve(self, node: Json) -> Json:
        """Follow references until the node itself is reached."""
        while isinstance(node, dict) and "$ref" in node:
            target: Json = self.content
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = target
        return node

    def validator(self, schema: dict[str, Json]) -> Draft202012Validator:
        if id(schema) not in self._validators:
            rooted = {**schema, "components": self.content.get("components", {})}
            self._validators[id(schema)] = Draft202012Validator(
                rooted, validate_formats=True
            )
        return self._validators[id(schema)]

    def property_order(self, schema: Json) -> dict[str, Json]:
        """Give an object schema's properties in the order of the document."""
        resolved = self.resolve(schema)
        ordered: dict[str, Json] = {}
        for part in resolved.get("allOf", ()):
            ordered |= self.property_order(part)
        ordered |= resolved.get("properties", {})
        return ordered

    def _read_operations(self) -> Iterator[Operation]:
        prefix = self.content.get("servers", [{"url": ""}])[0]["url"].rstrip("/")
        shared = self._read_responses(self.content.get(NOT_ALWAYS_POSSIBLE, {}))
        for path, item in self.content["paths"].items():
            for method in METHODS & item.keys():
                own = self._read_responses(item[method]["responses"])
                name = item[method]["operationId"]
                yield Operation(name, method.upper(), prefix + path, own, shared)

    def _read_responses(self, responses: dict[str, Json]) -> dict[int, ResponseRule]:
        return {
            int(status): self._read_response(self.resolve(node))
            for status, node in responses.items()
        }

    def _read_response(self, node: Json) -> ResponseRule:
        headers = (
            (name, self.resolve(header))
            for name, header in node.get("headers", {}).items()
        )
        return ResponseRule(
            headers=tuple(
                Header(name, header.get("required", False), header.get("schema", {}))
                for name, header in headers
            ),
            media_types={
                name: media.get("schema", {})
                for name, media in node.get("content", {}).items()
            },
        )
