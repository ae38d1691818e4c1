"""HEAD, OPTIONS and the methods that a path does not take."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from quintet_conformance.helpers import expect, expect_problem
from quintet_conformance.openapi import Operation
from quintet_conformance.operations import Client
from quintet_conformance.site import Member

Json = Any
PathTo = Callable[[Operation], str]
FieldsOf = Callable[[httpx.Response], dict[str, str]]

DIFFERS_BY_REQUEST = {"date", "connection", "keep-alive"}
# What others add between two requests is filtered out.
OF_EVERYBODY = {"list_posts": "author", "list_users": "q"}
REQUEST_ID = {"X-Request-ID": "get-and-head"}


@pytest.fixture
def fields_of(of_programs: frozenset[str]) -> FieldsOf:
    """Give the header fields that GET and HEAD have in common."""

    def shared(response: httpx.Response) -> dict[str, str]:
        fields = {name.lower(): value for name, value in response.headers.items()}
        differing = DIFFERS_BY_REQUEST | of_programs
        return {name: fields[name] for name in fields if name not in differing}

    return shared


def answers_to_get_and_head(
    client: Client, path: str, **options: Json
) -> list[httpx.Response]:
    client = client.with_headers(REQUEST_ID)
    return [client.request(method, path, **options) for method in ("GET", "HEAD")]


def complete(siblings: list[Operation]) -> set[str]:
    """Say what `Allow` lists on the path of these operations."""
    methods = {operation.method for operation in siblings}
    return methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())


def allowed(response: httpx.Response) -> set[str]:
    return {name.strip() for name in response.headers["Allow"].split(",")}


@pytest.mark.requirement("HTTP-19")
def test_head_answers_like_get(
    scene: Any, reading_operation: Operation, good_path: PathTo, fields_of: FieldsOf
) -> None:
    client, path = scene.caller(reading_operation), good_path(reading_operation)
    if parameter := OF_EVERYBODY.get(reading_operation.id):
        path = f"{path}?{parameter}={scene.author.username}"
    got, head = answers_to_get_and_head(client, path)
    assert (got.status_code, head.status_code) == (200, 200)
    assert fields_of(head) == fields_of(got)
    assert (bool(got.content), head.content) == (True, b"")


@pytest.mark.requirement("HTTP-19")
def test_head_without_a_token_is_refused_like_get(
    scene: Any, reading_operation: Operation, good_path: PathTo, fields_of: FieldsOf
) -> None:
    path = good_path(reading_operation)
    got, head = answers_to_get_and_head(
        scene.author.without_token().with_token("x.y.z"), path
    )
    assert (got.status_code, head.status_code, head.content) == (401, 401, b"")
    assert fields_of(head) == fields_of(got)


@pytest.mark.requirement("HTTP-19")
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/nothing", 404),
        ("/api/v1/posts/no-such-post", 404),
        ("/api/v1/posts?limit=0", 422),
        ("/api/v1/me", 401),
    ],
)
def test_head_of_a_refusal_has_no_body(
    anonymous: Client, path: str, status: int, fields_of: FieldsOf
) -> None:
    got, head = answers_to_get_and_head(anonymous, path)
    assert (got.status_code, head.status_code, head.content) == (status, status, b"")
    assert fields_of(head) == fields_of(got)


@pytest.mark.requirement("HTTP-19")
@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/openapi.json",
        "/healthz",
        "/readyz",
        pytest.param(
            "/metrics", marks=pytest.mark.development("/metrics without a token")
        ),
    ],
)
def test_head_of_what_is_no_operation(anonymous: Client, path: str) -> None:
    head = anonymous.request("HEAD", path)
    assert (head.status_code, head.content) == (200, b"")


@pytest.mark.requirement("HTTP-19")
def test_a_connection_goes_on_after_head(anonymous: Client) -> None:
    for method in ("HEAD", "GET", "HEAD", "GET"):
        assert anonymous.request(method, "/api/v1/posts?limit=1").status_code == 200


@pytest.mark.requirement("HTTP-20")
def test_another_method_is_refused_with_those_allowed(
    scene: Any, siblings: list[Operation], wrong_method: str
) -> None:
    response = scene.author.request(wrong_method, scene.path(siblings[0]))
    assert (response.status_code, allowed(response)) == (405, complete(siblings))
    if wrong_method != "HEAD":
        expect_problem(response, 405, "method_not_allowed")


@pytest.mark.requirement("HTTP-20")
@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
def test_another_method_is_refused_before_token_and_body_are_looked_at(
    anonymous: Client, method: str
) -> None:
    response = anonymous.request(
        method, "/api/v1/tags", content=b"{", headers={"Content-Type": "image/png"}
    )
    expect_problem(response, 405, "method_not_allowed")
    assert allowed(response) == {"GET", "HEAD", "OPTIONS"}


@pytest.mark.requirement("HTTP-20")
@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
def test_the_openapi_document_is_only_read(anonymous: Client, method: str) -> None:
    response = anonymous.request(method, "/api/v1/openapi.json")
    expect_problem(response, 405, "method_not_allowed")
    assert allowed(response) == {"GET", "HEAD", "OPTIONS"}


@pytest.mark.requirement("HTTP-20", "HTTP-24")
@pytest.mark.parametrize(
    "header", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"]
)
def test_a_header_field_does_not_change_the_method(
    member: Member, new_post: Callable[..., Json], header: str
) -> None:
    slug = new_post(member)["slug"]
    response = member.request(
        "POST", f"/api/v1/posts/{slug}", headers={header: "DELETE"}
    )
    assert response.status_code == 405
    expect(member.get_post(slug), 200)


@pytest.mark.requirement("HTTP-21")
def test_options_lists_the_methods_without_a_token(
    anonymous: Client, good_path: PathTo, siblings: list[Operation]
) -> None:
    response = anonymous.request("OPTIONS", good_path(siblings[0]))
    assert response.status_code in {200, 204}
    assert allowed(response) == complete(siblings)


@pytest.mark.requirement("HTTP-21")
@pytest.mark.parametrize(
    "headers",
    [{"Authorization": "Bearer x.y.z"}, {"Content-Type": "image/png"}],
    ids=["bad token", "media type"],
)
def test_options_looks_at_nothing_else(
    anonymous: Client, headers: dict[str, str]
) -> None:
    response = anonymous.request("OPTIONS", "/api/v1/todos", headers=headers)
    assert response.status_code in {200, 204}
    assert allowed(response) == {"GET", "HEAD", "POST", "DELETE", "OPTIONS"}


@pytest.mark.requirement("HTTP-20", "HTTP-21")
def test_options_of_another_thing_does_not_tell_whether_it_is_there(
    scene: Any, instances: list[Client]
) -> None:
    draft = scene.site.new_post(scene.author, status="draft")["slug"]
    for client in instances:
        statuses = [
            client.request("OPTIONS", f"/api/v1/posts/{slug}").status_code
            for slug in (draft, "no-such-post")
        ]
        assert statuses[0] == statuses[1]
