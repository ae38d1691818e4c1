"""Whether the specification is sound in itself and covered by the tests."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jsonschema_rs import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from quintet_conformance.coverage import Recording, gaps
from quintet_conformance.openapi import Document
from quintet_conformance.requirements import SpecificationError, load_requirements

Json = Any
SCHEMA = ".schema.json"


def faults_of_files(spec: Path) -> Iterator[str]:
    """Validate the OpenAPI document, the JSON data, the pages of requirements."""
    document = Document.load(spec / "openapi.yaml")
    for fault in OpenAPIV31SpecValidator(document.content).iter_errors():
        place = "/".join(map(str, fault.absolute_path))
        yield f"openapi.yaml {place}: {fault.message}"
    yield from _open_objects(document)
    for path in sorted(spec.rglob("*.json")):
        yield from (f"{path.relative_to(spec)} {fault}" for fault in _faults_of(path))
    try:
        load_requirements(spec / "requirements")
    except SpecificationError as error:
        yield f"requirements: {error}"


def faults_of_coverage(spec: Path, runs: list[Json]) -> list[str]:
    """List what no test of these runs has shown."""
    document = Document.load(spec / "openapi.yaml")
    requirements = load_requirements(spec / "requirements").values()
    return list(gaps(document, requirements, Recording.of(runs)))


def _open_objects(document: Document) -> Iterator[str]:
    """Find object schemas that would let unknown members through."""
    for name, schema in document.content["components"]["schemas"].items():
        is_closed = (
            schema.get("additionalProperties") is False
            or schema.get("unevaluatedProperties") is False
        )
        if schema.get("type") == "object" and not is_closed:
            yield f"openapi.yaml: the schema {name} is open"


def _faults_of(path: Path) -> Iterator[str]:
    content = _read(path)
    if path.name.endswith(SCHEMA):
        Draft202012Validator(content)
        return
    schema_path = _schema_of(path)
    if schema_path is None:
        yield "has no schema"
        return
    schema = _read(schema_path)
    yield from _mismatches(schema, content)
    if path.stem in schema.get("$defs", {}):
        yield from _faults_of_cases(schema, path.stem, content["cases"])


def _faults_of_cases(schema: Json, kind: str, cases: list[Json]) -> Iterator[str]:
    """Hold each case against the definition of its file; ids are unique."""
    definition = {"$ref": f"#/$defs/{kind}", "$defs": schema["$defs"]}
    for case in cases:
        for fault in _mismatches(definition, case):
            yield f"{case['id']}: {fault}"
    for name, count in Counter(case["id"] for case in cases).items():
        if count > 1:
            yield f"{name} is there {count} times"


def _mismatches(schema: Json, content: Json) -> Iterator[str]:
    for error in Draft202012Validator(schema).iter_errors(content):
        place = ".".join(map(str, error.instance_path)) or "(all)"
        yield f"{place}: {error.message}"


def _schema_of(path: Path) -> Path | None:
    """Give the schema named like the file, else the one named like its folder."""
    own = path.with_name(f"{path.stem}{SCHEMA}")
    shared = path.parent.with_name(f"{path.parent.name}{SCHEMA}")
    return next((each for each in (own, shared) if each.exists()), None)


def _read(path: Path) -> Json:
    return json.loads(path.read_text(encoding="utf-8"))
