"""Paths that lead nowhere, and the paths that answers give."""

from collections.abc import Callable
from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect, expect_problem
from quintet_conformance.openapi import Operation
from quintet_conformance.operations import Client
from quintet_conformance.site import Member

Json = Any

METHODS = ["GET", "PUT", "POST", "DELETE", "PATCH"]
NOWHERE = [
    "/api/",
    "/api/v1",
    "/api/v1/",
    "/api/v2/posts",
    "/api/v1/nothing",
    "/api/v1/Posts",
    "/api/v1//posts",
    "/api//v1/posts",
    "/api/v1/posts.json",
    "/api/v1/me/nothing",
    "/api/v1/posts/a/likes",
    "/api/v1/posts/a/comments/1/more",
    "/api/v1/auth",
    "/api/v1/auth/nothing",
    "/api/v1/admin",
    "/api/v1/admin/users/a/b",
    "/api/v1/%2e%2e/healthz",
    "/api/v1/posts%2F",
    "/api/v1/%00",
    "/api/v1/index.html",
    "/api/openapi.json",
]


@pytest.mark.requirement("HTTP-16")
def test_a_slash_at_the_end_leads_nowhere(
    scene: Any, siblings: list[Operation]
) -> None:
    path = siblings[0].path.format_map(scene.things)
    response = scene.send(siblings[0], path=f"{path}/")
    expect_problem(response, 404, "not_found")
    assert "Location" not in response.headers


@pytest.mark.requirement("HTTP-16")
@pytest.mark.parametrize("method", ["HEAD", *METHODS])
def test_no_method_is_redirected(anonymous: Client, method: str) -> None:
    response = anonymous.request(method, "/api/v1/posts/")
    assert response.status_code == 404
    assert "Location" not in response.headers


@pytest.mark.requirement("HTTP-16")
@pytest.mark.parametrize("path", ["/api/v1/posts/?limit=1", "/api/v1/posts//"])
def test_what_follows_a_slash_changes_nothing(anonymous: Client, path: str) -> None:
    expect_problem(anonymous.request("GET", path), 404, "not_found")


@pytest.mark.requirement("HTTP-22")
def test_what_was_created_is_found_at_its_location(
    scene: Any, creating_operation: Operation
) -> None:
    response = scene.send(creating_operation)
    made, location = expect(response, 201), response.headers["Location"]
    assert location.startswith("/api/v1/")
    found = expect(scene.author.request("GET", location), 200)
    assert (
        found.items()
        >= {name: made[name] for name in made.keys() & found.keys()}.items()
    )


@pytest.mark.requirement("HTTP-22")
@pytest.mark.parametrize(
    "field",
    ["X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Prefix", "Forwarded"],
)
def test_a_location_does_not_follow_the_request(scene: Any, field: str) -> None:
    headers = {field: "host=evil.example" if field == "Forwarded" else "evil.example"}
    response = scene.author.create_todo(title="Walk", headers=headers)
    todo = expect(response, 201)
    assert response.headers["Location"] == f"/api/v1/todos/{todo['id']}"


@pytest.mark.requirement("HTTP-22")
def test_a_link_is_a_path(member: Member, new_post: Callable[..., Json]) -> None:
    tag = names.tag()
    for _ in range(2):
        new_post(member, tags=[tag])
    link = member.list_posts(tag=tag, limit=1).headers["Link"]
    path = link.removeprefix("<").removesuffix('>; rel="next"')
    assert path.startswith("/api/v1/posts?")
    assert len(expect(member.request("GET", path), 200)["items"]) == 1


@pytest.mark.requirement("HTTP-23")
@pytest.mark.parametrize("path", NOWHERE)
def test_an_unknown_path_is_a_problem(anonymous: Client, path: str) -> None:
    expect_problem(anonymous.request("GET", path), 404, "not_found")


@pytest.mark.requirement("HTTP-23")
@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v1/me/nothing"])
@pytest.mark.parametrize("method", METHODS)
def test_an_unknown_path_knows_no_method(
    scene: Any, anonymous: Client, method: str, path: str
) -> None:
    for client in (anonymous, scene.author):
        response = client.request(method, path, json={"title": "Walk"})
        expect_problem(response, 404, "not_found")
