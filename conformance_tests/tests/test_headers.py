"""The header fields of every answer, whatever its status."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from quintet_conformance.cases import cases
from quintet_conformance.openapi import Operation
from quintet_conformance.operations import Client
from quintet_conformance.site import Site

Json = Any
Send = Callable[..., httpx.Response]

SAFETY = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
POLICY = "default-src 'none'; frame-ancestors 'none'"
HSTS = "Strict-Transport-Security"
REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
JSON = {"Content-Type": "application/json"}
LOGIN = ("POST", "/api/v1/auth/login")


@dataclass(frozen=True)
class Asked:
    """A request of an anonymous caller, with the status it should bring about."""

    method: str
    path: str
    status: int | None = None
    options: Json = field(default_factory=dict)

    def of(self, client: Client) -> httpx.Response:
        response = client.request(self.method, self.path, **self.options)
        assert self.status in {None, response.status_code}
        return response


UNDER_API = {
    "200": Asked("GET", "/api/v1/posts?limit=1", 200),
    "200 to HEAD": Asked("HEAD", "/api/v1/posts?limit=1", 200),
    "OPTIONS": Asked("OPTIONS", "/api/v1/posts"),
    "304": Asked("GET", "/api/v1/posts", 304, {"headers": {"If-None-Match": "*"}}),
    "204": Asked("POST", "/api/v1/auth/logout", 204, {"json": {"refresh_token": "x"}}),
    "400": Asked(*LOGIN, 400, {"headers": JSON, "content": b"{"}),
    "401": Asked("GET", "/api/v1/me", 401),
    "404 of a post": Asked("GET", "/api/v1/posts/no-such-post", 404),
    "404 of a path": Asked("GET", "/api/v1/nothing/here", 404),
    "405": Asked("PATCH", "/api/v1/posts", 405),
    "413": Asked(*LOGIN, 413, {"headers": JSON, "content": b" " * 1_048_577}),
    "415": Asked(*LOGIN, 415, {"headers": {"Content-Type": "text/plain"}}),
    "422": Asked(*LOGIN, 422, {"json": {}}),
    "the document": Asked("GET", "/api/v1/openapi.json", 200),
}
BESIDE_API = {
    "healthz": Asked("GET", "/healthz", 200),
    "readyz": Asked("GET", "/readyz", 200),
    "docs": Asked("GET", "/api/docs"),
    "404 outside the API": Asked("GET", "/no/such/page", 404),
}
EVERYTHING = {**UNDER_API, **BESIDE_API}
METRICS = pytest.param(
    Asked("GET", "/metrics", 200),
    marks=pytest.mark.development("/metrics without a token"),
    id="metrics",
)
of_the_api = pytest.mark.parametrize("asked", UNDER_API.values(), ids=UNDER_API)
of_everything = pytest.mark.parametrize(
    "asked",
    [*(pytest.param(each, id=name) for name, each in EVERYTHING.items()), METRICS],
)


@pytest.mark.requirement("HEAD-01")
@of_everything
def test_safety_fields_are_in_every_answer(anonymous: Client, asked: Asked) -> None:
    response = asked.of(anonymous)
    assert {name: response.headers.get(name) for name in SAFETY} == SAFETY


@pytest.mark.requirement("HEAD-01", "HEAD-02")
def test_safety_fields_are_in_the_answers_to_a_user(
    send: Send, reading_operation: Operation
) -> None:
    response = send(reading_operation)
    expected = {**SAFETY, "Content-Security-Policy": POLICY}
    assert {name: response.headers.get(name) for name in expected} == expected


@pytest.mark.requirement("HEAD-02")
@of_the_api
def test_nothing_in_an_answer_of_the_api_may_be_loaded_or_framed(
    anonymous: Client, asked: Asked
) -> None:
    response = asked.of(anonymous)
    assert response.headers.get_list("Content-Security-Policy") == [POLICY]


@pytest.mark.requirement("HEAD-03")
@of_everything
def test_the_request_id_comes_back_in_every_answer(
    anonymous: Client, asked: Asked
) -> None:
    client = anonymous.with_headers({"X-Request-ID": "Trace_42-b"})
    response = asked.of(client)
    assert response.headers.get_list("X-Request-ID") == ["Trace_42-b"]


@pytest.mark.requirement("HEAD-03")
@pytest.mark.parametrize("path", ["/api/v1/tags", "/api/v1/me", "/healthz", "/no/page"])
def test_a_request_without_an_id_gets_one_of_its_own(
    anonymous: Client, path: str
) -> None:
    made = [anonymous.request("GET", path).headers["X-Request-ID"] for _ in range(3)]
    assert all(REQUEST_ID.fullmatch(each) for each in made)
    assert len(set(made)) == 3


@pytest.mark.requirement("HEAD-03")
@pytest.mark.parametrize("case", cases("request_ids"))
def test_the_form_of_a_request_id(
    anonymous: Client, written: Callable[[Json], str], case: Json
) -> None:
    sent = written(case["parts"]) if "parts" in case else case["request_id"]
    header = None if sent is None else sent.encode()
    answered = anonymous.list_tags(headers={"X-Request-ID": header}).headers[
        "X-Request-ID"
    ]
    assert REQUEST_ID.fullmatch(answered)
    assert (answered == sent) is case["kept"]


@pytest.mark.requirement("HEAD-03")
def test_requests_at_the_same_time_keep_their_ids_and_callers_apart(
    scene: Any,
    together: Callable[..., list[Any]],
) -> None:
    users = [scene.author, scene.other]

    def ask(number: int) -> tuple[str, int]:
        headers = {"X-Request-ID": f"request-{number}"}
        response = users[number % 2].get_account(headers=headers)
        return response.headers["X-Request-ID"], response.json()["id"]

    expected = [(f"request-{each}", users[each % 2].id) for each in range(25)]
    assert together(25, ask) == expected


@pytest.mark.requirement("HEAD-04")
@of_everything
def test_the_server_tells_no_version(anonymous: Client, asked: Asked) -> None:
    response = asked.of(anonymous)
    assert not re.search(r"[0-9]", response.headers.get("Server", ""))
    assert "X-Powered-By" not in response.headers


@pytest.mark.requirement("HEAD-05")
@of_the_api
def test_a_site_behind_https_says_so_in_every_answer(
    short_lived: Site, asked: Asked
) -> None:
    response = asked.of(short_lived.anonymous())
    assert response.headers.get_list(HSTS) == ["max-age=31536000"]


@pytest.mark.requirement("HEAD-05")
@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/api/docs", "/no/such/page"])
def test_a_site_behind_https_says_so_outside_the_api(
    short_lived: Site, path: str
) -> None:
    response = short_lived.anonymous().request("GET", path)
    assert response.headers.get_list(HSTS) == ["max-age=31536000"]


@pytest.mark.requirement("HEAD-05")
@pytest.mark.parametrize("path", ["/api/v1/posts", "/api/v1/me", "/healthz"])
@pytest.mark.parametrize("headers", [{}, {"X-Forwarded-Proto": "https"}], ids=repr)
def test_a_site_behind_http_asks_for_nothing_else(
    anonymous: Client, path: str, headers: dict[str, str]
) -> None:
    response = anonymous.request("GET", path, headers=headers)
    assert HSTS not in response.headers
