"""Which pages of other origins may use the API."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from quintet_conformance.operations import Client
from quintet_conformance.site import Site

Json = Any

FRIEND = "https://friend.example"
STRANGERS = [
    "https://stranger.example",
    "http://friend.example",
    "https://friend.example:8443",
    "https://www.friend.example",
    "https://friend.example.evil.example",
    "https://evilfriend.example",
    "https://FRIEND.example",
    "null",
    "*",
    "",
]
ALLOW_ORIGIN = "Access-Control-Allow-Origin"
EXPOSED = {"etag", "link", "location", "retry-after", "x-request-id"}
ASKED = ["authorization", "content-type", "if-none-match", "x-request-id"]
JSON = {"Content-Type": "application/json"}
LOGIN = ("POST", "/api/v1/auth/login")


@dataclass(frozen=True)
class Asked:
    """A request of an anonymous caller, with the status it should bring about."""

    method: str
    path: str
    status: int
    options: Json = field(default_factory=dict)

    def of(self, client: Client, *, origin: str | None) -> httpx.Response:
        headers = {**self.options.get("headers", {}), "Origin": origin}
        options = {**self.options, "headers": headers}
        response = client.request(self.method, self.path, **options)
        assert response.status_code == self.status
        return response


REQUESTS = {
    "200": Asked("GET", "/api/v1/posts?limit=1", 200),
    "200 to HEAD": Asked("HEAD", "/api/v1/posts?limit=1", 200),
    "304": Asked("GET", "/api/v1/posts", 304, {"headers": {"If-None-Match": "*"}}),
    "204": Asked("POST", "/api/v1/auth/logout", 204, {"json": {"refresh_token": "x"}}),
    "400": Asked(*LOGIN, 400, {"headers": JSON, "content": b"{"}),
    "401": Asked("GET", "/api/v1/me", 401),
    "404": Asked("GET", "/api/v1/nothing", 404),
    "405": Asked("PATCH", "/api/v1/posts", 405),
    "415": Asked(*LOGIN, 415, {"headers": {"Content-Type": "text/plain"}}),
    "422": Asked(*LOGIN, 422, {"json": {}}),
    "the document": Asked("GET", "/api/v1/openapi.json", 200),
}
of_everything = pytest.mark.parametrize("asked", REQUESTS.values(), ids=REQUESTS)


def names_in(response: httpx.Response, field: str) -> set[str]:
    """Read a list of names, whose case does not matter."""
    listed = ",".join(response.headers.get_list(field))
    return {name.strip().lower() for name in listed.split(",") if name.strip()}


def preflight(
    client: Client,
    path: str,
    *,
    origin: str = FRIEND,
    method: str = "POST",
    fields: str = ", ".join(ASKED),
) -> httpx.Response:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": fields,
    }
    # What answers a preflight that is not for it is left to the server.
    return client.request("OPTIONS", path, headers=headers, server_may_refuse=True)


@pytest.fixture
def visitor(short_lived: Site) -> Client:
    """A caller of the server that allows one origin."""
    return short_lived.anonymous()


@pytest.mark.requirement("CORS-01")
@of_everything
def test_no_origin_is_allowed_by_default(anonymous: Client, asked: Asked) -> None:
    response = asked.of(anonymous, origin=FRIEND)
    assert ALLOW_ORIGIN not in response.headers


@pytest.mark.requirement("CORS-01")
@pytest.mark.parametrize("path", ["/api/v1/posts", "/api/v1/me", "/api/v1/nothing"])
def test_no_preflight_is_granted_by_default(anonymous: Client, path: str) -> None:
    assert ALLOW_ORIGIN not in preflight(anonymous, path).headers


@pytest.mark.requirement("CORS-02")
@pytest.mark.parametrize("origin", [None, FRIEND, "https://stranger.example"], ids=str)
@of_everything
def test_every_answer_varies_by_origin(
    visitor: Client, asked: Asked, origin: str | None
) -> None:
    response = asked.of(visitor, origin=origin)
    assert "origin" in names_in(response, "Vary")


@pytest.mark.requirement("CORS-02", "CACHE-01")
@pytest.mark.parametrize("origin", [None, FRIEND, "https://stranger.example"], ids=str)
@pytest.mark.parametrize("tag", ["*", '"another"'], ids=["304", "200"])
def test_a_personal_answer_varies_by_the_caller_as_well(
    visitor: Client, tag: str, origin: str | None
) -> None:
    headers = {"Origin": origin, "If-None-Match": tag}
    response = visitor.list_posts(limit=1, headers=headers)
    assert names_in(response, "Vary") >= {"origin", "authorization"}


@pytest.mark.requirement("CORS-02")
@pytest.mark.parametrize("origin", [FRIEND, "https://stranger.example"])
def test_the_answer_to_a_preflight_varies_by_origin(
    visitor: Client, origin: str
) -> None:
    response = preflight(visitor, "/api/v1/posts", origin=origin)
    assert "origin" in names_in(response, "Vary")


@pytest.mark.requirement("CORS-03")
@of_everything
def test_an_allowed_origin_may_read_every_answer(visitor: Client, asked: Asked) -> None:
    response = asked.of(visitor, origin=FRIEND)
    assert response.headers.get_list(ALLOW_ORIGIN) == [FRIEND]
    assert names_in(response, "Access-Control-Expose-Headers") == EXPOSED


@pytest.mark.requirement("CORS-03")
@pytest.mark.parametrize("path", ["/api/v1/posts", "/api/v1/me"])
@pytest.mark.parametrize("origin", STRANGERS)
def test_another_origin_may_not(visitor: Client, origin: str, path: str) -> None:
    response = visitor.request("GET", path, headers={"Origin": origin})
    assert ALLOW_ORIGIN not in response.headers


@pytest.mark.requirement("CORS-03")
def test_not_every_origin_is_allowed_at_once(visitor: Client) -> None:
    response = visitor.list_tags()
    assert response.headers.get(ALLOW_ORIGIN) in {None, FRIEND}


@pytest.mark.requirement("CORS-03", "CORS-04")
@pytest.mark.parametrize("origin", STRANGERS)
def test_a_preflight_of_another_origin_is_granted_nothing(
    visitor: Client, origin: str
) -> None:
    response = preflight(visitor, "/api/v1/posts", origin=origin)
    assert response.status_code < 500
    assert ALLOW_ORIGIN not in response.headers


@pytest.mark.requirement("CORS-04")
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/me"),
        ("POST", "/api/v1/posts"),
        ("PUT", "/api/v1/posts/no-such-post/like"),
        ("PATCH", "/api/v1/todos/1"),
        ("DELETE", "/api/v1/posts/no-such-post"),
        ("DELETE", "/api/v1/todos"),
    ],
)
def test_a_preflight_needs_no_token(visitor: Client, method: str, path: str) -> None:
    response = preflight(visitor, path, method=method)
    assert 200 <= response.status_code < 300
    assert response.headers.get_list(ALLOW_ORIGIN) == [FRIEND]
    assert response.headers["Access-Control-Max-Age"] == "600"
    assert method.lower() in names_in(response, "Access-Control-Allow-Methods")
    assert names_in(response, "Access-Control-Allow-Headers") >= set(ASKED)


@pytest.mark.requirement("CORS-04")
@pytest.mark.parametrize("field", ASKED)
def test_a_preflight_may_ask_for_one_field(visitor: Client, field: str) -> None:
    response = preflight(visitor, "/api/v1/posts", fields=field)
    assert 200 <= response.status_code < 300
    assert field in names_in(response, "Access-Control-Allow-Headers")


@pytest.mark.requirement("CORS-05")
@of_everything
def test_credentials_are_never_allowed(visitor: Client, asked: Asked) -> None:
    response = asked.of(visitor, origin=FRIEND)
    assert "Access-Control-Allow-Credentials" not in response.headers


@pytest.mark.requirement("CORS-05")
def test_a_preflight_allows_no_credentials(visitor: Client) -> None:
    response = preflight(visitor, "/api/v1/posts")
    assert "Access-Control-Allow-Credentials" not in response.headers


@pytest.mark.requirement("CORS-02", "CORS-03", "CORS-05")
def test_what_a_user_is_sent_may_be_read_by_an_allowed_origin(
    short_lived: Site, new_member: Callable[..., Any]
) -> None:
    token = new_member().access_token
    client = short_lived.anonymous().with_token(token)
    response = client.get_account(headers={"Origin": FRIEND})
    assert response.status_code == 200
    assert response.headers[ALLOW_ORIGIN] == FRIEND
    assert "origin" in names_in(response, "Vary")
    assert "Access-Control-Allow-Credentials" not in response.headers
