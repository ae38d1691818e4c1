"""The media types that operations with a body take, and what others ignore."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from quintet_conformance.cases import cases
from quintet_conformance.helpers import expect, expect_problem
from quintet_conformance.openapi import Operation
from quintet_conformance.operations import Client

Json = Any
Send = Callable[..., httpx.Response]

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
# What every operation with a body refuses; the cases go into detail for two of them.
REFUSED = {
    "none": {"Content-Type": None},
    "form": {"Content-Type": "application/x-www-form-urlencoded"},
}
ACCEPT = [
    "text/html",
    "application/xml;q=0.9",
    "application/vnd.api+json",
    "application/json;version=2",
    "*/*;q=0",
    "nonsense",
    "",
]


def of(operation: str, *, accepted: bool) -> list[Any]:
    return [
        param
        for param in cases("media_types")
        if param.values[0]["operation"] == operation
        and param.values[0].get("accepted", False) is accepted
    ]


def fields_of(case: Json) -> dict[str, str | None]:
    return {
        "Content-Type": case["content_type"],
        "Content-Encoding": case.get("content_encoding"),
    }


@pytest.fixture(scope="module")
def todo(scene: Any) -> Json:
    """A to-do of the scene's author that only refused requests reach."""
    return expect(scene.author.create_todo(title="Read"), 201)


@pytest.mark.requirement("HTTP-03")
@pytest.mark.parametrize("case", of("create_todo", accepted=True))
def test_a_new_thing_is_taken_as_json(scene: Any, case: Json) -> None:
    response = scene.author.create_todo(title="Größe", headers=fields_of(case))
    assert expect(response, 201)["title"] == "Größe"


@pytest.mark.requirement("HTTP-03")
@pytest.mark.parametrize("case", of("update_todo", accepted=True))
def test_a_change_is_taken_as_json_or_merge_patch(scene: Any, case: Json) -> None:
    todo = expect(scene.author.create_todo(title="Read"), 201)
    headers = fields_of(case)
    response = scene.author.update_todo(todo["id"], title="Größe", headers=headers)
    assert expect(response, 200)["title"] == "Größe"


@pytest.mark.requirement("HTTP-04", "HTTP-24")
@pytest.mark.parametrize("case", of("create_todo", accepted=False))
def test_a_new_thing_of_another_type_is_refused(scene: Any, case: Json) -> None:
    response = scene.other.create_todo(title="Walk", headers=fields_of(case))
    expect_problem(response, 415, "unsupported_media_type")
    assert expect(scene.other.list_todos(), 200)["items"] == []


@pytest.mark.requirement("HTTP-04", "HTTP-05", "HTTP-24")
@pytest.mark.parametrize("case", of("update_todo", accepted=False))
def test_a_change_of_another_type_is_refused(
    scene: Any, todo: Json, case: Json
) -> None:
    headers = fields_of(case)
    response = scene.author.update_todo(todo["id"], title="Walk", headers=headers)
    expect_problem(response, 415, "unsupported_media_type")
    assert expect(scene.author.get_todo(todo["id"]), 200) == todo


@pytest.mark.requirement("HTTP-04")
@pytest.mark.parametrize("headers", REFUSED.values(), ids=REFUSED)
def test_every_operation_refuses_another_type(
    send: Send, writing_operation: Operation, headers: dict[str, str | None]
) -> None:
    response = send(writing_operation, headers=headers)
    expect_problem(response, 415, "unsupported_media_type")


@pytest.mark.requirement("HTTP-04")
def test_the_type_is_looked_at_before_the_body(
    send: Send, patching_operation: Operation
) -> None:
    headers = {"Content-Type": "text/plain"}
    response = send(patching_operation, content=b"{", headers=headers)
    expect_problem(response, 415, "unsupported_media_type")


@pytest.mark.requirement("HTTP-03")
def test_every_change_is_taken_as_merge_patch(
    send: Send, patching_operation: Operation
) -> None:
    headers = {"Content-Type": MERGE_PATCH}
    expect(send(patching_operation, headers=headers), 200)


@pytest.mark.requirement("HTTP-05")
@pytest.mark.parametrize(
    "media_type", [None, "text/plain", "application/json-patch+json"]
)
def test_a_refused_change_learns_what_is_taken(
    send: Send, patching_operation: Operation, media_type: str | None
) -> None:
    response = send(patching_operation, headers={"Content-Type": media_type})
    expect_problem(response, 415, "unsupported_media_type")
    listed = response.headers["Accept-Patch"].split(",")
    assert {name.strip() for name in listed} == {JSON, MERGE_PATCH}


@pytest.mark.requirement("HTTP-12")
@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"{", JSON),
        (b"\x89PNG\x00", "image/png"),
    ],
    ids=["broken JSON", "image"],
)
def test_a_body_that_is_not_asked_for_is_ignored(
    send: Send, bodiless_operation: Operation, content: bytes, media_type: str | None
) -> None:
    headers = {"Content-Type": media_type}
    response = send(bodiless_operation, content=content, headers=headers)
    assert response.status_code in {200, 204}


@pytest.mark.requirement("HTTP-13")
def test_what_is_accepted_is_not_looked_at(
    send: Send, reading_operation: Operation
) -> None:
    response = send(reading_operation, headers={"Accept": "text/html"})
    expect(response, 200)
    assert response.headers["Content-Type"].startswith(JSON)


@pytest.mark.requirement("HTTP-13", "PROB-01")
@pytest.mark.parametrize("accept", ACCEPT)
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/me", 401),
        ("GET", "/api/v1/nothing", 404),
        ("DELETE", "/api/v1/me", 405),
        ("GET", "/api/v1/posts?limit=0", 422),
    ],
)
def test_a_refusal_is_a_problem_whatever_is_accepted(
    anonymous: Client, method: str, path: str, status: int, accept: str
) -> None:
    response = anonymous.request(method, path, headers={"Accept": accept})
    assert response.status_code == status
    assert response.headers["Content-Type"].startswith("application/problem+json")


@pytest.mark.requirement("HTTP-13")
@pytest.mark.parametrize("accept", ACCEPT)
def test_a_new_thing_is_answered_as_json(scene: Any, accept: str) -> None:
    response = scene.author.create_todo(title="Walk", headers={"Accept": accept})
    assert expect(response, 201)["title"] == "Walk"


@pytest.mark.requirement("HTTP-13", "HTTP-01")
@pytest.mark.parametrize(
    "query", ["format=api", "format=html", "pretty=1", "callback=f"]
)
def test_no_parameter_changes_the_format(anonymous: Client, query: str) -> None:
    plain = anonymous.request("GET", "/api/v1/posts?tag=no-such-tag-at-all")
    varied = anonymous.request("GET", f"/api/v1/posts?tag=no-such-tag-at-all&{query}")
    assert expect(varied, 200) == expect(plain, 200)
    assert varied.content == plain.content
