"""The header fields of every answer, whatever its status."""

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from quintet_conformance.cases import cases
from quintet_conformance.openapi import Operation
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site

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
NOT_JSON = {"headers": {"Content-Type": "text/plain"}, "content": b"{}"}
BROKEN_JSON = {"headers": {"Content-Type": "application/json"}, "content": b"{"}
TOO_LARGE = {**BROKEN_JSON, "content": b" " * 1_048_577}

# One request for each status that an anonymous caller can bring about.
UNDER_API = [
    pytest.param("GET", "/api/v1/posts?limit=1", {}, 200, id="200"),
    pytest.param("HEAD", "/api/v1/posts?limit=1", {}, 200, id="200 to HEAD"),
    pytest.param("OPTIONS", "/api/v1/posts", {}, None, id="OPTIONS"),
    pytest.param(
        "GET", "/api/v1/posts", {"headers": {"If-None-Match": "*"}}, 304, id="304"
    ),
    pytest.param(
        "POST",
        "/api/v1/auth/logout",
        {"json": {"refresh_token": "unknown"}},
        204,
        id="204",
    ),
    pytest.param("POST", "/api/v1/auth/login", BROKEN_JSON, 400, id="400"),
    pytest.param("GET", "/api/v1/me", {}, 401, id="401"),
    pytest.param("GET", "/api/v1/posts/no-such-post", {}, 404, id="404 of a post"),
    pytest.param("GET", "/api/v1/nothing/here", {}, 404, id="404 of a path"),
    pytest.param("PATCH", "/api/v1/posts", {}, 405, id="405"),
    pytest.param("POST", "/api/v1/auth/login", TOO_LARGE, 413, id="413"),
    pytest.param("POST", "/api/v1/auth/login", NOT_JSON, 415, id="415"),
    pytest.param("POST", "/api/v1/auth/login", {"json": {}}, 422, id="422"),
    pytest.param("GET", "/api/v1/openapi.json", {}, 200, id="the document"),
]
BESIDE_API = [
    pytest.param("GET", "/healthz", {}, 200, id="healthz"),
    pytest.param("GET", "/readyz", {}, 200, id="readyz"),
    pytest.param("GET", "/metrics", {}, 200, id="metrics"),
    pytest.param("GET", "/api/docs", {}, None, id="docs"),
    pytest.param("GET", "/no/such/page", {}, 404, id="404 outside the API"),
]


def answer(
    client: Client, method: str, path: str, options: Json, status: int | None
) -> httpx.Response:
    response = client.request(method, path, **options)
    assert status in {None, response.status_code}
    return response


@pytest.mark.requirement("HEAD-01")
@pytest.mark.parametrize(
    ("method", "path", "options", "status"), UNDER_API + BESIDE_API
)
def test_safety_fields_are_in_every_answer(
    anonymous: Client, method: str, path: str, options: Json, status: int | None
) -> None:
    response = answer(anonymous, method, path, options, status)
    assert {name: response.headers.get(name) for name in SAFETY} == SAFETY


@pytest.mark.requirement("HEAD-01", "HEAD-02")
def test_safety_fields_are_in_the_answers_to_a_user(
    send: Send, any_operation: Operation
) -> None:
    response = send(any_operation)
    expected = {**SAFETY, "Content-Security-Policy": POLICY}
    assert {name: response.headers.get(name) for name in expected} == expected


@pytest.mark.requirement("HEAD-02")
@pytest.mark.parametrize(("method", "path", "options", "status"), UNDER_API)
def test_nothing_in_an_answer_of_the_api_may_be_loaded_or_framed(
    anonymous: Client, method: str, path: str, options: Json, status: int | None
) -> None:
    response = answer(anonymous, method, path, options, status)
    assert response.headers.get_list("Content-Security-Policy") == [POLICY]


@pytest.mark.requirement("HEAD-03")
@pytest.mark.parametrize(
    ("method", "path", "options", "status"), UNDER_API + BESIDE_API
)
def test_the_request_id_comes_back_in_every_answer(
    anonymous: Client, method: str, path: str, options: Json, status: int | None
) -> None:
    client = anonymous.with_headers({"X-Request-ID": "Trace_42-b"})
    response = answer(client, method, path, options, status)
    assert response.headers.get_list("X-Request-ID") == ["Trace_42-b"]


@pytest.mark.requirement("HEAD-03")
@pytest.mark.parametrize("path", ["/api/v1/tags", "/api/v1/me", "/healthz", "/no/page"])
def test_a_request_without_an_id_gets_one_of_its_own(
    anonymous: Client, path: str
) -> None:
    made = [
        anonymous.request("GET", path).headers["X-Request-ID"] for _ in range(3)
    ]
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
    member: Member,
    other_member: Member,
    together: Callable[..., list[Any]],
) -> None:
    users = [member, other_member]

    def ask(number: int) -> tuple[str, int]:
        headers = {"X-Request-ID": f"request-{number}"}
        response = users[number % 2].get_account(headers=headers)
        return response.headers["X-Request-ID"], response.json()["id"]

    expected = [(f"request-{each}", users[each % 2].id) for each in range(25)]
    assert together(25, ask) == expected


@pytest.mark.requirement("HEAD-04")
@pytest.mark.parametrize(
    ("method", "path", "options", "status"), UNDER_API + BESIDE_API
)
def test_the_server_tells_no_version(
    anonymous: Client, method: str, path: str, options: Json, status: int | None
) -> None:
    response = answer(anonymous, method, path, options, status)
    assert not re.search(r"[0-9]", response.headers.get("Server", ""))
    assert "X-Powered-By" not in response.headers


@pytest.mark.requirement("HEAD-05")
@pytest.mark.parametrize(("method", "path", "options", "status"), UNDER_API)
def test_a_site_behind_https_says_so_in_every_answer(
    short_lived: Site, method: str, path: str, options: Json, status: int | None
) -> None:
    response = answer(short_lived.anonymous(), method, path, options, status)
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
