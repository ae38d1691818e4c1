"""Each member of each body: of another type, absent, and beside unknown ones."""

import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import httpx
import pytest

from quintet_conformance.cases import cases
from quintet_conformance.helpers import expect, expect_errors, expect_problem
from quintet_conformance.openapi import Document, Operation

Json = Any
Send = Callable[..., httpx.Response]

# What a lenient reader would take for a value of each type, or stumble over.
WRONG: dict[str, list[Json]] = {
    "string": [1, True, None, ["a"]],
    "integer": ["1", 1.0, True, None],
    "boolean": ["true", 1, None],
    "array": ["a", {"0": "a"}, None],
}
ODD_NAMES = ["__class__", "Größe", "", "a.b", "\u0000", "\u202e", "n" * 5_000]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run for each member of each body, with each value of another type if asked to."""
    if {"member", "wrong"} <= set(metafunc.fixturenames):
        metafunc.parametrize(("operation", "member", "wrong"), list(wrong_values()))
    elif "needed" in metafunc.fixturenames:
        metafunc.parametrize(("operation", "needed"), list(needed_members()))


@cache
def bodies() -> list[tuple[Operation, dict[str, Json], list[str]]]:
    """List each operation with the members of its body and those that are needed."""
    document = Document.load(cases.directory.parent / "openapi.yaml")
    found = []
    for _, operation in sorted(document.operations.items()):
        node = document.content["paths"][operation.path][operation.method.lower()]
        if "requestBody" in node:
            content = node["requestBody"]["content"]["application/json"]
            schema = document.resolve(content["schema"])
            members = {
                name: wrong_of(document, member)
                for name, member in schema["properties"].items()
            }
            found.append((operation, members, schema.get("required", [])))
    return found


def wrong_of(document: Document, node: Json) -> list[Json]:
    """List values that are wrong for a member; one of two types may be null."""
    schema = document.resolve(node)
    if "anyOf" not in schema:
        return WRONG[schema["type"]]
    return [
        value for value in wrong_of(document, schema["anyOf"][0]) if value is not None
    ]


def wrong_values() -> Iterator[Any]:
    for operation, members, _ in bodies():
        for member, values in members.items():
            for value in values:
                rule = "TEXT-09" if value is None else "TEXT-08"
                yield pytest.param(
                    operation,
                    member,
                    value,
                    id=f"{operation.id}.{member}={json.dumps(value)}",
                    marks=pytest.mark.requirement(rule),
                )


def needed_members() -> Iterator[Any]:
    for operation, _, needed in bodies():
        for member in needed:
            yield pytest.param(operation, member, id=f"{operation.id}.{member}")


def faults(response: httpx.Response) -> dict[str, str]:
    """Read the faults by field, but for a reset token that is unknown to begin with."""
    problem = expect_problem(response, 422, "validation_error")
    found = {error["field"]: error["code"] for error in problem["errors"]}
    return {field: code for field, code in found.items() if code != "invalid"}


def test_a_value_of_another_type_is_refused(
    scene: Any, operation: Operation, member: str, wrong: Json
) -> None:
    body = {**scene.body(operation), member: wrong}
    if (operation.id, member) == ("update_account", "email"):
        body["current_password"] = scene.author.password
    assert faults(scene.send(operation, json=body)) == {member: "type"}


@pytest.mark.requirement("TEXT-11")
def test_a_member_that_is_needed_is_missed(
    scene: Any, operation: Operation, needed: str
) -> None:
    body = scene.body(operation)
    del body[needed]
    assert faults(scene.send(operation, json=body)) == {needed: "required"}


@pytest.mark.requirement("TEXT-11", "PROB-05")
def test_all_that_is_needed_is_missed_at_once(
    send: Send, writing_operation: Operation
) -> None:
    needed = {operation.id: names for operation, _, names in bodies()}
    response = send(writing_operation, json={})
    if needed[writing_operation.id]:
        expected = dict.fromkeys(needed[writing_operation.id], "required")
        assert faults(response) == expected
    else:
        expect(response, 200)


@pytest.mark.requirement("TEXT-10")
def test_a_member_that_is_not_known_is_refused(
    scene: Any, writing_operation: Operation
) -> None:
    body = {**scene.body(writing_operation), "surprise": "value"}
    assert faults(scene.send(writing_operation, json=body)) == {"surprise": "unknown"}


@pytest.mark.requirement("TEXT-10", "HTTP-15")
@pytest.mark.parametrize("name", ODD_NAMES, ids=ascii)
def test_a_member_of_an_odd_name_is_refused(scene: Any, name: str) -> None:
    response = scene.author.create_todo(json={"title": "Walk", name: "value"})
    assert list(faults(response).values()) == ["unknown"]


@pytest.mark.requirement("TEXT-10", "TEXT-09")
def test_an_unknown_null_is_refused_too(
    scene: Any, writing_operation: Operation
) -> None:
    body = {**scene.body(writing_operation), "surprise": None}
    assert faults(scene.send(writing_operation, json=body)) == {"surprise": "unknown"}


@pytest.mark.requirement("TEXT-10")
@pytest.mark.parametrize("name", ["Title", "TITLE", "title ", "tit\u0131e"])
def test_names_are_compared_exactly(scene: Any, name: str) -> None:
    response = scene.author.create_todo(json={"title": "Walk", name: "Run"})
    expect_errors(response, {name: "unknown"})


@pytest.mark.requirement("TEXT-09", "TEXT-12")
def test_null_is_taken_for_the_due_day(scene: Any) -> None:
    todo = expect(scene.author.create_todo(title="Walk", due_on="2026-12-24"), 201)
    changed = expect(scene.author.update_todo(todo["id"], due_on=None), 200)
    assert changed["due_on"] is None


@pytest.mark.requirement("TEXT-08")
@pytest.mark.parametrize("wrong", [5, True, None, ["a"], {"a": "b"}, 1.0], ids=repr)
def test_an_item_of_another_type_is_named(scene: Any, wrong: Json) -> None:
    body = {"title": "Walk", "body": "Home.", "tags": ["good", wrong]}
    expect_errors(scene.author.create_post(json=body), {"tags.1": "type"})
